// The expression of a processor's `when`.   Thread: immutable; free to share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "pipeline/processor.h"

namespace tidegate::pipeline {

struct Expression;

class Condition {
 public:
  // Errors: kInvalidConfig with what is wrong and where.
  static Result<Condition> compile(std::string_view expression);

  // Errors: kMalformed: it cannot be decided on this message.
  Result<bool> holds(const Message& message, const Clock& clock, Arena& arena) const;
  // Whether it asks for the model, so that the payload must be read before it can be decided.
  bool uses_model() const;

 private:
  explicit Condition(std::shared_ptr<const Expression> expression)
      : expression_(std::move(expression)) {}
  std::shared_ptr<const Expression> expression_;
};

// What is wrong with an expression; empty: nothing.
std::string check_condition(std::string_view expression);

}  // namespace tidegate::pipeline
