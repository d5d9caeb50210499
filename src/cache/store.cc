#include "cache/store.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tidegate::cache {
namespace {

constexpr std::size_t kMaxShards = 16;

// As many as leave room for several of the largest entries in each.
std::size_t count_shards(std::size_t max_bytes, std::size_t max_entry_bytes) {
  const std::size_t room = 4 * (max_entry_bytes + Store::kEntryOverhead);
  return std::clamp<std::size_t>(max_bytes / room, 1, kMaxShards);
}

}  // namespace

Store::Store(std::size_t max_bytes, std::size_t max_entry_bytes)
    : max_entry_bytes_(max_entry_bytes) {
  shards_.resize(count_shards(max_bytes, max_entry_bytes));
  for (auto& shard : shards_) shard = std::make_unique<Shard>();
  max_shard_bytes_ = max_bytes / shards_.size();
}

EntryPtr Store::find(const Key& key, SteadyTime now) {
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  const auto found = shard.index.find(key);
  if (found == shard.index.end()) return nullptr;
  Node& node = *found->second;
  if (node.entry->expires <= now) {
    shard.remove(found->second);
    return nullptr;
  }
  node.visited = true;
  return node.entry;
}

bool Store::put(const Key& key, EntryPtr entry, std::size_t more_bytes) {
  if (entry->body.size() > max_entry_bytes_) return false;
  const std::size_t bytes = entry->body.size() + more_bytes + kEntryOverhead;
  if (bytes > max_shard_bytes_) return false;
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  if (const auto old = shard.index.find(key); old != shard.index.end()) shard.remove(old->second);
  while (shard.bytes + bytes > max_shard_bytes_) shard.evict();
  shard.queue.push_front({key, std::move(entry), bytes, false});
  shard.index.emplace(key, shard.queue.begin());
  shard.bytes += bytes;
  return true;
}

void Store::erase(const Key& key) {
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  if (const auto found = shard.index.find(key); found != shard.index.end()) {
    shard.remove(found->second);
  }
}

StoreCounts Store::counts() {
  StoreCounts counts;
  for (auto& shard : shards_) {
    const std::scoped_lock lock(shard->mutex);
    counts.entries += shard->index.size();
    counts.bytes += shard->bytes;
    counts.evictions += shard->evictions;
  }
  return counts;
}

void Store::Shard::remove(Queue::iterator at) {
  // The hand goes on towards newer entries.
  if (hand == at) hand = at == queue.begin() ? queue.end() : std::prev(at);
  bytes -= at->bytes;
  index.erase(at->key);
  queue.erase(at);
}

// REQUIRES: there is an entry.
void Store::Shard::evict() {
  if (hand == queue.end()) hand = std::prev(queue.end());
  while (hand->visited) {
    hand->visited = false;
    hand = hand == queue.begin() ? std::prev(queue.end()) : std::prev(hand);
  }
  remove(hand);
  ++evictions;
}

}  // namespace tidegate::cache
