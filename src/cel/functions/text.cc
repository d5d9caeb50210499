// Standard functions on text, and size() of everything that has one.
#include <algorithm>

#include "cel/functions/library.h"
#include "cel/pattern.h"
#include "cel/utf8.h"

namespace tidegate::cel {
namespace {

using Arguments = std::span<const Value>;

// A pattern that is computed is compiled again at each evaluation.
constexpr std::size_t kPatternCost = 200;

bool are_strings(Arguments arguments, std::size_t count) {
  return arguments.size() == count &&
         std::ranges::all_of(arguments, [](const Value& value) { return value.is(Kind::kString); });
}

Value size_of(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  const auto made = [](std::size_t size) {
    return Value::integer(static_cast<std::int64_t>(size));
  };
  switch (arguments[0].kind()) {
    case Kind::kString:
      context.charge_bytes(arguments[0].as_text().size());
      return made(count_points(arguments[0].as_text()));
    case Kind::kBytes:
      return made(arguments[0].as_text().size());
    case Kind::kList:
      return made(arguments[0].as_list().size());
    case Kind::kMap:
      return made(arguments[0].as_map().size());
    default:
      return context.no_overload();
  }
}

Value contains(CallContext& context, Arguments arguments) {
  if (!are_strings(arguments, 2)) return context.no_overload();
  context.charge_bytes(arguments[0].as_text().size());
  return Value::boolean(arguments[0].as_text().contains(arguments[1].as_text()));
}

Value starts_with(CallContext& context, Arguments arguments) {
  if (!are_strings(arguments, 2)) return context.no_overload();
  context.charge_bytes(arguments[1].as_text().size());
  return Value::boolean(arguments[0].as_text().starts_with(arguments[1].as_text()));
}

Value ends_with(CallContext& context, Arguments arguments) {
  if (!are_strings(arguments, 2)) return context.no_overload();
  context.charge_bytes(arguments[1].as_text().size());
  return Value::boolean(arguments[0].as_text().ends_with(arguments[1].as_text()));
}

Value matches(CallContext& context, Arguments arguments) {
  if (!are_strings(arguments, 2)) return context.no_overload();
  context.charge(kPatternCost + arguments[1].as_text().size() + arguments[0].as_text().size() / 16);
  if (context.over_budget()) return Value();
  const auto pattern = Pattern::make(arguments[1].as_text());
  if (!pattern) return context.fail_with(pattern.error());
  return Value::boolean(pattern->matches(arguments[0].as_text()));
}

constexpr FunctionRow kRows[] = {
    {"size",
     "(string) -> int; (bytes) -> int; (list(A)) -> int; (map(A, B)) -> int;"
     "string.() -> int; bytes.() -> int; list(A).() -> int; map(A, B).() -> int",
     size_of},
    {"contains", "string.(string) -> bool", contains},
    {"startsWith", "string.(string) -> bool", starts_with},
    {"endsWith", "string.(string) -> bool", ends_with},
    {"matches", "(string, string) -> bool; string.(string) -> bool", matches},
};

}  // namespace

std::span<const FunctionRow> text_rows() { return kRows; }

}  // namespace tidegate::cel
