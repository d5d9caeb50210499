// JSON that fits a JSON schema: arguments of simulated tool calls and structured output.
//
// Understands type, properties, items, enum, const, anyOf, oneOf and $ref into $defs or
// definitions; other keywords (lengths, patterns) are not looked at. Deep or recursive schemas end
// in null.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"

namespace tidegate::simulator {

// What {"type":"json_object"} gets, which names no schema.
inline constexpr std::string_view kAnswerSchema =
    R"({"type":"object","properties":{"answer":{"type":"string"},"score":{"type":"integer"}}})";

// The text of one value. `schema` is the raw text of a validated schema; the same state of `random`
// gives the same value.
std::string sample_schema(std::string_view schema, Random& random);

}  // namespace tidegate::simulator
