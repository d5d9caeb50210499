#include "cel/resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cel/op.h"

namespace tidegate::cel {
namespace {

struct Local {
  std::string_view name;
  std::uint32_t slot;
};

class Resolver {
 public:
  Resolver(std::string_view source, const Environment& environment, Undeclared undeclared,
           Arena& arena)
      : source_(source), environment_(environment), undeclared_(undeclared), arena_(arena) {}

  void resolve(Node& node) {
    switch (node.kind) {
      case NodeKind::kConstant:
        return;
      case NodeKind::kName:
        return resolve_name(node);
      case NodeKind::kSelect:
      case NodeKind::kPresence:
        return resolve_select(node);
      case NodeKind::kCall:
        return resolve_call(node);
      case NodeKind::kMacro:
        return resolve_macro(node);
      case NodeKind::kList:
      case NodeKind::kMap:
        return resolve_literal(node);
      default:
        return resolve_operands(node.operands);
    }
  }

  std::expected<std::uint32_t, CompileError> finish() {
    if (error_) return std::unexpected(*error_);
    return most_slots_;
  }

 private:
  void resolve_operands(std::span<Node* const> operands) {
    for (Node* operand : operands) resolve(*operand);
  }

  const Local* find_local(const Node& name) const {
    if (name.has_leading_dot) return nullptr;
    const auto found = std::ranges::find(locals_.rbegin(), locals_.rend(), name.name, &Local::name);
    return found == locals_.rend() ? nullptr : &*found;
  }

  // Whether a variable or a type has one of the names that `name` may mean; if so the node is it.
  bool bind_declared(Node& node, std::string_view name, bool has_leading_dot) {
    for (const auto& candidate : environment_.candidates(name, has_leading_dot)) {
      if (const auto id = environment_.find_variable(candidate)) {
        node.name_kind = NameKind::kVariable;
        node.index = *id;
        return true;
      }
      if (const auto type = environment_.find_type(candidate)) {
        node.name_kind = NameKind::kConstant;
        node.constant = *type;
        return true;
      }
    }
    return false;
  }

  void resolve_name(Node& node) {
    if (const Local* local = find_local(node)) {
      node.name_kind = NameKind::kLocal;
      node.index = local->slot;
    } else if (!bind_declared(node, node.name, node.has_leading_dot)) {
      refuse_undeclared(node, node.name);
    }
  }

  void refuse_undeclared(Node& node, std::string_view name) {
    node.name_kind = NameKind::kUndeclared;
    if (undeclared_ == Undeclared::kRefuse) {
      fail(fmt::format("undeclared reference to '{}'", name), node.offset);
    }
  }

  // The name at the start of a.b.c, when that is all there is.
  static Node* find_root(Node& node) {
    Node* part = &node;
    while (part->kind == NodeKind::kSelect && !part->is_optional) part = part->operands[0];
    return part->kind == NodeKind::kName ? part : nullptr;
  }

  static std::string dotted_name(const Node& node) {
    if (node.kind == NodeKind::kName) return std::string(node.name);
    return dotted_name(*node.operands[0]) + '.' + std::string(node.name);
  }

  // a.b.c may be one variable, or the field c of what a.b means.
  void resolve_select(Node& node) {
    if (node.is_optional) return resolve(*node.operands[0]);
    Node* root = find_root(*node.operands[0]);
    if (root == nullptr || find_local(*root) != nullptr) return resolve(*node.operands[0]);
    if (bind_declared(node, dotted_name(node), root->has_leading_dot)) return;
    if (is_declared(*node.operands[0], *root)) return resolve(*node.operands[0]);
    root->name_kind = NameKind::kUndeclared;
    if (undeclared_ == Undeclared::kRefuse) {
      fail(fmt::format("undeclared reference to '{}'", dotted_name(node)), root->offset);
    }
  }

  // Whether any of a.b, a has a meaning.
  bool is_declared(const Node& node, const Node& root) const {
    const std::string name = dotted_name(node);
    for (const auto& candidate : environment_.candidates(name, root.has_leading_dot)) {
      if (environment_.find_variable(candidate) || environment_.find_type(candidate)) return true;
    }
    return node.kind == NodeKind::kSelect && is_declared(*node.operands[0], root);
  }

  const Function* find_function(std::string_view name, bool has_leading_dot) const {
    for (const auto& candidate : environment_.candidates(name, has_leading_dot)) {
      if (const auto* function = environment_.find_function(candidate)) return function;
    }
    return nullptr;
  }

  // math.abs(x) is written like a method of math.
  bool bind_qualified_function(Node& node) {
    const Node* root = find_root(*node.operands[0]);
    if (root == nullptr || find_local(*root) != nullptr) return false;
    const std::string name = dotted_name(*node.operands[0]) + '.' + std::string(node.name);
    const auto* function = find_function(name, root->has_leading_dot);
    if (function == nullptr) return false;
    node.function = function;
    node.name = arena_.copy(name);
    node.offset = root->offset;
    node.is_method = false;
    node.operands = node.operands.subspan(1);
    return true;
  }

  void resolve_call(Node& node) {
    if (!node.is_method || !bind_qualified_function(node)) {
      node.function = find_function(node.name, /*has_leading_dot=*/false);
    }
    if (node.function == nullptr && undeclared_ == Undeclared::kRefuse) {
      fail(fmt::format("undeclared function '{}'", node.name), node.offset);
    }
    resolve_operands(node.operands);
  }

  // A literal that is built needs a slot while it is.
  void resolve_literal(Node& node) {
    node.index = take_slots(1);
    resolve_operands(node.operands);
    slots_ -= 1;
  }

  void resolve_macro(Node& node) {
    resolve(*node.operands[0]);
    node.index = take_slots(kMacroSlots);
    const std::size_t outer = locals_.size();
    for (std::uint32_t i = 0; i < 2; ++i) {
      if (!node.variables[i].empty()) locals_.push_back({node.variables[i], node.index + i});
    }
    resolve_operands(node.operands.subspan(1));
    locals_.resize(outer);
    slots_ -= kMacroSlots;
  }

  std::uint32_t take_slots(std::uint32_t count) {
    const std::uint32_t first = slots_;
    slots_ += count;
    most_slots_ = std::max(most_slots_, slots_);
    return first;
  }

  void fail(std::string message, std::uint32_t offset) {
    if (!error_) error_ = CompileError(std::move(message), source_, offset);
  }

  std::string_view source_;
  const Environment& environment_;
  Undeclared undeclared_;
  Arena& arena_;
  std::vector<Local> locals_;
  std::uint32_t slots_ = 0;
  std::uint32_t most_slots_ = 0;
  std::optional<CompileError> error_;
};

}  // namespace

std::expected<std::uint32_t, CompileError> resolve(Node& root, std::string_view source,
                                                   const Environment& environment,
                                                   Undeclared undeclared, Arena& arena) {
  Resolver resolver(source, environment, undeclared, arena);
  resolver.resolve(root);
  return resolver.finish();
}

}  // namespace tidegate::cel
