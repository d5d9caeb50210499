#include "cel/checker.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cel/op.h"
#include "cel/unify.h"

namespace tidegate::cel {
namespace {

// The type that a name means as a value.
Type named_type(std::string_view name) {
  if (name == "list") return Type::list(Type());
  if (name == "map") return Type::map(Type(), Type());
  if (name == "optional_type") return Type::optional(Type());
  if (name == "null_type") return Type(TypeKind::kNull);
  if (name == "google.protobuf.Timestamp") return Type(TypeKind::kTimestamp);
  if (name == "google.protobuf.Duration") return Type(TypeKind::kDuration);
  return parse_type(name);
}

Type constant_type(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return Type(TypeKind::kNull);
    case Kind::kBool:
      return Type(TypeKind::kBool);
    case Kind::kInt:
      return Type(TypeKind::kInt);
    case Kind::kUint:
      return Type(TypeKind::kUint);
    case Kind::kDouble:
      return Type(TypeKind::kDouble);
    case Kind::kString:
      return Type(TypeKind::kString);
    case Kind::kBytes:
      return Type(TypeKind::kBytes);
    default:
      return Type::type_of(named_type(value.as_text()));
  }
}

bool may_be_key(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kString:
    case TypeKind::kDyn:
    case TypeKind::kVariable:
      return true;
    default:
      return false;
  }
}

// "_+_" as "+", "@in" as "in"; functions as they are.
std::string operator_text(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c != '_' && c != '@') text += c;
  }
  const bool is_operator = name.starts_with('_') || name.ends_with('_') || name.starts_with('@');
  return is_operator ? text : std::string(name) + "()";
}

class Checker {
 public:
  Checker(std::string_view source, const Environment& environment)
      : source_(source), environment_(environment) {}

  Type check(const Node& node) {
    switch (node.kind) {
      case NodeKind::kConstant:
        return constant_type(node.constant);
      case NodeKind::kName:
        return check_name(node);
      case NodeKind::kSelect:
      case NodeKind::kPresence:
        return check_select(node);
      case NodeKind::kCall:
        return check_call(node);
      case NodeKind::kList:
        return Type::list(check_entries(node, 0, 1));
      case NodeKind::kMap:
        return check_map(node);
      case NodeKind::kAnd:
      case NodeKind::kOr:
        return check_logical(node);
      case NodeKind::kConditional:
        return check_conditional(node);
      case NodeKind::kMacro:
        return check_macro(node);
    }
    std::unreachable();
  }

  std::expected<Type, CompileError> finish(const Type& type) const {
    if (error_) return std::unexpected(*error_);
    return unifier_.finish(type);
  }

 private:
  Type check_name(const Node& node) {
    if (node.name_kind == NameKind::kLocal) return locals_.at(node.index);
    if (node.name_kind == NameKind::kVariable) return environment_.variable(node.index).type;
    return node.name_kind == NameKind::kConstant ? constant_type(node.constant) : Type();
  }

  Type check_select(const Node& node) {
    if (node.kind == NodeKind::kPresence) {
      if (node.name_kind == NameKind::kUnresolved) select_from(check(*node.operands[0]), node);
      return Type(TypeKind::kBool);
    }
    if (node.name_kind != NameKind::kUnresolved) return check_name(node);
    const Type operand = unifier_.substitute(check(*node.operands[0]));
    const Type selected = select_from(operand, node);
    if (!node.is_optional || operand.is(TypeKind::kOptional)) return selected;
    return Type::optional(selected);
  }

  // The type of a field; of an optional, that of the field as an optional.
  Type select_from(const Type& operand, const Node& node) {
    const Type target = unifier_.substitute(operand);
    switch (target.kind()) {
      case TypeKind::kMap:
        if (!unifier_.assign(target.parameter(0), Type(TypeKind::kString))) {
          return fail(fmt::format("a field of {}, whose keys are no strings", to_string(target)),
                      node.offset);
        }
        return target.parameter(1);
      case TypeKind::kOptional:
        return Type::optional(select_from(target.parameter(0), node));
      case TypeKind::kVariable:
        unifier_.assign(target, Type());
        return Type();
      case TypeKind::kDyn:
        return Type();
      default:
        return fail(fmt::format("{} has no field '{}'", to_string(target), node.name), node.offset);
    }
  }

