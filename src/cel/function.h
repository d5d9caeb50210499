// Functions and operators: what the checker knows of them and what computes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "cel/op.h"
#include "cel/type.h"
#include "cel/value.h"

namespace tidegate::cel {

class Zones;

// What a function may use while it computes one call.
class CallContext {
 public:
  CallContext(Arena& arena, std::int64_t budget, const Zones* zones)
      : arena_(arena), budget_(budget), zones_(zones) {}

  Arena& arena() const { return arena_; }
  const Zones* zones() const { return zones_; }  // null when there are none

  // What is left to spend; below zero the evaluation ends with an error, whatever is returned.
  std::int64_t& budget() { return budget_; }
  void charge(std::size_t units) { budget_ -= static_cast<std::int64_t>(units); }
  void charge_bytes(std::size_t bytes) { charge(bytes / 64); }
  bool over_budget() const { return budget_ < 0; }

  // An error that points at the call. The text must be a literal, or is copied by fail_with().
  Value fail(const char* message) const { return Value::error(message, offset_); }
  Value fail_with(std::string_view message) const;
  Value no_overload() const { return fail("no such overload"); }

  void set_offset(std::uint32_t offset) { offset_ = offset; }

 private:
  Arena& arena_;
  std::int64_t budget_;
  const Zones* zones_;
  std::uint32_t offset_ = 0;
};

// Computes a call. No argument is an error or unknown; their number and kinds are those of any
// overload, or, where types were not checked, of none: then the result is no_overload().
using FunctionBody = Value (*)(CallContext& context, std::span<const Value> arguments);

struct Overload {
  bool is_method = false;    // the first parameter is the receiver
  bool is_variadic = false;  // the last parameter may be given any number of times, at least once
  bool is_fallback = false;  // looked at only when no other overload matches
  std::vector<Type> parameters;
  Type result;
};

// Reads "string.(int, int) -> string" (a method) or "(list(A)) -> int"; "(A...) -> A" is variadic,
// "else (dyn...) -> dyn" a fallback.
Overload parse_overload(std::string_view signature);

struct Function {
  std::string name;
  std::vector<Overload> overloads;
  FunctionBody body = nullptr;  // null for what has its own instruction
  Op op = Op::kCall;
};

// One row of a library: name, signatures separated by ';', and how it is computed.
struct FunctionRow {
  std::string_view name;
  std::string_view signatures;
  FunctionBody body = nullptr;
  Op op = Op::kCall;
};

}  // namespace tidegate::cel
