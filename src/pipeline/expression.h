// An expression over a message: checked and compiled once, then evaluated for each.
// Thread: immutable; free to share.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "pipeline/processor.h"

namespace tidegate::pipeline {

class Expression {
 public:
  enum class Kind : std::uint8_t {
    kBool,  // a condition
    kText,  // a text, a number or a boolean: the value of a field or of a variable
  };
  // Errors: kInvalidConfig with what is wrong and where ("1:7: ...").
  static Result<Expression> compile(std::string_view expression, Kind kind);

  // REQUIRES: of that kind. Errors: kMalformed: it cannot be decided on this message.
  Result<bool> as_bool(const Message& message, const Clock& clock, Arena& arena) const;
  // Returns: a view of the message, the expression or the arena.
  Result<std::string_view> as_text(const Message& message, const Clock& clock, Arena& arena) const;

  // Whether it asks for the model, so that the payload must be read before it can be decided.
  bool uses_model() const;
  // Whether it asks for something that only the payload tells: that, or what the payload is.
  bool uses_payload() const;

 private:
  struct Program;
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

// What is wrong with an expression; empty: nothing.
std::string check_expression(std::string_view expression, Expression::Kind kind);

}  // namespace tidegate::pipeline
