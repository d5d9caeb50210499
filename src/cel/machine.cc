#include "cel/machine.h"

#include "cel/builder.h"
#include "cel/collections.h"
#include "cel/compare.h"
#include "cel/operators.h"

namespace tidegate::cel {
namespace {

constexpr std::size_t kInlineValues = 64;  // 1 KiB of stack; larger frames go to the arena

// Of two operands of which one at least is an error or unknown, the one that the result is.
Value worse(const Value& left, const Value& right) {
  if (left.is(Kind::kUnknown) || right.is(Kind::kUnknown)) return Value::unknown();
  return left.is_bad() ? left : right;
}

class Machine {
 public:
  Machine(const Code& code, const Activation& activation, Arena& arena,
          const EvaluationLimits& limits, const Zones* zones, Value* frame)
      : code_(code),
        activation_(activation),
        arena_(arena),
        context_(arena, limits.max_cost, zones),
        iterations_(limits.max_iterations),
        frame_(frame),
        top_(frame + code.slots) {}

  Value run() {
    const Instruction* const first = code_.instructions.data();
    next_ = first;
    while (true) {
      const Instruction& at = *next_++;
      if (at.op == Op::kReturn) break;
      context_.charge(1);
      context_.set_offset(at.offset);
      step(at);
      if (context_.over_budget()) return context_.fail("over the cost limit");
      if (iterations_ < 0) return context_.fail("over the limit of iterations");
    }
    return top_[-1];
  }

 private:
  void push(const Value& value) { *top_++ = value; }
  Value pop() { return *--top_; }
  Value& slot(const Instruction& at, std::uint32_t more = 0) { return frame_[at.slot + more]; }
  Builder& builder(const Instruction& at) { return builder_of(slot(at)); }
  void jump(const Instruction& at) { next_ = code_.instructions.data() + at.operand; }

  // One instruction. Those that are common or short are here, the rest in the functions below.
  void step(const Instruction& at) {
    switch (at.op) {
      case Op::kConstant:
        return push(code_.constants[at.operand]);
      case Op::kVariable:
        return push(activation_.find(at.operand, arena_));
      case Op::kLocal:
        return push(slot(at));
      case Op::kStore:
        slot(at) = pop();
        return;
      case Op::kCall:
        return call(at);
      case Op::kEqual:
      case Op::kNotEqual:
        return compare_equal(at);
      case Op::kLess:
      case Op::kLessEqual:
      case Op::kGreater:
      case Op::kGreaterEqual:
        return compare_order(at);
      case Op::kAdd:
        return binary(add);
      case Op::kSubtract:
        return binary(subtract);
      case Op::kMultiply:
        return binary(multiply);
      case Op::kDivide:
        return binary(divide);
      case Op::kModulo:
        return binary(modulo);
      case Op::kIn:
        return binary(in);
      case Op::kIndex:
        return binary([](CallContext& context, const Value& target, const Value& key) {
          return index(context, target, key, /*optional=*/false);
        });
      case Op::kOptionalIndex:
        return binary([](CallContext& context, const Value& target, const Value& key) {
          return index(context, target, key, /*optional=*/true);
        });
      case Op::kNegate:
        return unary([this](const Value& operand) { return negate(context_, operand); });
      case Op::kNot:
        return unary([this](const Value& operand) {
          if (!operand.is(Kind::kBool)) return context_.no_overload();
          return Value::boolean(!operand.as_bool());
        });
      case Op::kMatches:
        return unary([this, &at](const Value& text) { return matches(text, at); });
      case Op::kSelect:
      case Op::kOptionalSelect:
        return unary([this, &at](const Value& target) {
          return select(context_, target, code_.constants[at.operand],
                        code_.constants[at.operand + 1], at.op == Op::kOptionalSelect);
        });
      case Op::kHas:
        return unary([this, &at](const Value& target) {
          return has(context_, target, code_.constants[at.operand]);
        });
      case Op::kIsSet:
        return unary([](const Value& value) { return Value::boolean(!value.is(Kind::kNull)); });
      case Op::kWrapOptional:
        return unary([this](const Value& value) { return wrap_optional(context_, value); });
      case Op::kJumpIfFalse:
        if (top_[-1].is_false()) jump(at);
        return;
      case Op::kJumpIfTrue:
        if (top_[-1].is_true()) jump(at);
        return;
      case Op::kAnd:
        return join(/*decisive=*/false);
      case Op::kOr:
        return join(/*decisive=*/true);
      case Op::kBranch:
        return branch(at);
      case Op::kJump:
        return jump(at);
      default:
        return step_collection(at);
    }
  }

