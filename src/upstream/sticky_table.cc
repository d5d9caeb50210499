#include "upstream/sticky_table.h"

#include <functional>

namespace tidegate::upstream {

std::uint64_t StickyTable::key(std::string_view group, std::string_view value) {
  const std::hash<std::string_view> hash;
  return (hash(group) * 0x9e3779b97f4a7c15ULL) ^ hash(value);
}

std::optional<std::uint64_t> StickyTable::find(std::uint64_t key, SteadyTime now) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_key.find(key);
  if (found == shard.by_key.end()) return std::nullopt;
  Entry& entry = *found->second;
  if (now >= entry.until) {
    shard.by_use.erase(found->second);
    shard.by_key.erase(found);
    return std::nullopt;
  }
  entry.until = now + entry.time_to_live;
  shard.by_use.splice(shard.by_use.begin(), shard.by_use, found->second);
  return entry.member;
}

void StickyTable::remember(std::uint64_t key, std::uint64_t member,
                           std::chrono::seconds time_to_live, SteadyTime now) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const Entry entry{key, member, time_to_live, now + time_to_live};
  if (const auto found = shard.by_key.find(key); found != shard.by_key.end()) {
    *found->second = entry;
    shard.by_use.splice(shard.by_use.begin(), shard.by_use, found->second);
    return;
  }
  if (shard.by_key.size() >= max_per_shard_) {
    shard.by_key.erase(shard.by_use.back().key);
    shard.by_use.pop_back();
  }
  shard.by_use.push_front(entry);
  shard.by_key.emplace(key, shard.by_use.begin());
}

std::size_t StickyTable::size() const {
  std::size_t entries = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    entries += shard.by_key.size();
  }
  return entries;
}

}  // namespace tidegate::upstream
