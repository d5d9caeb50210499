#include "cel/builder.h"

#include <algorithm>
#include <bit>

#include "cel/compare.h"

namespace tidegate::cel {

bool Builder::accepts(CallContext& context, const Value& value) {
  context.charge(1);
  if (value.is_bad()) fail(value);
  return failure_.is(Kind::kNull);
}

void Builder::fail(const Value& bad) {
  if (failure_.is(Kind::kNull) || bad.is(Kind::kUnknown)) failure_ = bad;
}

void Builder::append(CallContext& context, const Value& value) {
  if (accepts(context, value)) list_.append(value, context.arena());
}

void Builder::append_optional(CallContext& context, const Value& value) {
  if (!accepts(context, value)) return;
  if (!value.is(Kind::kOptional)) return fail(context.no_overload());
  if (value.as_optional() != nullptr) list_.append(*value.as_optional(), context.arena());
}

void Builder::insert(CallContext& context, const Value& key, const Value& value) {
  if (!accepts(context, key) || !accepts(context, value)) return;
  if (!is_key(key)) return fail(context.fail("unsupported key type"));
  if (!map_.insert(key, value, context.arena())) fail(context.fail("repeated key"));
}

void Builder::insert_optional(CallContext& context, const Value& key, const Value& value) {
  if (!accepts(context, key) || !accepts(context, value)) return;
  if (!value.is(Kind::kOptional)) return fail(context.no_overload());
  if (value.as_optional() != nullptr) insert(context, key, *value.as_optional());
}

void Builder::merge(CallContext& context, const Value& value) {
  if (!accepts(context, value)) return;
  if (!value.is(Kind::kMap)) return fail(context.no_overload());
  const Map& map = value.as_map();
  const std::size_t size = map.size();
  for (std::size_t i = 0; i < size && !context.over_budget(); ++i) {
    insert(context, map.key_at(i, context.arena()), map.value_at(i, context.arena()));
  }
}

Value Builder::finish_list(Arena& arena) const {
  return failure_.is(Kind::kNull) ? list_.finish(arena) : failure_;
}

Value Builder::finish_map(Arena& arena) const {
  return failure_.is(Kind::kNull) ? map_.finish(arena) : failure_;
}

Value start_builder(Arena& arena) { return Value::opaque(arena.make<Builder>()); }

Builder& builder_of(const Value& slot) {
  // Slots of builders hold nothing else, and the arena's object is not const.
  return const_cast<Builder&>(static_cast<const Builder&>(slot.as_opaque()));
}

namespace {

struct Sortable {
  Value key;
  Value element;
  std::size_t position;
};

// A total order: NaN comes first, equal keys stay as they were.
bool comes_before(const Sortable& left, const Sortable& right) {
  const auto ordered = *order(left.key, right.key);
  if (ordered != std::partial_ordering::unordered && ordered != 0) return ordered < 0;
  const bool left_is_nan = order(left.key, left.key) != std::partial_ordering::equivalent;
  const bool right_is_nan = order(right.key, right.key) != std::partial_ordering::equivalent;
  if (left_is_nan != right_is_nan) return left_is_nan;
  return left.position < right.position;
}

}  // namespace

Value sort_by_keys(CallContext& context, const Value& elements, const Value& keys) {
  if (elements.is_bad()) return elements;
  if (keys.is_bad()) return keys;
  const std::size_t size = elements.as_list().size();
  context.charge(size * static_cast<std::size_t>(std::bit_width(size)));
  if (context.over_budget()) return Value();
  auto* pairs = context.arena().allocate_array<Sortable>(size);
  for (std::size_t i = 0; i < size; ++i) {
    const Value key = keys.as_list().at(i, context.arena());
    pairs[i] = {key, elements.as_list().at(i, context.arena()), i};
    if (key.kind() != pairs[0].key.kind() || !order(key, key)) {
      return context.fail("invalid_argument: keys of a sort must have one order");
    }
  }
  std::sort(pairs, pairs + size, comes_before);
  auto* sorted = context.arena().allocate_array<Value>(size);
  std::transform(pairs, pairs + size, sorted, [](const Sortable& pair) { return pair.element; });
  return Value::list(context.arena().make<ArrayList>(std::span<const Value>(sorted, size)));
}

}  // namespace tidegate::cel
