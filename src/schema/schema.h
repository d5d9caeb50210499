// JSON Schema: whether a document is what a schema describes, and where it is not.
//
//   auto schema = Schema::compile(R"({"type":"object","required":["city"]})");
//   auto wrong = schema->check(R"({"town":"Ulm"})");   // "": must have the member "city"
//
// Drafts 2020-12 and 07 (by "$schema"; without one 2020-12). A schema stands alone: a
// reference leads into itself, nothing is ever fetched. `format` and `content*` are annotations, as
// the specification has it. What cannot be honoured is refused when it is compiled, never ignored.
// Schemas come from clients: their size, their regular expressions and the work of a check are
// bounded.   Thread: immutable; check() from any thread at once.
// Source: JSON Schema Core and Validation, 2020-12.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tidegate::schema {

struct Rules;

inline constexpr std::size_t kMaxSchemaBytes = 256 * 1024;
inline constexpr std::size_t kMaxSchemaDepth = 64;
inline constexpr std::size_t kMaxRules = 4096;
inline constexpr std::size_t kMaxPatterns = 64;
// Values of a document that is checked, and steps of a check: a step is a rule or a value that is
// looked at.
inline constexpr std::size_t kMaxValues = 200'000;
inline constexpr std::size_t kMaxSteps = 1'000'000;
// Of one check; more are not told.
inline constexpr std::size_t kMaxViolations = 8;

struct Violation {
  std::string place;    // a JSON Pointer: "/items/0/price"; "" is the whole
  std::string message;  // "must be a number, and is a string"
};
// "/items/0/price must be a number, and is a string; ..."
std::string to_string(const std::vector<Violation>& violations);

class Schema {
 public:
  // Errors, with the place in the schema: kMalformed, no schema; kLimit, beyond the bounds above;
  // kUnsupported: a reference to elsewhere, an identifier below the root, a dynamic reference, a
  // vocabulary or a regular expression that we do not have.
  static Result<Schema> compile(std::string_view json);

  // What is wrong; empty: nothing.
  // Errors, origin upstream: kMalformed, no JSON; kLimit, too many values, or it takes too long.
  Result<std::vector<Violation>> check(std::string_view json) const;

 private:
  explicit Schema(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}
  std::shared_ptr<const Rules> rules_;
};

}  // namespace tidegate::schema
