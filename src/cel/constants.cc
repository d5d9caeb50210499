#include "cel/constants.h"

#include <algorithm>
#include <vector>

#include "cel/collections.h"
#include "cel/function.h"

namespace tidegate::cel {
namespace {

constexpr std::int64_t kFoldingBudget = 1000;  // what costs more is left to the evaluation

Value copy_text(const Value& value, Arena& arena) {
  if (value.is(Kind::kString)) return Value::string(arena.copy(value.as_text()));
  if (value.is(Kind::kBytes)) return Value::bytes(arena.copy(value.as_text()));
  return value;
}

// Whether it is made of literals only: looked at first, so that what is not leaves nothing behind.
bool is_literal(const Node& node) {
  if (node.kind == NodeKind::kConstant) return true;
  if (node.kind != NodeKind::kList && node.kind != NodeKind::kMap) return false;
  return node.optional_flags.empty() &&
         std::ranges::all_of(node.operands, [](const Node* part) { return is_literal(*part); });
}

std::optional<Value> find_list(const Node& node, Arena& arena) {
  if (!is_literal(node)) return std::nullopt;
  ListBuilder builder;
  for (const Node* operand : node.operands) {
    const auto element = find_constant(*operand, arena);
    if (!element) return std::nullopt;
    builder.append(*element, arena);
  }
  return builder.finish_indexed(arena);
}

std::optional<Value> find_map(const Node& node, Arena& arena) {
  if (!is_literal(node)) return std::nullopt;
  MapBuilder builder;
  for (std::size_t i = 0; i < node.operands.size(); i += 2) {
    const auto key = find_constant(*node.operands[i], arena);
    const auto value = key ? find_constant(*node.operands[i + 1], arena) : std::nullopt;
    if (!value || !is_key(*key) || !builder.insert(*key, *value, arena)) return std::nullopt;
  }
  return builder.finish(arena);
}

// Collections and optionals are left: they would be large or cheap.
bool may_fold(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kDouble:
    case Kind::kString:
    case Kind::kBytes:
    case Kind::kTimestamp:
    case Kind::kDuration:
    case Kind::kOpaque:
      return true;
    default:
      return false;
  }
}

std::optional<Value> find_call(const Node& node, Arena& arena) {
  if (node.function == nullptr || node.function->body == nullptr) return std::nullopt;
  std::vector<Value> arguments;
  for (const Node* operand : node.operands) {
    // Not of calls in calls: each level would compute all below again.
    if (operand->kind != NodeKind::kConstant) return std::nullopt;
    arguments.push_back(operand->constant);
  }
  for (auto& argument : arguments) argument = copy_text(argument, arena);
  CallContext context(arena, kFoldingBudget, nullptr);
  const Value result = node.function->body(context, arguments);
  if (context.over_budget() || !may_fold(result)) return std::nullopt;
  return result;
}

}  // namespace

std::optional<Value> find_constant(const Node& node, Arena& arena) {
  switch (node.kind) {
    case NodeKind::kConstant:
      return copy_text(node.constant, arena);
    case NodeKind::kList:
      return find_list(node, arena);
    case NodeKind::kMap:
      return find_map(node, arena);
    case NodeKind::kCall:
      return find_call(node, arena);
    default:
      return std::nullopt;
  }
}

}  // namespace tidegate::cel