  void step_collection(const Instruction& at) {
    switch (at.op) {
      case Op::kListStart:
      case Op::kMapStart:
        slot(at) = start_builder(arena_);
        return;
      case Op::kAppend:
        return builder(at).append(context_, pop());
      case Op::kAppendOptional:
        return builder(at).append_optional(context_, pop());
      case Op::kInsert:
      case Op::kInsertOptional: {
        const Value value = pop();
        const Value key = pop();
        return at.op == Op::kInsert ? builder(at).insert(context_, key, value)
                                    : builder(at).insert_optional(context_, key, value);
      }
      case Op::kMerge:
        return builder(at).merge(context_, pop());
      case Op::kListEnd:
        return push(builder(at).finish_list(arena_));
      case Op::kMapEnd:
        return push(builder(at).finish_map(arena_));
      case Op::kIterate:
        return iterate(at);
      case Op::kNext:
        return bind_next(at);
      case Op::kAllStep:
        return decide(at, /*decisive=*/false);
      case Op::kExistsStep:
        return decide(at, /*decisive=*/true);
      case Op::kOneStep:
        return count_one(at);
      case Op::kOneResult:
        return push(slot(at).is_bad() ? slot(at) : Value::boolean(slot(at).as_int() == 1));
      case Op::kFilter:
        return filter(at);
      case Op::kSort: {
        const Value keys = pop();
        const Value elements = pop();
        return push(sort_by_keys(context_, elements, keys));
      }
      case Op::kOptionalBranch:
        return branch_optional(at);
      case Op::kOptionalElse:
        if (!top_[-1].is(Kind::kOptional) || top_[-1].as_optional() == nullptr) return;
        if (at.count == 1) top_[-1] = *top_[-1].as_optional();
        return jump(at);
      default:
        return;
    }
  }

  template <class Compute>
  void binary(Compute compute) {
    --top_;
    Value& left = top_[-1];
    const Value& right = top_[0];
    left = left.is_bad() || right.is_bad() ? worse(left, right) : compute(context_, left, right);
  }

  template <class Compute>
  void unary(Compute compute) {
    if (!top_[-1].is_bad()) top_[-1] = compute(top_[-1]);
  }

  void compare_equal(const Instruction& at) {
    const bool wanted = at.op == Op::kEqual;
    binary([wanted](CallContext& context, const Value& left, const Value& right) {
      return Value::boolean(equal(left, right, context.arena(), context.budget()) == wanted);
    });
  }

  void compare_order(const Instruction& at) {
    const Op op = at.op;
    binary([op](CallContext& context, const Value& left, const Value& right) {
      const auto ordered = order(left, right);
      if (!ordered) return context.no_overload();
      switch (op) {
        case Op::kLess:
          return Value::boolean(*ordered < 0);
        case Op::kLessEqual:
          return Value::boolean(*ordered <= 0);
        case Op::kGreater:
          return Value::boolean(*ordered > 0);
        default:
          return Value::boolean(*ordered >= 0);
      }
    });
  }

  void call(const Instruction& at) {
    Value* const arguments = top_ - at.count;
    Value result;
    bool bad = false;
    for (Value* argument = arguments; argument != top_; ++argument) {
      if (!argument->is_bad()) continue;
      result = bad ? worse(result, *argument) : *argument;
      bad = true;
    }
    if (!bad) result = code_.functions[at.operand](context_, {arguments, at.count});
    top_ = arguments;
    push(result);
  }

  Value matches(const Value& text, const Instruction& at) {
    if (!text.is(Kind::kString)) return context_.no_overload();
    context_.charge(text.as_text().size() / 16);
    if (context_.over_budget()) return Value();
    return Value::boolean(code_.patterns[at.operand].matches(text.as_text()));
  }

