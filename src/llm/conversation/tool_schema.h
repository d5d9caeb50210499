// JSON schemas of tools and of structured output, fitted to what each provider takes.
//
// OpenAI and Anthropic take JSON Schema whose root is an object. Gemini takes a subset of OpenAPI's
// Schema object in `parameters` and `responseSchema`, and JSON Schema in `parametersJsonSchema` and
// `responseJsonSchema` (generateContent reference, Schema; Structured output; 2026-11). What a
// provider would refuse is left out or said otherwise; a schema that needs nothing comes back as
// the same bytes.   Thread: pure functions. Input is validated JSON.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/arena.h"

namespace tidegate::llm {

inline constexpr std::size_t kMaxSchemaDepth = 64;         // deeper parts become {"type":"object"}
inline constexpr std::size_t kMaxInlinedRefs = 2;          // of one $ref within itself (recursion)
inline constexpr std::size_t kMaxSchemaSteps = 20'000;     // schema objects visited in all
inline constexpr std::size_t kMaxSchemaBytes = 1U << 20U;  // of a schema grown by inlined $refs

// Arguments of a tool for OpenAI, Anthropic and Bedrock: the root becomes an object with
// properties, `$schema` goes. Empty, null and non-objects become {"type":"object","properties":{}}.
std::string_view object_schema(std::string_view schema, Arena& arena);

// For Gemini's `parameters` and `responseSchema`: $refs are inlined; `type` lists become a type and
// `nullable`; a const text becomes an enum, oneOf becomes anyOf, allOf is merged; null and empty
// texts leave enums; `required` keeps what has a property; parts without a type get one; formats
// that Gemini does not know, and all keywords outside the subset, go.
struct OpenApiSchema {
  std::string_view text;
  // False: it says less than the schema did (recursion, prefixItems, patternProperties, enums of
  // numbers, ...), which Gemini's JSON Schema members would keep.
  bool exact = true;
};
OpenApiSchema openapi_schema(std::string_view schema, Arena& arena);

// For Gemini's `parametersJsonSchema` and `responseJsonSchema`: only `$schema` goes.
std::string_view gemini_json_schema(std::string_view schema, Arena& arena);

// Gemini's `parameters` and `responseSchema` as JSON Schema: types in lower case, `nullable` as a
// type list, propertyOrdering gone, counts that stand as strings ("minItems":"1") as numbers.
std::string_view from_openapi_schema(std::string_view schema, Arena& arena);

}  // namespace tidegate::llm
