// Which member of a group keeps the state that requests refer to: sessions by a header, answers and
// files by the ids that the provider gave them.
//
// Shared by all workers, since the requests of a session come over any connection. Holds hashes, so
// that neither session names nor ids are kept. Bounded: the least recently used go first.
// Thread: any; one mutex per shard, held for a few steps.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace tidegate::upstream {

class StickyTable {
 public:
  static constexpr std::size_t kMaxEntries = 65'536;

  explicit StickyTable(std::size_t max_entries = kMaxEntries)
      : max_per_shard_(max_entries / kShards) {}

  // A key for `value` within a group.
  static std::uint64_t key(std::string_view group, std::string_view value);

  // The hash of the member's id; empty: not known, or too long ago. Using it keeps it for longer.
  std::optional<std::uint64_t> find(std::uint64_t key, SteadyTime now);
  void remember(std::uint64_t key, std::uint64_t member, std::chrono::seconds time_to_live,
                SteadyTime now);
  std::size_t size() const;

 private:
  static constexpr std::size_t kShards = 16;
  struct Entry {
    std::uint64_t key;
    std::uint64_t member;
    std::chrono::seconds time_to_live;
    SteadyTime until;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::list<Entry> by_use;  // the most recent first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> by_key;
  };
  Shard& shard_of(std::uint64_t key) { return shards_[key % kShards]; }

  std::size_t max_per_shard_;
  std::array<Shard, kShards> shards_;
};

}  // namespace tidegate::upstream
