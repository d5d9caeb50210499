// The lists extension and the sets extension.
// Source: cel-go ext, "Lists" and "Sets".
#include <algorithm>

#include "cel/builder.h"
#include "cel/collections.h"
#include "cel/compare.h"
#include "cel/functions/library.h"

namespace tidegate::cel {
namespace {

using Arguments = std::span<const Value>;

constexpr std::int64_t kMaxRange = 1'000'000;

bool are_lists(Arguments arguments, std::size_t count) {
  return arguments.size() == count &&
         std::ranges::all_of(arguments, [](const Value& value) { return value.is(Kind::kList); });
}

Value slice(CallContext& context, Arguments arguments) {
  if (arguments.size() != 3 || !arguments[0].is(Kind::kList) || !arguments[1].is(Kind::kInt) ||
      !arguments[2].is(Kind::kInt)) {
    return context.no_overload();
  }
  const List& list = arguments[0].as_list();
  const std::int64_t start = arguments[1].as_int();
  const std::int64_t end = arguments[2].as_int();
  if (start < 0 || end < start || end > static_cast<std::int64_t>(list.size())) {
    return context.fail("invalid_argument: slice out of range");
  }
  context.charge(static_cast<std::size_t>(end - start));
  if (context.over_budget()) return Value();
  ListBuilder builder;
  for (std::int64_t i = start; i < end; ++i) {
    builder.append(list.at(static_cast<std::size_t>(i), context.arena()), context.arena());
  }
  return builder.finish(context.arena());
}

// Appends the elements, those of lists among them down to `depth`; bounded by the budget.
void flatten_into(CallContext& context, const List& list, std::int64_t depth, int nesting,
                  ListBuilder& builder) {
  constexpr int kMaxNesting = 64;
  const std::size_t size = list.size();
  for (std::size_t i = 0; i < size; ++i) {
    context.charge(1);
    if (context.over_budget()) return;
    const Value element = list.at(i, context.arena());
    if (element.is(Kind::kList) && depth > 0 && nesting < kMaxNesting) {
      flatten_into(context, element.as_list(), depth - 1, nesting + 1, builder);
    } else {
      builder.append(element, context.arena());
    }
  }
}

Value flatten(CallContext& context, Arguments arguments) {
  const bool has_depth = arguments.size() == 2 && arguments[1].is(Kind::kInt);
  if (!(arguments.size() == 1 || has_depth) || !arguments[0].is(Kind::kList)) {
    return context.no_overload();
  }
  const std::int64_t depth = has_depth ? arguments[1].as_int() : 1;
  if (depth < 0) return context.fail("invalid_argument: negative depth");
  ListBuilder builder;
  flatten_into(context, arguments[0].as_list(), depth, 0, builder);
  return builder.finish(context.arena());
}

// Whether the list has an equal element among its first `size`.
bool has_equal(CallContext& context, const List& list, std::size_t size, const Value& value) {
  for (std::size_t i = 0; i < size && !context.over_budget(); ++i) {
    if (equal(list.at(i, context.arena()), value, context.arena(), context.budget())) return true;
  }
  return false;
}

Value distinct(CallContext& context, Arguments arguments) {
  if (!are_lists(arguments, 1)) return context.no_overload();
  const List& list = arguments[0].as_list();
  const std::size_t size = list.size();
  ListBuilder builder;
  for (std::size_t i = 0; i < size && !context.over_budget(); ++i) {
    const Value element = list.at(i, context.arena());
    if (!has_equal(context, list, i, element)) builder.append(element, context.arena());
  }
  return builder.finish(context.arena());
}

Value range(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1 || !arguments[0].is(Kind::kInt)) return context.no_overload();
  const std::int64_t size = arguments[0].as_int();
  if (size < 0 || size > kMaxRange) return context.fail("invalid_argument: range out of bounds");
  context.charge(static_cast<std::size_t>(size));
  if (context.over_budget()) return Value();
  ListBuilder builder;
  for (std::int64_t i = 0; i < size; ++i) builder.append(Value::integer(i), context.arena());
  return builder.finish(context.arena());
}

Value sort(CallContext& context, Arguments arguments) {
  if (!are_lists(arguments, 1)) return context.no_overload();
  return sort_by_keys(context, arguments[0], arguments[0]);
}

Value edge(CallContext& context, Arguments arguments, bool first) {
  if (!are_lists(arguments, 1)) return context.no_overload();
  const List& list = arguments[0].as_list();
  if (list.size() == 0) return Value::optional(nullptr);
  const Value found = list.at(first ? 0 : list.size() - 1, context.arena());
  return found.is_bad() ? found : Value::optional(context.arena().make<Value>(found));
}

Value first_of(CallContext& context, Arguments arguments) {
  return edge(context, arguments, /*first=*/true);
}

Value last_of(CallContext& context, Arguments arguments) {
  return edge(context, arguments, /*first=*/false);
}

// Whether `whole` has an equal of every element of `part`.
bool contains_all(CallContext& context, const List& whole, const List& part) {
  const std::size_t size = part.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (!has_equal(context, whole, whole.size(), part.at(i, context.arena()))) return false;
  }
  return true;
}

Value set_contains(CallContext& context, Arguments arguments) {
  if (!are_lists(arguments, 2)) return context.no_overload();
  return Value::boolean(contains_all(context, arguments[0].as_list(), arguments[1].as_list()));
}

Value set_equivalent(CallContext& context, Arguments arguments) {
  if (!are_lists(arguments, 2)) return context.no_overload();
  return Value::boolean(contains_all(context, arguments[0].as_list(), arguments[1].as_list()) &&
                        contains_all(context, arguments[1].as_list(), arguments[0].as_list()));
}

Value set_intersects(CallContext& context, Arguments arguments) {
  if (!are_lists(arguments, 2)) return context.no_overload();
  const List& left = arguments[0].as_list();
  const List& right = arguments[1].as_list();
  const std::size_t size = right.size();
  for (std::size_t i = 0; i < size && !context.over_budget(); ++i) {
    if (has_equal(context, left, left.size(), right.at(i, context.arena()))) {
      return Value::boolean(true);
    }
  }
  return Value::boolean(false);
}

constexpr FunctionRow kListRows[] = {
    {"slice", "list(A).(int, int) -> list(A)", slice},
    {"flatten", "list(A).() -> list(dyn); list(A).(int) -> list(dyn)", flatten},
    {"distinct", "list(A).() -> list(A)", distinct},
    {"lists.range", "(int) -> list(int)", range},
    {"sort", "list(A).() -> list(A)", sort},
    {"first", "list(A).() -> optional(A)", first_of},
    {"last", "list(A).() -> optional(A)", last_of},
};

constexpr FunctionRow kSetRows[] = {
    {"sets.contains", "(list(A), list(A)) -> bool", set_contains},
    {"sets.equivalent", "(list(A), list(A)) -> bool", set_equivalent},
    {"sets.intersects", "(list(A), list(A)) -> bool", set_intersects},
};

}  // namespace

std::span<const FunctionRow> list_rows() { return kListRows; }
std::span<const FunctionRow> set_rows() { return kSetRows; }

}  // namespace tidegate::cel