  Type check_call(const Node& node) {
    std::vector<Type> arguments;
    for (const Node* operand : node.operands) arguments.push_back(check(*operand));
    std::optional<Type> result;
    for (const auto& overload : node.function->overloads) {
      if (overload.is_fallback && result) continue;
      const auto matched = try_overload(overload, node.is_method, arguments);
      if (!matched) continue;
      if (!result) {
        result = matched;
      } else if (!(unifier_.substitute(*result) == unifier_.substitute(*matched))) {
        result = Type();
      }
    }
    if (result) return *result;
    std::string given;
    for (const auto& argument : arguments) {
      if (!given.empty()) given += ", ";
      given += to_string(unifier_.finish(argument));
    }
    return fail(fmt::format("no matching overload of {} for ({})", operator_text(node.name), given),
                node.offset);
  }

  std::optional<Type> try_overload(const Overload& overload, bool is_method,
                                   const std::vector<Type>& arguments) {
    if (overload.is_method != is_method) return std::nullopt;
    std::map<std::string, Type> fresh;
    std::vector<Type> wanted;
    for (const auto& parameter : overload.parameters) {
      wanted.push_back(unifier_.instantiate(parameter, fresh));
    }
    while (overload.is_variadic && wanted.size() < arguments.size()) {
      wanted.push_back(wanted.back());
    }
    if (!unifier_.assign_all(wanted, arguments)) return std::nullopt;
    return unifier_.instantiate(overload.result, fresh);
  }

  // The type of all entries at `first`, `first` + `step` and so on, dyn when they differ.
  Type check_entries(const Node& node, std::size_t first, std::size_t step) {
    std::optional<Type> joined;
    for (std::size_t i = first; i < node.operands.size(); i += step) {
      Type type = unifier_.substitute(check(*node.operands[i]));
      if (!node.optional_flags.empty() && node.optional_flags[i / step] &&
          (step == 1 || first == 1)) {
        type = unwrap_optional(type, *node.operands[i]);
      }
      joined = joined ? join(*joined, type) : type;
    }
    return joined ? *joined : unifier_.make_variable();
  }

  Type unwrap_optional(const Type& type, const Node& node) {
    const Type held = unifier_.make_variable();
    if (unifier_.assign(Type::optional(held), type)) return unifier_.substitute(held);
    return fail(fmt::format("?entry is to be optional, not {}", to_string(type)), node.offset);
  }

  Type join(const Type& left, const Type& right) {
    if (!unifier_.assign(left, right)) return Type();
    return most_general(unifier_.substitute(left), unifier_.substitute(right));
  }

  Type check_map(const Node& node) {
    for (std::size_t i = 0; i < node.operands.size(); i += 2) {
      const Node& key = *node.operands[i];
      if (key.kind == NodeKind::kConstant && !may_be_key(constant_type(key.constant))) {
        return fail(fmt::format("{} cannot be a key", to_string(constant_type(key.constant))),
                    key.offset);
      }
    }
    const Type keys = unifier_.substitute(check_entries(node, 0, 2));
    const Type values = check_entries(node, 1, 2);
    if (!may_be_key(keys)) return fail(to_string(keys) + " cannot be a key", node.offset);
    return Type::map(keys, values);
  }

  void expect_bool(const Node& node) {
    const Type type = check(node);
    if (!unifier_.assign(Type(TypeKind::kBool), type)) {
      fail(fmt::format("expected bool, not {}", to_string(unifier_.finish(type))), node.offset);
    }
  }

  Type check_logical(const Node& node) {
    for (const Node* operand : node.operands) expect_bool(*operand);
    return Type(TypeKind::kBool);
  }

