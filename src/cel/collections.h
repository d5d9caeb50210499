// Lists and maps that hold their values: what literals and macros make. They live in the arena of
// an evaluation, or in a Program for constants, and may be used by a host to hand out what it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/arena.h"
#include "cel/value.h"

namespace tidegate::cel {

// A list over values that somebody else keeps.
class ArrayList final : public List {
 public:
  explicit ArrayList(std::span<const Value> values, const Map* index = nullptr)
      : values_(values), index_(index) {}
  std::size_t size() const override { return values_.size(); }
  Value at(std::size_t index, Arena&) const override { return values_[index]; }
  const Map* index() const override { return index_; }

 private:
  std::span<const Value> values_;
  const Map* index_;
};

struct MapEntry {
  Value key;
  Value value;
};

// A map over entries that somebody else keeps, with an index once there are more than a few.
class ArrayMap final : public Map {
 public:
  // `index` has a power of two of slots, none or at least twice as many as entries: each holds a
  // position in `entries` plus one, or zero.
  explicit ArrayMap(std::span<const MapEntry> entries, std::span<const std::uint32_t> index = {})
      : entries_(entries), index_(index) {}
  std::size_t size() const override { return entries_.size(); }
  std::optional<Value> find(const Value& key, Arena& arena) const override;
  Value key_at(std::size_t index, Arena&) const override { return entries_[index].key; }
  Value value_at(std::size_t index, Arena&) const override { return entries_[index].value; }

 private:
  std::span<const MapEntry> entries_;
  std::span<const std::uint32_t> index_;
};

// Collects the elements of a list in an arena.
class ListBuilder {
 public:
  void append(const Value& value, Arena& arena);
  std::size_t size() const { return size_; }
  Value finish(Arena& arena) const;
  // The same with an index, when there are enough elements and all may be keys.
  Value finish_indexed(Arena& arena) const;

 private:
  Value* values_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// Collects the entries of a map in an arena.
class MapBuilder {
 public:
  // False when an equal key is there already.
  bool insert(const Value& key, const Value& value, Arena& arena);
  std::size_t size() const { return size_; }
  Value finish(Arena& arena) const;

 private:
  void grow(Arena& arena);
  void grow_index(Arena& arena);

  MapEntry* entries_ = nullptr;
  std::uint32_t* index_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t slots_ = 0;
};

// Whether a value may be a key.
bool is_key(const Value& value);
// Whether two keys are the same: numbers exactly, also where a double cannot hold an integer.
bool same_key(const Value& left, const Value& right);

}  // namespace tidegate::cel
