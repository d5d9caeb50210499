// Fields, elements and membership.
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "cel/collections.h"
#include "cel/compare.h"
#include "cel/operators.h"

namespace tidegate::cel {
namespace {

// A number of any kind that is whole, as an index; -1 for what cannot be one.
std::optional<std::int64_t> whole_index(const Value& key) {
  if (key.is(Kind::kInt)) return key.as_int() < 0 ? -1 : key.as_int();
  if (key.is(Kind::kUint)) {
    return key.as_uint() > INT64_MAX ? -1 : static_cast<std::int64_t>(key.as_uint());
  }
  if (!key.is(Kind::kDouble)) return std::nullopt;
  const double number = key.as_double();
  if (std::trunc(number) != number || std::abs(number) > 1e15) return std::nullopt;
  return number < 0 ? -1 : static_cast<std::int64_t>(number);
}

std::string key_text(const Value& key) {
  switch (key.kind()) {
    case Kind::kInt:
      return fmt::format("{}", key.as_int());
    case Kind::kUint:
      return fmt::format("{}", key.as_uint());
    case Kind::kDouble:
      return fmt::format("{}", key.as_double());
    case Kind::kBool:
      return key.as_bool() ? "true" : "false";
    default:
      return std::string(key.as_text().substr(0, 100));
  }
}

Value list_element(CallContext& context, const List& list, const Value& key, bool optional) {
  const auto index = whole_index(key);
  if (!index) return context.fail("invalid_argument: a list is indexed by whole numbers");
  if (*index < 0 || static_cast<std::size_t>(*index) >= list.size()) {
    if (optional) return Value::optional(nullptr);
    return context.fail_with("index out of bounds: " + key_text(key));
  }
  const Value found = list.at(static_cast<std::size_t>(*index), context.arena());
  return optional ? wrap_optional(context, found) : found;
}

Value map_entry(CallContext& context, const Map& map, const Value& key, bool optional) {
  if (!is_key(key) && !key.is(Kind::kDouble)) return context.no_overload();
  const auto found = map.find(key, context.arena());
  if (found) return optional ? wrap_optional(context, *found) : *found;
  if (optional) return Value::optional(nullptr);
  return context.fail_with("no such key: " + key_text(key));
}

}  // namespace

Value wrap_optional(CallContext& context, const Value& value) {
  if (value.is_bad()) return value;
  return Value::optional(context.arena().make<Value>(value));
}

Value index(CallContext& context, const Value& target, const Value& key, bool optional) {
  if (target.is(Kind::kList)) return list_element(context, target.as_list(), key, optional);
  if (target.is(Kind::kMap)) return map_entry(context, target.as_map(), key, optional);
  if (!target.is(Kind::kOptional)) return context.no_overload();
  const Value* held = target.as_optional();
  if (held == nullptr) return target;
  if (held->is(Kind::kOptional)) return context.no_overload();
  return index(context, *held, key, /*optional=*/true);
}

Value select(CallContext& context, const Value& target, const Value& field, const Value& missing,
             bool optional) {
  if (target.is(Kind::kMap)) {
    const auto found = target.as_map().find(field, context.arena());
    if (found) return optional ? wrap_optional(context, *found) : *found;
    return optional ? Value::optional(nullptr) : missing;
  }
  if (!target.is(Kind::kOptional)) return context.no_overload();
  const Value* held = target.as_optional();
  if (held == nullptr) return target;
  if (!held->is(Kind::kMap)) return context.no_overload();
  return select(context, *held, field, missing, /*optional=*/true);
}

Value has(CallContext& context, const Value& target, const Value& field) {
  const Value* inside = &target;
  if (target.is(Kind::kOptional)) {
    inside = target.as_optional();
    if (inside == nullptr) return Value::boolean(false);
  }
  if (!inside->is(Kind::kMap)) return context.no_overload();
  const auto found = inside->as_map().find(field, context.arena());
  if (found && found->is(Kind::kUnknown)) return *found;
  return Value::boolean(found.has_value());
}

Value in(CallContext& context, const Value& value, const Value& range) {
  if (range.is(Kind::kMap)) {
    if (!is_key(value) && !value.is(Kind::kDouble)) return context.no_overload();
    return Value::boolean(range.as_map().find(value, context.arena()).has_value());
  }
  if (!range.is(Kind::kList)) return context.no_overload();
  const List& list = range.as_list();
  // Doubles are looked for one by one: a key they must equal exactly, an element as a double.
  if (const Map* keys = list.index(); keys != nullptr && is_key(value)) {
    return Value::boolean(keys->find(value, context.arena()).has_value());
  }
  const std::size_t size = list.size();
  for (std::size_t i = 0; i < size && !context.over_budget(); ++i) {
    const Value element = list.at(i, context.arena());
    if (element.is_bad()) return element;
    if (equal(value, element, context.arena(), context.budget())) return Value::boolean(true);
  }
  return Value::boolean(false);
}

}  // namespace tidegate::cel
