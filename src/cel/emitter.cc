#include "cel/emitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "cel/constants.h"

namespace tidegate::cel {
namespace {

constexpr std::size_t kMaxArguments = 255;

class Emitter {
 public:
  explicit Emitter(Code& code) : code_(code) {}

  std::expected<void, CompileError> run(const Node& root) {
    emit(root);
    put(Op::kReturn, root, 0);
    code_.frame_values = code_.slots + most_;
    std::ranges::sort(code_.variables);
    const auto repeated = std::ranges::unique(code_.variables);
    code_.variables.erase(repeated.begin(), repeated.end());
    if (error_) return std::unexpected(*error_);
    return {};
  }

 private:
  using Label = std::uint32_t;  // of an instruction

  Label here() const { return static_cast<Label>(code_.instructions.size()); }

  // Adds an instruction that leaves `change` more values on the stack.
  Instruction& put(Op op, const Node& node, int change) {
    depth_ += change;
    most_ = std::max(most_, static_cast<std::uint32_t>(depth_));
    code_.instructions.push_back({.op = op, .offset = node.offset});
    return code_.instructions.back();
  }

  Instruction& put_slot(Op op, const Node& node, int change, std::uint32_t slot) {
    Instruction& instruction = put(op, node, change);
    instruction.slot = static_cast<std::uint16_t>(slot);
    return instruction;
  }

  void put_jump(Op op, const Node& node, int change, Label target) {
    put(op, node, change).operand = target;
  }

  void aim(Label jump, Label target) { code_.instructions[jump].operand = target; }

  std::uint32_t add_constant(const Value& value) {
    code_.constants.push_back(value);
    return static_cast<std::uint32_t>(code_.constants.size() - 1);
  }

  void put_constant(const Node& node, const Value& value) {
    put(Op::kConstant, node, 1).operand = add_constant(value);
  }

  void put_error(const Node& node, std::string_view message) {
    const auto text = code_.arena.concat({message, std::string_view("\0", 1)});
    put_constant(node, Value::error(text.data(), node.offset));
  }

  void emit(const Node& node) {
    if (const auto constant = find_constant(node, code_.arena)) {
      return put_constant(node, *constant);
    }
    switch (node.kind) {
      case NodeKind::kConstant:
        return;  // found above
      case NodeKind::kName:
        return emit_name(node);
      case NodeKind::kSelect:
      case NodeKind::kPresence:
        return emit_select(node);
      case NodeKind::kCall:
        return emit_call(node);
      case NodeKind::kList:
        return emit_list(node);
      case NodeKind::kMap:
        return emit_map(node);
      case NodeKind::kAnd:
        return emit_logical(node, Op::kJumpIfFalse, Op::kAnd);
      case NodeKind::kOr:
        return emit_logical(node, Op::kJumpIfTrue, Op::kOr);
      case NodeKind::kConditional:
        return emit_conditional(node);
      case NodeKind::kMacro:
        return emit_macro(node);
    }
  }

  void emit_name(const Node& node) {
    switch (node.name_kind) {
      case NameKind::kLocal:
        put_slot(Op::kLocal, node, 1, node.index);
        return;
      case NameKind::kVariable:
        code_.variables.push_back(node.index);
        put(Op::kVariable, node, 1).operand = node.index;
        return;
      case NameKind::kConstant:
        return put_constant(node, node.constant);
      default:
        return put_error(node, fmt::format("undeclared reference to '{}'", node.name));
    }
  }

  void emit_select(const Node& node) {
    const bool presence = node.kind == NodeKind::kPresence;
    if (node.name_kind != NameKind::kUnresolved) {
      emit_name(node);
      if (presence) put(Op::kIsSet, node, 0);
      return;
    }
    emit(*node.operands[0]);
    const Op op = presence ? Op::kHas : node.is_optional ? Op::kOptionalSelect : Op::kSelect;
    put(op, node, 0).operand = add_constant(Value::string(code_.arena.copy(node.name)));
    const auto text = code_.arena.concat({"no such key: ", node.name, std::string_view("\0", 1)});
    add_constant(Value::error(text.data(), node.offset));
  }

