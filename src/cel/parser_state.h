// What the parts of the parser share: the token at hand, the arena, and the first thing that went
// wrong. Only parser.cc and macros.cc see it.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cel/ast.h"
#include "cel/compile_error.h"
#include "cel/lexer.h"
#include "cel/limits.h"

namespace tidegate::cel {

// Every function that makes a node returns null once something went wrong; error() says what.
class ParserState {
 public:
  ParserState(std::string_view source, const CompileLimits& limits, Arena& arena)
      : source_(source), limits_(limits), arena_(arena), lexer_(source, arena) {
    advance();
  }

  const Token& token() const { return token_; }
  bool at_symbol(std::string_view text) const {
    return token_.kind == TokenKind::kSymbol && token_.text == text;
  }
  void advance();
  // Goes past the symbol when it is there.
  bool take(std::string_view symbol);
  // The same, and its absence is an error.
  bool expect(std::string_view symbol);

  Node* fail(std::string message, std::uint32_t offset);
  Node* fail_here(std::string_view expected);
  bool failed() const { return error_.has_value(); }
  const std::optional<CompileError>& error() const { return error_; }

  // A node over operands, none of which is null; null when a limit bites.
  Node* make(NodeKind kind, std::uint32_t offset, std::span<Node* const> operands = {});
  Node* make_call(std::string_view name, std::uint32_t offset,
                  std::initializer_list<Node*> operands);
  Arena& arena() { return arena_; }
  std::size_t max_depth() const { return limits_.max_depth; }
  std::uint32_t depth = 0;  // of the descent
  BlockMacros blocks = BlockMacros::kOff;

 private:
  std::string_view source_;
  const CompileLimits& limits_;
  Arena& arena_;
  Lexer lexer_;
  Token token_;
  std::size_t nodes_ = 0;
  std::optional<CompileError> error_;
};

// A call as written: has(...) without receiver, or receiver.name(...).
struct WrittenCall {
  std::string_view name;
  std::uint32_t offset = 0;
  Node* receiver = nullptr;  // of a method
  std::span<Node* const> arguments;
};

// The node of a macro when the call is one; null without error when it is a plain call.
Node* expand_macro(ParserState& state, const WrittenCall& call);

}  // namespace tidegate::cel