  // && (false decides) and || (true does): errors and unknown only count when nothing decides.
  void join(bool decisive) {
    const Value right = pop();
    Value& left = top_[-1];
    left = joined(left, right, decisive);
  }

  Value joined(const Value& left, const Value& right, bool decisive) {
    if (right.is(Kind::kBool)) {
      if (right.as_bool() == decisive) return right;
      return left.is(Kind::kBool) || left.is_bad() ? left : context_.no_overload();
    }
    if (left.is(Kind::kBool) && left.as_bool() == decisive) return left;
    if (left.is_bad() || right.is_bad()) return worse(left, right);
    return context_.no_overload();
  }

  void branch(const Instruction& at) {
    const Value condition = pop();
    if (condition.is_true()) return;
    if (condition.is_false()) return jump(at);
    push(condition.is_bad() ? condition : context_.no_overload());
    next_ = code_.instructions.data() + at.operand - 1;
  }

  void branch_optional(const Instruction& at) {
    const Value target = pop();
    if (target.is(Kind::kOptional) && target.as_optional() != nullptr) {
      slot(at) = *target.as_optional();
      return;
    }
    push(target.is(Kind::kOptional) || target.is_bad() ? target : context_.no_overload());
    jump(at);
  }

  void iterate(const Instruction& at) {
    const Value range = pop();
    if (range.is(Kind::kList) || range.is(Kind::kMap)) {
      slot(at, kRange) = range;
      slot(at, kPositionSlot) = Value::integer(0);
      return;
    }
    push(range.is_bad() ? range : context_.no_overload());
    jump(at);
  }

  void bind_next(const Instruction& at) {
    const Value& range = slot(at, kRange);
    Value& position = slot(at, kPositionSlot);
    const auto index = static_cast<std::size_t>(position.as_int());
    const bool is_list = range.is(Kind::kList);
    const std::size_t size = is_list ? range.as_list().size() : range.as_map().size();
    if (index >= size) return jump(at);
    --iterations_;
    position = Value::integer(static_cast<std::int64_t>(index + 1));
    if (is_list) {
      const Value element = range.as_list().at(index, arena_);
      slot(at) = at.count == 1 ? element : Value::integer(static_cast<std::int64_t>(index));
      if (at.count == 2) slot(at, kSecondVariable) = element;
    } else {
      slot(at) = range.as_map().key_at(index, arena_);
      if (at.count == 2) slot(at, kSecondVariable) = range.as_map().value_at(index, arena_);
    }
  }

  void decide(const Instruction& at, bool decisive) {
    Value& result = slot(at);
    result = joined(result, pop(), decisive);
    if (!result.is(Kind::kBool) || result.as_bool() != decisive) jump(at);
  }

  void count_one(const Instruction& at) {
    const Value verdict = pop();
    Value& count = slot(at);
    if (count.is_bad() || verdict.is_bad()) {
      count = worse(count, verdict);
    } else if (!verdict.is(Kind::kBool)) {
      count = context_.no_overload();
    } else if (verdict.as_bool()) {
      count = Value::integer(count.as_int() + 1);
    }
    jump(at);
  }

  void filter(const Instruction& at) {
    const Value verdict = pop();
    if (verdict.is_true()) return;
    if (!verdict.is_false()) {
      builder(at).fail(verdict.is_bad() ? verdict : context_.no_overload());
    }
    jump(at);
  }

  const Code& code_;
  const Activation& activation_;
  Arena& arena_;
  CallContext context_;
  std::int64_t iterations_;
  Value* frame_;
  Value* top_;
  const Instruction* next_ = nullptr;
};

}  // namespace

Value run(const Code& code, const Activation& activation, Arena& arena,
          const EvaluationLimits& limits, const Zones* zones) {
  // Not cleared: a program writes before it reads.
  alignas(Value) std::byte room[kInlineValues * sizeof(Value)];
  auto* frame = reinterpret_cast<Value*>(room);
  if (code.frame_values > kInlineValues) frame = arena.allocate_array<Value>(code.frame_values);
  return Machine(code, activation, arena, limits, zones, frame).run();
}

}  // namespace tidegate::cel
