// What expressions of pipelines may name, and how they are compiled and evaluated on a message.
// Thread: an expression is immutable and free to share.
#pragma once

#include <memory>
#include <string_view>

#include "base/clock.h"
#include "cel/program.h"
#include "pipeline/named_zones.h"
#include "pipeline/processor.h"

namespace tidegate::pipeline {

// An expression that has been checked, and the time zones that it names.
struct Expression {
  cel::Program program;
  NamedZones zones;

  // Whether it asks for the model, so that the payload must be read before it can be evaluated.
  bool uses_model() const;
  // Whether it asks for what is known only where the payload is there: itself, tool, usage, cost.
  bool uses_payload() const;
};

// Errors: kInvalidConfig with what is wrong and where: "1:7: ...".
Result<std::shared_ptr<const Expression>> compile_expression(std::string_view text);

// Texts of the value live as long as the message and the arena. Errors: kMalformed: it has no value
// on this message.
Result<cel::Value> evaluate(const Expression& expression, const Message& message,
                            const Clock& clock, Arena& arena);

}  // namespace tidegate::pipeline