  void emit_call(const Node& node) {
    if (node.function == nullptr) {
      return put_error(node, fmt::format("unbound function '{}'", node.name));
    }
    if (node.function->name == "matches" && node.operands.size() == 2 &&
        node.operands[1]->kind == NodeKind::kConstant &&
        node.operands[1]->constant.is(Kind::kString)) {
      return emit_matches(node);
    }
    if (node.operands.size() > kMaxArguments) return fail("too many arguments", node.offset);
    // or() and orValue() look at what they are given only when they need it.
    const bool is_or_value = node.function->name == "orValue";
    if ((is_or_value || node.function->name == "or") && node.operands.size() == 2) {
      return emit_optional_else(node, is_or_value);
    }
    for (const Node* operand : node.operands) emit(*operand);
    emit_function(node);
  }

  void emit_optional_else(const Node& node, bool unwraps) {
    emit(*node.operands[0]);
    const Label jump = here();
    put(Op::kOptionalElse, node, 0).count = unwraps ? 1 : 0;
    emit(*node.operands[1]);
    emit_function(node);
    aim(jump, here());
  }

  void emit_function(const Node& node) {
    const int change = 1 - static_cast<int>(node.operands.size());
    Instruction& call = put(node.function->op, node, change);
    call.count = static_cast<std::uint8_t>(node.operands.size());
    if (node.function->op == Op::kCall) {
      code_.functions.push_back(node.function->body);
      call.operand = static_cast<std::uint32_t>(code_.functions.size() - 1);
    }
  }

  void emit_matches(const Node& node) {
    const Node& pattern = *node.operands[1];
    auto compiled = Pattern::make(pattern.constant.as_text());
    if (!compiled) return fail(std::move(compiled).error(), pattern.offset);
    code_.patterns.push_back(*std::move(compiled));
    emit(*node.operands[0]);
    put(Op::kMatches, node, 0).operand = static_cast<std::uint32_t>(code_.patterns.size() - 1);
  }

  bool is_optional_entry(const Node& node, std::size_t entry) const {
    return !node.optional_flags.empty() && node.optional_flags[entry];
  }

  void emit_list(const Node& node) {
    put_slot(Op::kListStart, node, 0, node.index);
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      emit(*node.operands[i]);
      const Op op = is_optional_entry(node, i) ? Op::kAppendOptional : Op::kAppend;
      put_slot(op, *node.operands[i], -1, node.index);
    }
    put_slot(Op::kListEnd, node, 1, node.index);
  }

  void emit_map(const Node& node) {
    put_slot(Op::kMapStart, node, 0, node.index);
    for (std::size_t i = 0; i < node.operands.size(); i += 2) {
      emit(*node.operands[i]);
      emit(*node.operands[i + 1]);
      const Op op = is_optional_entry(node, i / 2) ? Op::kInsertOptional : Op::kInsert;
      put_slot(op, *node.operands[i], -2, node.index);
    }
    put_slot(Op::kMapEnd, node, 1, node.index);
  }

  void emit_logical(const Node& node, Op jump, Op join) {
    std::vector<Label> jumps;
    emit(*node.operands[0]);
    for (const Node* operand : node.operands.subspan(1)) {
      jumps.push_back(here());
      put(jump, *operand, 0);
      emit(*operand);
      put(join, node, -1);
    }
    for (const Label label : jumps) aim(label, here());
  }

  void emit_conditional(const Node& node) {
    emit(*node.operands[0]);
    const Label branch = here();
    put(Op::kBranch, *node.operands[0], -1);
    emit(*node.operands[1]);
    const Label jump = here();
    put(Op::kJump, node, -1);
    aim(branch, here());
    emit(*node.operands[2]);
    aim(jump, here());
  }

  void emit_macro(const Node& node) {
    emit(*node.operands[0]);
    if (node.macro == Macro::kBind) {
      put_slot(Op::kStore, node, -1, node.index);
      return emit(*node.operands[1]);
    }
    if (node.macro == Macro::kOptionalMap || node.macro == Macro::kOptionalFlatMap) {
      const Label branch = here();
      put_slot(Op::kOptionalBranch, node, -1, node.index);
      emit(*node.operands[1]);
      if (node.macro == Macro::kOptionalMap) put(Op::kWrapOptional, node, 0);
      return aim(branch, here());
    }
    emit_comprehension(node);
  }

