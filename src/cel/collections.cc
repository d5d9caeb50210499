#include "cel/collections.h"

#include <algorithm>
#include <cmath>

#include "cel/compare.h"

namespace tidegate::cel {
namespace {

constexpr std::size_t kIndexedFrom = 8;  // entries; fewer are found faster one after another

// A double that is a whole number, as the integer it is.
Value as_integer(const Value& number) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (!number.is(Kind::kDouble)) return number;
  const double value = number.as_double();
  if (std::trunc(value) != value || value < -kTwoTo63 || value >= 2 * kTwoTo63) return number;
  if (value < kTwoTo63) return Value::integer(static_cast<std::int64_t>(value));
  return Value::unsigned_integer(static_cast<std::uint64_t>(value));
}

bool same_number(const Value& left, const Value& right) {
  const Value one = as_integer(left);
  const Value other = as_integer(right);
  if (one.is(Kind::kDouble) != other.is(Kind::kDouble)) return false;
  return order_numbers(one, other) == 0;
}

// The slot of the key in an index, or the empty one where it belongs.
std::size_t probe(std::span<const std::uint32_t> index, const MapEntry* entries, const Value& key) {
  const std::size_t mask = index.size() - 1;
  std::size_t slot = (hash_key(key) >> 7) & mask;
  while (index[slot] != 0 && !same_key(entries[index[slot] - 1].key, key)) slot = (slot + 1) & mask;
  return slot;
}

}  // namespace

bool is_key(const Value& value) {
  return value.is(Kind::kString) || value.is(Kind::kInt) || value.is(Kind::kUint) ||
         value.is(Kind::kBool);
}

bool same_key(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return same_number(left, right);
  if (left.kind() != right.kind()) return false;
  if (left.is(Kind::kBool)) return left.as_bool() == right.as_bool();
  return left.is(Kind::kString) && left.as_text() == right.as_text();
}

std::optional<Value> ArrayMap::find(const Value& key, Arena&) const {
  if (!index_.empty()) {
    const std::uint32_t position = index_[probe(index_, entries_.data(), key)];
    if (position == 0) return std::nullopt;
    return entries_[position - 1].value;
  }
  for (const auto& entry : entries_) {
    if (same_key(entry.key, key)) return entry.value;
  }
  return std::nullopt;
}

void ListBuilder::append(const Value& value, Arena& arena) {
  if (size_ == capacity_) {
    capacity_ = std::max<std::size_t>(4, capacity_ * 2);
    auto* grown = arena.allocate_array<Value>(capacity_);
    std::copy_n(values_, size_, grown);
    values_ = grown;
  }
  values_[size_++] = value;
}

Value ListBuilder::finish(Arena& arena) const {
  return Value::list(arena.make<ArrayList>(std::span<const Value>(values_, size_)));
}

Value ListBuilder::finish_indexed(Arena& arena) const {
  if (size_ <= kIndexedFrom || !std::all_of(values_, values_ + size_, is_key)) return finish(arena);
  MapBuilder index;
  for (std::size_t i = 0; i < size_; ++i) index.insert(values_[i], Value(), arena);
  const std::span<const Value> values(values_, size_);
  return Value::list(arena.make<ArrayList>(values, &index.finish(arena).as_map()));
}

bool MapBuilder::insert(const Value& key, const Value& value, Arena& arena) {
  if (slots_ != 0) {
    if (index_[probe({index_, slots_}, entries_, key)] != 0) return false;
  } else if (std::any_of(entries_, entries_ + size_,
                         [&key](const MapEntry& entry) { return same_key(entry.key, key); })) {
    return false;
  }
  if (size_ == capacity_) grow(arena);
  entries_[size_++] = MapEntry{key, value};
  if (size_ > kIndexedFrom) {
    if (size_ * 2 > slots_) {
      grow_index(arena);
    } else {
      index_[probe({index_, slots_}, entries_, key)] = static_cast<std::uint32_t>(size_);
    }
  }
  return true;
}

void MapBuilder::grow(Arena& arena) {
  capacity_ = std::max<std::size_t>(4, capacity_ * 2);
  auto* grown = arena.allocate_array<MapEntry>(capacity_);
  std::copy_n(entries_, size_, grown);
  entries_ = grown;
}

void MapBuilder::grow_index(Arena& arena) {
  slots_ = std::max<std::size_t>(4 * kIndexedFrom, slots_ * 2);
  index_ = arena.allocate_array<std::uint32_t>(slots_);
  std::fill_n(index_, slots_, 0u);
  for (std::size_t i = 0; i < size_; ++i) {
    index_[probe({index_, slots_}, entries_, entries_[i].key)] = static_cast<std::uint32_t>(i + 1);
  }
}

Value MapBuilder::finish(Arena& arena) const {
  return Value::map(arena.make<ArrayMap>(std::span<const MapEntry>(entries_, size_),
                                         std::span<const std::uint32_t>(index_, slots_)));
}

}  // namespace tidegate::cel
