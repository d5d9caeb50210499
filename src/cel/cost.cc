#include "cel/cost.h"

#include <algorithm>
#include <limits>
#include <map>

#include "cel/op.h"

namespace tidegate::cel {
namespace {

std::uint64_t plus(std::uint64_t left, std::uint64_t right) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(left, right, &sum) ? std::numeric_limits<std::uint64_t>::max()
                                                   : sum;
}

std::uint64_t times(std::uint64_t left, std::uint64_t right) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(left, right, &product) ? std::numeric_limits<std::uint64_t>::max()
                                                       : product;
}

struct Estimate {
  std::uint64_t cost = 0;
  std::uint64_t size = 1;  // elements, entries or bytes of the result
};

class Estimator {
 public:
  explicit Estimator(const Environment& environment) : environment_(environment) {}

  Estimate estimate(const Node& node) {
    switch (node.kind) {
      case NodeKind::kConstant:
        return {1, constant_size(node.constant)};
      case NodeKind::kName:
        return estimate_name(node);
      case NodeKind::kSelect:
      case NodeKind::kPresence:
        return estimate_select(node);
      case NodeKind::kMacro:
        return estimate_macro(node);
      case NodeKind::kList:
      case NodeKind::kMap:
        return estimate_literal(node);
      case NodeKind::kConditional: {
        const auto condition = estimate(*node.operands[0]);
        const auto one = estimate(*node.operands[1]);
        const auto other = estimate(*node.operands[2]);
        return {plus(condition.cost, plus(2, std::max(one.cost, other.cost))),
                std::max(one.size, other.size)};
      }
      default:
        return estimate_operands(node);
    }
  }

 private:
  static std::uint64_t constant_size(const Value& value) {
    return value.is(Kind::kString) || value.is(Kind::kBytes) ? value.as_text().size() : 1;
  }

  Estimate estimate_name(const Node& node) const {
    if (node.name_kind == NameKind::kVariable) {
      return {1, environment_.variable(node.index).max_size};
    }
    const auto local = local_sizes_.find(node.index);
    const bool known = node.name_kind == NameKind::kLocal && local != local_sizes_.end();
    return {1, known ? local->second : 1};
  }

  Estimate estimate_select(const Node& node) {
    if (node.name_kind != NameKind::kUnresolved) return estimate_name(node);
    const auto operand = estimate(*node.operands[0]);
    return {plus(operand.cost, 1), operand.size};
  }

  // A call reads its operands whole and makes at most all of them.
  Estimate estimate_operands(const Node& node) {
    Estimate sum{1, 0};
    for (const Node* operand : node.operands) {
      const auto part = estimate(*operand);
      sum.cost = plus(sum.cost, plus(part.cost, part.size));
      sum.size = plus(sum.size, part.size);
    }
    return sum;
  }

  Estimate estimate_literal(const Node& node) {
    Estimate sum{2, 0};
    for (const Node* operand : node.operands) {
      const auto part = estimate(*operand);
      sum.cost = plus(sum.cost, plus(part.cost, 3));
      sum.size = plus(sum.size, part.size);
    }
    return sum;
  }

  Estimate estimate_macro(const Node& node) {
    const auto range = estimate(*node.operands[0]);
    local_sizes_[node.index + kFirstVariable] = range.size;
    local_sizes_[node.index + kSecondVariable] = range.size;
    Estimate body{5, 1};
    for (const Node* operand : node.operands.subspan(1)) {
      const auto part = estimate(*operand);
      body.cost = plus(body.cost, part.cost);
      body.size = part.size;
    }
    switch (node.macro) {
      case Macro::kBind:
      case Macro::kOptionalMap:
      case Macro::kOptionalFlatMap:
        return {plus(range.cost, body.cost), body.size};
      case Macro::kAll:
      case Macro::kExists:
      case Macro::kExistsOne:
        return {plus(range.cost, times(range.size, body.cost)), 1};
      case Macro::kFilter:
      case Macro::kSortBy:
        return {plus(range.cost, times(range.size, plus(body.cost, 20))), range.size};
      default:
        return {plus(range.cost, times(range.size, body.cost)), times(range.size, body.size)};
    }
  }

  const Environment& environment_;
  std::map<std::uint32_t, std::uint64_t> local_sizes_;  // by slot
};

}  // namespace

std::uint64_t estimate_cost(const Node& root, const Environment& environment) {
  return Estimator(environment).estimate(root).cost;
}

}  // namespace tidegate::cel