  void emit_comprehension(const Node& node) {
    const Label iterate = here();
    put_slot(Op::kIterate, *node.operands[0], -1, node.index);
    emit_start(node);
    const Label loop = here();
    put_slot(Op::kNext, node, 0, node.index).count = node.variables[1].empty() ? 1 : 2;
    emit_body(node, loop);
    aim(loop, here());
    emit_end(node);
    aim(iterate, here());
  }

  void emit_start(const Node& node) {
    const std::uint32_t result = node.index + kResult;
    switch (node.macro) {
      case Macro::kAll:
      case Macro::kExists:
        put_constant(node, Value::boolean(node.macro == Macro::kAll));
        put_slot(Op::kStore, node, -1, result);
        return;
      case Macro::kExistsOne:
        put_constant(node, Value::integer(0));
        put_slot(Op::kStore, node, -1, result);
        return;
      case Macro::kTransformMap:
      case Macro::kTransformMapEntry:
        put_slot(Op::kMapStart, node, 0, result);
        return;
      case Macro::kSortBy:
        put_slot(Op::kListStart, node, 0, node.index + kSecondVariable);
        [[fallthrough]];
      default:
        put_slot(Op::kListStart, node, 0, result);
    }
  }

  void emit_body(const Node& node, Label loop) {
    const Node& last = *node.operands.back();
    const std::uint32_t result = node.index + kResult;
    if (node.operands.size() == 3 || node.macro == Macro::kFilter) {
      emit(*node.operands[1]);
      put_slot(Op::kFilter, *node.operands[1], -1, result).operand = loop;
    }
    if (node.macro == Macro::kFilter || node.macro == Macro::kSortBy) {
      put_slot(Op::kLocal, node, 1, node.index);
      put_slot(Op::kAppend, node, -1, result);
      if (node.macro == Macro::kFilter) return put_jump(Op::kJump, node, 0, loop);
    }
    if (node.macro == Macro::kTransformMap) put_slot(Op::kLocal, node, 1, node.index);
    emit(last);
    switch (node.macro) {
      case Macro::kAll:
        put_slot(Op::kAllStep, last, -1, result).operand = loop;
        return;
      case Macro::kExists:
        put_slot(Op::kExistsStep, last, -1, result).operand = loop;
        return;
      case Macro::kExistsOne:
        put_slot(Op::kOneStep, last, -1, result).operand = loop;
        return;
      case Macro::kTransformMap:
        put_slot(Op::kInsert, last, -2, result);
        break;
      case Macro::kTransformMapEntry:
        put_slot(Op::kMerge, last, -1, result);
        break;
      case Macro::kSortBy:
        put_slot(Op::kAppend, last, -1, node.index + kSecondVariable);
        break;
      default:
        put_slot(Op::kAppend, last, -1, result);
    }
    put_jump(Op::kJump, node, 0, loop);
  }

  void emit_end(const Node& node) {
    const std::uint32_t result = node.index + kResult;
    switch (node.macro) {
      case Macro::kAll:
      case Macro::kExists:
        put_slot(Op::kLocal, node, 1, result);
        return;
      case Macro::kExistsOne:
        put_slot(Op::kOneResult, node, 1, result);
        return;
      case Macro::kTransformMap:
      case Macro::kTransformMapEntry:
        put_slot(Op::kMapEnd, node, 1, result);
        return;
      case Macro::kSortBy:
        put_slot(Op::kListEnd, node, 1, result);
        put_slot(Op::kListEnd, node, 1, node.index + kSecondVariable);
        put(Op::kSort, node, -1);
        return;
      default:
        put_slot(Op::kListEnd, node, 1, result);
    }
  }

  void fail(std::string message, std::uint32_t offset) {
    if (!error_) error_ = CompileError(std::move(message), code_.source, offset);
  }

  Code& code_;
  int depth_ = 0;
  std::uint32_t most_ = 1;
  std::optional<CompileError> error_;
};

}  // namespace

std::expected<void, CompileError> emit(const Node& root, Code& code) {
  return Emitter(code).run(root);
}

}  // namespace tidegate::cel
