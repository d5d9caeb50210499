#include "cel/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "cel/parser_state.h"

namespace tidegate::cel {
namespace {

// Words that may become keywords: not names of variables or functions, though of fields.
constexpr std::array<std::string_view, 17> kReserved = {
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

bool is_reserved(std::string_view name) {
  return std::ranges::find(kReserved, name) != kReserved.end();
}

struct BinaryOperator {
  std::string_view symbol;
  std::string_view function;
  int precedence;
};

constexpr std::array<BinaryOperator, 12> kBinary = {{{"<", "_<_", 1},
                                                     {"<=", "_<=_", 1},
                                                     {">", "_>_", 1},
                                                     {">=", "_>=_", 1},
                                                     {"==", "_==_", 1},
                                                     {"!=", "_!=_", 1},
                                                     {"in", "@in", 1},
                                                     {"+", "_+_", 2},
                                                     {"-", "_-_", 2},
                                                     {"*", "_*_", 3},
                                                     {"/", "_/_", 3},
                                                     {"%", "_%_", 3}}};

const BinaryOperator* find_binary(const Token& token) {
  if (token.kind != TokenKind::kSymbol) return nullptr;
  const auto found = std::ranges::find(kBinary, token.text, &BinaryOperator::symbol);
  return found == kBinary.end() ? nullptr : &*found;
}

class Parser {
 public:
  explicit Parser(ParserState& state) : state_(state) {}

  Node* parse_whole() {
    Node* node = parse_expression();
    if (node != nullptr && state_.token().kind != TokenKind::kEnd) {
      return state_.fail_here("the end or an operator");
    }
    return node;
  }

 private:
  Node* parse_expression() {
    if (++state_.depth > state_.max_depth()) {
      return state_.fail("nested too deeply", state_.token().offset);
    }
    Node* node = parse_conditional();
    --state_.depth;
    return node;
  }

  Node* parse_conditional() {
    Node* condition = parse_logical(NodeKind::kOr);
    if (condition == nullptr || !state_.at_symbol("?")) return condition;
    const auto offset = state_.token().offset;
    state_.advance();
    Node* when_true = parse_logical(NodeKind::kOr);
    if (when_true == nullptr || !state_.expect(":")) return nullptr;
    Node* when_false = parse_expression();
    if (when_false == nullptr) return nullptr;
    const std::array operands = {condition, when_true, when_false};
    return state_.make(NodeKind::kConditional, offset, operands);
  }

  // A chain of || whose members are chains of &&: one node each, however long.
  Node* parse_logical(NodeKind kind) {
    const std::string_view symbol = kind == NodeKind::kOr ? "||" : "&&";
    const auto parse_member_of_chain = [this, kind] {
      return kind == NodeKind::kOr ? parse_logical(NodeKind::kAnd) : parse_binary(1);
    };
    Node* first = parse_member_of_chain();
    if (first == nullptr || !state_.at_symbol(symbol)) return first;
    const auto offset = state_.token().offset;
    std::vector<Node*> operands = {first};
    while (state_.take(symbol)) {
      operands.push_back(parse_member_of_chain());
      if (operands.back() == nullptr) return nullptr;
    }
    return state_.make(kind, offset, operands);
  }

  Node* parse_binary(int min_precedence) {
    Node* left = parse_unary();
    while (left != nullptr) {
      const auto* found = find_binary(state_.token());
      if (found == nullptr || found->precedence < min_precedence) return left;
      const auto offset = state_.token().offset;
      state_.advance();
      Node* right = parse_binary(found->precedence + 1);
      if (right == nullptr) return nullptr;
      left = state_.make_call(found->function, offset, {left, right});
    }
    return nullptr;
  }

  Node* parse_unary() {
    const Token token = state_.token();
    const bool negates = state_.at_symbol("-");
    if (!negates && !state_.at_symbol("!")) return parse_member();
    state_.advance();
    const auto kind = state_.token().kind;
    if (negates && (kind == TokenKind::kInt || kind == TokenKind::kDouble)) {
      return parse_member(/*sign=*/"-");
    }
    if (++state_.depth > state_.max_depth()) return state_.fail("nested too deeply", token.offset);
    Node* operand = parse_unary();
    --state_.depth;
    if (operand == nullptr) return nullptr;
    return state_.make_call(negates ? "-_" : "!_", token.offset, {operand});
  }

  Node* parse_member(std::string_view sign = {}) {
    Node* node = parse_primary(sign);
    while (node != nullptr) {
      const auto offset = state_.token().offset;
      if (state_.take(".")) {
        node = parse_after_dot(node);
      } else if (state_.take("[")) {
        node = parse_index(node, offset);
      } else if (state_.at_symbol("{") && is_type_name(*node)) {
        return state_.fail("messages are not supported", node->offset);
      } else {
        return node;
      }
    }
    return nullptr;
  }

  static bool is_type_name(const Node& node) {
    const Node* part = &node;
    while (part->kind == NodeKind::kSelect) part = part->operands[0];
    return part->kind == NodeKind::kName;
  }

  Node* parse_index(Node* target, std::uint32_t offset) {
    const bool optional = state_.take("?");
    Node* index = parse_expression();
    if (index == nullptr || !state_.expect("]")) return nullptr;
    Node* node = state_.make_call(optional ? "_[?_]" : "_[_]", offset, {target, index});
    if (node != nullptr) node->is_optional = optional;
    return node;
  }

  Node* parse_after_dot(Node* target) {
    const bool optional = state_.take("?");
    const Token name = state_.token();
    if (name.kind != TokenKind::kName && name.kind != TokenKind::kQuotedName) {
      return state_.fail_here("the name of a field or method");
    }
    state_.advance();
    if (!optional && name.kind == TokenKind::kName && state_.take("(")) {
      return parse_call(name, target);
    }
    const std::array operands = {target};
    Node* node = state_.make(NodeKind::kSelect, name.offset, operands);
    if (node == nullptr) return nullptr;
    node->name = name.text;
    node->is_optional = optional;
    return node;
  }

  // The arguments and what they make of it; the parenthesis is behind us.
  Node* parse_call(const Token& name, Node* receiver) {
    std::vector<Node*> arguments;
    while (!state_.at_symbol(")")) {
      arguments.push_back(parse_expression());
      if (arguments.back() == nullptr) return nullptr;
      if (!state_.take(",")) break;
      if (state_.at_symbol(")")) return state_.fail_here("an argument");
    }
    if (!state_.expect(")")) return nullptr;
    const WrittenCall call{name.text, name.offset, receiver, arguments};
    if (Node* macro = expand_macro(state_, call); macro != nullptr || state_.failed()) return macro;
    if (receiver != nullptr) arguments.insert(arguments.begin(), receiver);
    Node* node = state_.make(NodeKind::kCall, name.offset, arguments);
    if (node == nullptr) return nullptr;
    node->name = name.text;
    node->is_method = receiver != nullptr;
    return node;
  }

  Node* parse_primary(std::string_view sign) {
    const Token token = state_.token();
    switch (token.kind) {
      case TokenKind::kInt:
      case TokenKind::kUint:
      case TokenKind::kDouble:
        return parse_number(sign);
      case TokenKind::kString:
        return parse_constant(Value::string(token.text));
      case TokenKind::kBytes:
        return parse_constant(Value::bytes(token.text));
      case TokenKind::kName:
        return parse_name(/*has_leading_dot=*/false);
      case TokenKind::kSymbol:
        return parse_symbol();
      case TokenKind::kQuotedName:
        return state_.fail("a quoted name may only follow a dot", token.offset);
      case TokenKind::kEnd:
        return state_.fail_here("an expression");
    }
    std::unreachable();
  }

  Node* parse_symbol() {
    const auto offset = state_.token().offset;
    if (state_.take("(")) {
      Node* inner = parse_expression();
      return inner != nullptr && state_.expect(")") ? inner : nullptr;
    }
    if (state_.take("[")) return parse_entries(NodeKind::kList, "]", offset);
    if (state_.take("{")) return parse_entries(NodeKind::kMap, "}", offset);
    if (state_.take(".")) return parse_name(/*has_leading_dot=*/true);
    if (state_.at_symbol("true")) return parse_constant(Value::boolean(true));
    if (state_.at_symbol("false")) return parse_constant(Value::boolean(false));
    if (state_.at_symbol("null")) return parse_constant(Value());
    return state_.fail_here("an expression");
  }

  Node* parse_constant(const Value& value) {
    Node* node = state_.make(NodeKind::kConstant, state_.token().offset);
    if (node == nullptr) return nullptr;
    node->constant = value;
    state_.advance();
    return state_.failed() ? nullptr : node;
  }

  Node* parse_name(bool has_leading_dot) {
    const Token token = state_.token();
    if (token.kind != TokenKind::kName) return state_.fail_here("a name");
    if (is_reserved(token.text)) {
      return state_.fail(fmt::format("\"{}\" is a reserved word", token.text), token.offset);
    }
    state_.advance();
    if (state_.take("(")) return parse_call(token, nullptr);
    Node* node = state_.make(NodeKind::kName, token.offset);
    if (node == nullptr) return nullptr;
    node->name = token.text;
    node->has_leading_dot = has_leading_dot;
    return node;
  }

  // Elements of a list or keys and values of a map, up to the closing symbol.
  Node* parse_entries(NodeKind kind, std::string_view close, std::uint32_t offset) {
    std::vector<Node*> operands;
    std::vector<char> optional;
    while (!state_.at_symbol(close)) {
      optional.push_back(state_.take("?") ? 1 : 0);
      operands.push_back(parse_expression());
      if (operands.back() == nullptr) return nullptr;
      if (kind == NodeKind::kMap) {
        if (!state_.expect(":")) return nullptr;
        operands.push_back(parse_expression());
        if (operands.back() == nullptr) return nullptr;
      }
      if (!state_.take(",")) break;
    }
    if (!state_.expect(close)) return nullptr;
    Node* node = state_.make(kind, offset, operands);
    if (node != nullptr && std::ranges::find(optional, 1) != optional.end()) {
      auto* flags = state_.arena().allocate_array<bool>(optional.size());
      std::ranges::transform(optional, flags, [](char flag) { return flag != 0; });
      node->optional_flags = {flags, optional.size()};
    }
    return node;
  }

  Node* parse_number(std::string_view sign) {
    const Token token = state_.token();
    std::string text = std::string(sign) + std::string(token.text);
    int base = 10;
    if (const auto prefix = text.find_first_of("xX"); prefix != std::string::npos) {
      text.erase(prefix - 1, 2);
      base = 16;
    }
    const char* end = text.data() + text.size();
    if (token.kind == TokenKind::kDouble) {
      double number = 0;
      const auto read = std::from_chars(text.data(), end, number);
      // Too small a number is zero; from_chars() does not tell it from one too large.
      if (read.ec == std::errc::result_out_of_range) number = std::strtod(text.c_str(), nullptr);
      if (std::isinf(number)) return state_.fail("the number is out of range", token.offset);
      return parse_constant(Value::number(number));
    }
    if (token.kind == TokenKind::kUint) {
      std::uint64_t number = 0;
      if (std::from_chars(text.data(), end - 1, number, base).ec != std::errc{}) {
        return state_.fail("the number does not fit a uint", token.offset);
      }
      return parse_constant(Value::unsigned_integer(number));
    }
    std::int64_t number = 0;
    if (std::from_chars(text.data(), end, number, base).ec != std::errc{}) {
      return state_.fail("the number does not fit an int", token.offset);
    }
    return parse_constant(Value::integer(number));
  }

  ParserState& state_;
};

}  // namespace

void ParserState::advance() {
  auto next = lexer_.next();
  if (next) {
    token_ = *next;
  } else {
    if (!error_) error_ = std::move(next).error();
    token_ = Token{};
  }
}

bool ParserState::take(std::string_view symbol) {
  if (!at_symbol(symbol)) return false;
  advance();
  return true;
}

bool ParserState::expect(std::string_view symbol) {
  if (take(symbol)) return !failed();
  fail_here(fmt::format("\"{}\"", symbol));
  return false;
}

Node* ParserState::fail(std::string message, std::uint32_t offset) {
  if (!error_) error_ = CompileError(std::move(message), source_, offset);
  return nullptr;
}

Node* ParserState::fail_here(std::string_view expected) {
  if (token_.kind == TokenKind::kEnd) {
    return fail(fmt::format("expected {}, not the end", expected), token_.offset);
  }
  return fail(fmt::format("expected {}, not \"{}\"", expected, token_.text.substr(0, 40)),
              token_.offset);
}

Node* ParserState::make(NodeKind kind, std::uint32_t offset, std::span<Node* const> operands) {
  if (failed()) return nullptr;
  if (++nodes_ > limits_.max_nodes) return fail("the expression is too large", offset);
  auto* node = arena_.make<Node>();
  node->kind = kind;
  node->offset = offset;
  auto* copy = arena_.allocate_array<Node*>(operands.size());
  for (std::size_t i = 0; i < operands.size(); ++i) {
    copy[i] = operands[i];
    node->height = std::max(node->height, static_cast<std::uint16_t>(operands[i]->height + 1));
  }
  node->operands = {copy, operands.size()};
  if (node->height > limits_.max_depth) return fail("nested too deeply", offset);
  return node;
}

Node* ParserState::make_call(std::string_view name, std::uint32_t offset,
                             std::initializer_list<Node*> operands) {
  Node* node = make(NodeKind::kCall, offset, operands);
  if (node != nullptr) node->name = name;
  return node;
}

std::expected<Node*, CompileError> parse(std::string_view source, const CompileLimits& limits,
                                         Arena& arena, BlockMacros blocks) {
  if (source.size() > limits.max_source_bytes) {
    return std::unexpected(CompileError(fmt::format("the expression has {} bytes, at most {}",
                                                    source.size(), limits.max_source_bytes),
                                        source, 0));
  }
  ParserState state(source, limits, arena);
  state.blocks = blocks;
  Node* node = Parser(state).parse_whole();
  if (node == nullptr || state.failed()) return std::unexpected(*state.error());
  return node;
}

}  // namespace tidegate::cel
