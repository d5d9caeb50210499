// Open-addressing index from a 64-bit hash to a 32-bit position in somebody else's array.
//
// It stores no keys: the caller's predicate decides whether the thing at a position is the one
// wanted. Eight bytes a slot at a load of at most one half, so a route costs it 16 to 32 bytes.
// Thread: immutable after the last insert; then free to share.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidegate::route {

class FlatIndex {
 public:
  static constexpr std::uint32_t kAbsent = 0xffffffffU;

  // Makes room for `count` entries in all, so that inserts up to there do not rehash.
  void reserve(std::size_t count) {
    const std::size_t wanted = std::bit_ceil(count * 2 + 2);
    if (wanted > slots_.size()) rehash(wanted);
  }

  // Adds a position under `hash`. Does not look whether an equal entry is there.
  void insert(std::uint64_t hash, std::uint32_t position) {
    if ((size_ + 1) * 2 > slots_.size()) rehash(std::bit_ceil(size_ * 4 + 4));
    place(hash, position);
    ++size_;
  }

  // The position under `hash` for which `is_wanted(position)` holds; kAbsent when there is none.
  template <class Predicate>
  std::uint32_t find(std::uint64_t hash, const Predicate& is_wanted) const {
    if (size_ == 0) return kAbsent;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = hash & mask; slots_[i].position != kAbsent; i = (i + 1) & mask) {
      if (slots_[i].tag == tag_of(hash) && is_wanted(slots_[i].position)) return slots_[i].position;
    }
    return kAbsent;
  }

  std::size_t size() const { return size_; }
  // Heap bytes held.
  std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  // The tag keeps the 32 bits of the hash from which any table size takes its slot, so that a
  // rehash needs no keys; tables therefore stay below 2^32 slots.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t position = kAbsent;
  };
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }

  void place(std::uint64_t hash, std::uint32_t position) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = hash & mask;
    while (slots_[i].position != kAbsent) i = (i + 1) & mask;
    slots_[i] = Slot{.tag = tag_of(hash), .position = position};
  }

  void rehash(std::size_t slots) {
    std::vector<Slot> old(slots);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.position != kAbsent) place(slot.tag, slot.position);
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace tidegate::route
