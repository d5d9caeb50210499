// An expression whose value is a text: of a field, of a variable.   Thread: immutable; free to
// share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "pipeline/processor.h"

namespace tidegate::pipeline {

struct Expression;

class TextExpression {
 public:
  // Errors: kInvalidConfig with what is wrong and where; its value can be no text.
  static Result<TextExpression> compile(std::string_view expression);

  // Its value on the message: texts as they are, numbers and booleans as CEL's string() has them.
  // Lives as long as the message and the arena. Errors: kMalformed: it has none.
  Result<std::string_view> evaluate(const Message& message, const Clock& clock, Arena& arena) const;
  // Whether it asks for the model, so that the payload must be read before it can be evaluated.
  bool uses_model() const;
  // Whether it asks for what is known only where the payload is there: itself, tool, usage, cost.
  bool uses_payload() const;

 private:
  explicit TextExpression(std::shared_ptr<const Expression> expression)
      : expression_(std::move(expression)) {}
  std::shared_ptr<const Expression> expression_;
};

// What is wrong with an expression; empty: nothing.
std::string check_text_expression(std::string_view expression);

}  // namespace tidegate::pipeline
