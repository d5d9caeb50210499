// Static types, as declarations give them and the checker deduces them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::cel {

enum class TypeKind : std::uint8_t {
  kDyn,  // known only when evaluated
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kList,      // of one parameter
  kMap,       // of two
  kTypeType,  // the type of a type: of that one, or of any without a parameter
  kOptional,  // of one
  kOpaque,    // by name
  kVariable,  // a parameter of a signature ("A"), or one that the checker has yet to bind
};

// A cheap handle on an immutable tree.
class Type {
 public:
  Type() : Type(TypeKind::kDyn) {}
  // A type without parameters.
  explicit Type(TypeKind kind) : Type(kind, {}, {}) {}

  static Type list(Type element) { return Type(TypeKind::kList, {}, {std::move(element)}); }
  static Type map(Type key, Type value) {
    return Type(TypeKind::kMap, {}, {std::move(key), std::move(value)});
  }
  static Type optional(Type value) { return Type(TypeKind::kOptional, {}, {std::move(value)}); }
  static Type type_of(Type type) { return Type(TypeKind::kTypeType, {}, {std::move(type)}); }
  static Type opaque(std::string name) { return Type(TypeKind::kOpaque, std::move(name), {}); }
  static Type variable(std::string name) { return Type(TypeKind::kVariable, std::move(name), {}); }

  TypeKind kind() const { return node_->kind; }
  bool is(TypeKind kind) const { return node_->kind == kind; }
  const std::string& name() const { return node_->name; }  // of opaque types and variables
  const std::vector<Type>& parameters() const { return node_->parameters; }
  const Type& parameter(std::size_t index) const { return node_->parameters[index]; }
  // The same kind with other parameters.
  Type with_parameters(std::vector<Type> parameters) const {
    return Type(node_->kind, node_->name, std::move(parameters));
  }

  friend bool operator==(const Type& left, const Type& right) {
    return left.node_ == right.node_ ||
           (left.node_->kind == right.node_->kind && left.node_->name == right.node_->name &&
            left.node_->parameters == right.node_->parameters);
  }

 private:
  struct Node {
    TypeKind kind;
    std::string name;
    std::vector<Type> parameters;
  };
  Type(TypeKind kind, std::string name, std::vector<Type> parameters)
      : node_(std::make_shared<const Node>(Node{kind, std::move(name), std::move(parameters)})) {}

  std::shared_ptr<const Node> node_;
};

// As a user reads it: "map(string, list(int))".
std::string to_string(const Type& type);

// Reads what to_string() writes. Single capitals are variables; unknown names are opaque types.
// Returns dyn for text that is no type: only for the constants of this library.
Type parse_type(std::string_view text);

}  // namespace tidegate::cel