  Type check_conditional(const Node& node) {
    expect_bool(*node.operands[0]);
    const Type result = unifier_.make_variable();
    const Type sides[] = {check(*node.operands[1]), check(*node.operands[2])};
    const Type wanted[] = {result, result};
    if (!unifier_.assign_all(wanted, sides)) {
      return fail(
          fmt::format("the sides of ?: differ: {} and {}", to_string(unifier_.finish(sides[0])),
                      to_string(unifier_.finish(sides[1]))),
          node.offset);
    }
    return unifier_.substitute(result);
  }

  // What the variables of a macro are bound to.
  void bind_variables(const Node& node, const Type& operand) {
    const Type range = unifier_.substitute(operand);
    Type first;
    Type second;
    const bool both = !node.variables[1].empty();
    switch (range.kind()) {
      case TypeKind::kList:
        first = both ? Type(TypeKind::kInt) : range.parameter(0);
        second = range.parameter(0);
        break;
      case TypeKind::kMap:
        first = range.parameter(0);
        second = range.parameter(1);
        break;
      case TypeKind::kVariable:
        unifier_.assign(range, Type());
        break;
      case TypeKind::kDyn:
        break;
      default:
        fail(fmt::format("{} cannot be iterated: only lists and maps", to_string(range)),
             node.operands[0]->offset);
    }
    locals_.insert_or_assign(node.index + kFirstVariable, first);
    locals_.insert_or_assign(node.index + kSecondVariable, second);
  }

  Type check_macro(const Node& node) {
    const Type operand = check(*node.operands[0]);
    const Node& last = *node.operands.back();
    switch (node.macro) {
      case Macro::kBind:
        locals_.insert_or_assign(node.index, operand);
        return check(last);
      case Macro::kOptionalMap:
      case Macro::kOptionalFlatMap:
        return check_optional_macro(node, operand);
      case Macro::kAll:
      case Macro::kExists:
      case Macro::kExistsOne:
        bind_variables(node, operand);
        expect_bool(last);
        return Type(TypeKind::kBool);
      case Macro::kFilter:
        bind_variables(node, operand);
        expect_bool(last);
        return Type::list(locals_.at(node.index));
      default:
        bind_variables(node, operand);
        if (node.operands.size() == 3) expect_bool(*node.operands[1]);
        return transformed(node, operand, check(last));
    }
  }

  Type transformed(const Node& node, const Type& operand, const Type& made) {
    if (node.macro == Macro::kMap) return Type::list(made);
    if (node.macro == Macro::kTransformMap) return Type::map(locals_.at(node.index), made);
    if (node.macro == Macro::kSortBy) {
      const Type range = unifier_.substitute(operand);
      if (range.is(TypeKind::kMap)) return fail("sortBy() is for lists", node.offset);
      return range;
    }
    const Type entries = Type::map(unifier_.make_variable(), unifier_.make_variable());
    if (unifier_.assign(entries, made)) return unifier_.substitute(entries);
    return fail("transformMapEntry() makes a map of each entry", node.operands.back()->offset);
  }

  Type check_optional_macro(const Node& node, const Type& operand) {
    const Type held = unifier_.make_variable();
    if (!unifier_.assign(Type::optional(held), operand)) {
      return fail("only of an optional", node.operands[0]->offset);
    }
    locals_.insert_or_assign(node.index, unifier_.substitute(held));
    const Type made = check(*node.operands[1]);
    if (node.macro == Macro::kOptionalMap) return Type::optional(made);
    if (unifier_.assign(Type::optional(unifier_.make_variable()), made)) return made;
    return fail("optFlatMap() makes an optional", node.operands[1]->offset);
  }

  Type fail(std::string message, std::uint32_t offset) {
    if (!error_) error_ = CompileError(std::move(message), source_, offset);
    return Type();
  }

  std::string_view source_;
  const Environment& environment_;
  Unifier unifier_;
  std::map<std::uint32_t, Type> locals_;  // by slot
  std::optional<CompileError> error_;
};

}  // namespace

std::expected<Type, CompileError> check_types(const Node& root, std::string_view source,
                                              const Environment& environment) {
  Checker checker(source, environment);
  const Type type = checker.check(root);
  return checker.finish(type);
}

}  // namespace tidegate::cel
