// Which calls are macros, and what they bind.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "cel/parser_state.h"

namespace tidegate::cel {
namespace {

struct MacroForm {
  std::string_view name;
  std::size_t arguments;
  std::size_t variables;
  Macro macro;
};

constexpr std::array<MacroForm, 21> kForms = {{
    {"all", 2, 1, Macro::kAll},
    {"all", 3, 2, Macro::kAll},
    {"exists", 2, 1, Macro::kExists},
    {"exists", 3, 2, Macro::kExists},
    {"exists_one", 2, 1, Macro::kExistsOne},
    {"exists_one", 3, 2, Macro::kExistsOne},
    {"existsOne", 2, 1, Macro::kExistsOne},
    {"existsOne", 3, 2, Macro::kExistsOne},
    {"map", 2, 1, Macro::kMap},
    {"map", 3, 1, Macro::kMap},
    {"filter", 2, 1, Macro::kFilter},
    {"transformList", 3, 2, Macro::kMap},
    {"transformList", 4, 2, Macro::kMap},
    {"transformMap", 3, 2, Macro::kTransformMap},
    {"transformMap", 4, 2, Macro::kTransformMap},
    {"transformMapEntry", 3, 2, Macro::kTransformMapEntry},
    {"transformMapEntry", 4, 2, Macro::kTransformMapEntry},
    {"sortBy", 2, 1, Macro::kSortBy},
    {"optMap", 2, 1, Macro::kOptionalMap},
    {"optFlatMap", 2, 1, Macro::kOptionalFlatMap},
    {"bind", 3, 1, Macro::kBind},  // cel.bind
}};

Node* expand_has(ParserState& state, const WrittenCall& call) {
  Node* selected = call.arguments.size() == 1 ? call.arguments[0] : nullptr;
  if (selected == nullptr || selected->kind != NodeKind::kSelect) {
    return state.fail("has() takes one selection of a field: has(a.b)", call.offset);
  }
  selected->kind = NodeKind::kPresence;
  return selected;
}

bool is_plain_name(const Node& node) {
  return node.kind == NodeKind::kName && !node.has_leading_dot;
}

const MacroForm* find_form(const WrittenCall& call) {
  for (const auto& form : kForms) {
    if (form.name == call.name && form.arguments == call.arguments.size()) return &form;
  }
  return nullptr;
}

// cel.block([a, b], e): each element bound to @index0, @index1 in turn.
Node* expand_block(ParserState& state, const WrittenCall& call) {
  const Node& list = *call.arguments[0];
  Node* body = call.arguments[1];
  for (std::size_t i = list.operands.size(); i > 0 && body != nullptr; --i) {
    const std::array operands = {list.operands[i - 1], body};
    body = state.make(NodeKind::kMacro, call.offset, operands);
    if (body == nullptr) return nullptr;
    body->macro = Macro::kBind;
    body->variables[0] = state.arena().copy(fmt::format("@index{}", i - 1));
  }
  return body;
}

// cel.index(1) is @index1, cel.iterVar(0, 1) is @it:0:1.
Node* expand_block_name(ParserState& state, const WrittenCall& call, std::string name) {
  for (const Node* argument : call.arguments) {
    if (argument->kind != NodeKind::kConstant || !argument->constant.is(Kind::kInt)) return nullptr;
    if (!name.ends_with("index")) name += ':';
    name += fmt::format("{}", argument->constant.as_int());
  }
  Node* node = state.make(NodeKind::kName, call.offset);
  if (node != nullptr) node->name = state.arena().copy(name);
  return node;
}

Node* expand_block_macro(ParserState& state, const WrittenCall& call) {
  if (call.name == "block" && call.arguments.size() == 2 &&
      call.arguments[0]->kind == NodeKind::kList) {
    return expand_block(state, call);
  }
  if (call.name == "index" && call.arguments.size() == 1) {
    return expand_block_name(state, call, "@index");
  }
  if (call.name == "iterVar" || call.name == "accuVar") {
    return expand_block_name(state, call, call.name == "iterVar" ? "@it" : "@ac");
  }
  return nullptr;
}

bool is_cel(const Node& node) { return is_plain_name(node) && node.name == "cel"; }

}  // namespace

Node* expand_macro(ParserState& state, const WrittenCall& call) {
  if (call.receiver == nullptr) return call.name == "has" ? expand_has(state, call) : nullptr;
  if (state.blocks == BlockMacros::kOn && is_cel(*call.receiver)) {
    if (Node* made = expand_block_macro(state, call); made != nullptr) return made;
  }
  const auto* form = find_form(call);
  if (form == nullptr) return nullptr;
  const bool binds = form->macro == Macro::kBind;
  if (binds && !is_cel(*call.receiver)) return nullptr;
  for (const Node* variable : call.arguments.first(form->variables)) {
    if (!is_plain_name(*variable)) {
      return state.fail(
          fmt::format("{}() binds a variable: its argument must be a name", call.name),
          variable->offset);
    }
  }
  if (form->variables == 2 && call.arguments[0]->name == call.arguments[1]->name) {
    return state.fail("the two variables must differ", call.arguments[1]->offset);
  }
  std::vector<Node*> operands(call.arguments.begin(), call.arguments.end());
  operands.erase(operands.begin(), operands.begin() + static_cast<long>(form->variables));
  if (!binds) operands.insert(operands.begin(), call.receiver);
  Node* node = state.make(NodeKind::kMacro, call.offset, operands);
  if (node == nullptr) return nullptr;
  node->macro = form->macro;
  for (std::size_t i = 0; i < form->variables; ++i) node->variables[i] = call.arguments[i]->name;
  return node;
}

}  // namespace tidegate::cel
