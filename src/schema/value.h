// A JSON document as a tree of values: what schemas and what they judge are read into.
//
// Thread: immutable.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "json/scan.h"

namespace tidegate::schema {

struct Value {
  struct Member;

  bool is(json::Kind wanted) const { return kind == wanted; }
  bool is_bool() const { return is(json::Kind::kTrue) || is(json::Kind::kFalse); }
  // The value of a member; null: there is none. Of several the last counts.
  const Value* find(std::string_view name) const;
  // A number without a fraction, however it is written.
  bool is_integer() const;

  json::Kind kind = json::Kind::kNull;
  std::string_view text;   // of a string, decoded; of a number, as it stands
  long double number = 0;  // the nearest one: exact for integers of 64 bits
  std::vector<Value> items;
  std::vector<Member> members;
};

struct Value::Member {
  std::string_view name;  // decoded
  Value value;
};

class Document {
 public:
  // Reads `json`, of which nothing is kept. Errors, of that origin: kMalformed, no JSON; kLimit,
  // more than `max_values` values.
  static Result<Document> parse(std::string_view json, std::size_t max_values, Origin origin);

  const Value& root() const { return *root_; }

 private:
  Document() = default;
  std::unique_ptr<Arena> arena_ = std::make_unique<Arena>();
  std::unique_ptr<Value> root_ = std::make_unique<Value>();
};

// Equal as JSON Schema has it: numbers by what they are worth, objects whatever the order.
// Takes a step of `steps` for each value that is looked at; without any left it is false.
bool equal(const Value& left, const Value& right, std::size_t& steps);

// "an object", "a number", ... as messages name it.
std::string_view describe(const Value& value);

}  // namespace tidegate::schema
