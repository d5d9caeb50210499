#include "route/host_tiers.h"

#include <algorithm>
#include <bit>
#include <map>

namespace tidegate::route {
namespace {

// Tiers of a shard, about: what a change of one hostname copies.
constexpr std::size_t kShardTiers = 32;

std::size_t shard_count(std::size_t tiers) { return std::bit_ceil(tiers / kShardTiers + 1); }

}  // namespace

void HostTiers::Shard::add(TierPtr tier) {
  index.insert(hash_of(tier->name(), tier->is_wildcard()),
               static_cast<std::uint32_t>(tiers.size()));
  if (tier->is_wildcard()) longest_suffix = std::max(longest_suffix, tier->name().size());
  prefix_cuts = std::max(prefix_cuts, tier->prefix_cuts);
  tiers.push_back(std::move(tier));
}

HostTiers::HostTiers(std::span<const TierPtr> tiers) {
  std::vector<std::shared_ptr<Shard>> shards(shard_count(tiers.size()));
  for (auto& shard : shards) shard = std::make_shared<Shard>();
  shards_.assign(shards.begin(), shards.end());
  for (const TierPtr& tier : tiers) {
    if (tier->hostname.empty()) {
      catch_all_ = tier;
    } else {
      shards[shard_of(hash_of(tier->name(), tier->is_wildcard()))]->add(tier);
    }
  }
  summarize();
}

HostTiers HostTiers::with(std::span<const Change> changes) const {
  HostTiers result = *this;
  std::map<std::size_t, std::vector<const Change*>> by_shard;
  for (const Change& change : changes) {
    const auto& [hostname, tier] = change;
    if (hostname.empty()) {
      result.catch_all_ = tier;
      continue;
    }
    const bool wildcard = hostname.starts_with("*.");
    const std::uint64_t hash = hash_of(hostname.substr(wildcard ? 2 : 0), wildcard);
    by_shard[shard_of(hash)].push_back(&change);
  }
  for (const auto& [number, of_shard] : by_shard) {
    auto shard = std::make_shared<Shard>();
    for (const TierPtr& tier : shards_[number]->tiers) {
      const bool replaced = std::ranges::any_of(
          of_shard, [&](const Change* change) { return change->first == tier->hostname; });
      if (!replaced) shard->add(tier);
    }
    for (const Change* change : of_shard) {
      if (change->second != nullptr) shard->add(change->second);
    }
    result.shards_[number] = std::move(shard);
  }
  result.summarize();
  // Shards that became too large cost every later change.
  if (result.size_ > 2 * kShardTiers * result.shards_.size()) return HostTiers(result.all());
  return result;
}

const Tier* HostTiers::find(std::string_view hostname) const {
  if (hostname.empty()) return catch_all_.get();
  if (size_ == 0) return nullptr;
  const bool wildcard = hostname.starts_with("*.");
  return find_name(hostname.substr(wildcard ? 2 : 0), wildcard);
}

std::vector<TierPtr> HostTiers::all() const {
  std::vector<TierPtr> tiers;
  for (const auto& shard : shards_) {
    tiers.insert(tiers.end(), shard->tiers.begin(), shard->tiers.end());
  }
  if (catch_all_ != nullptr) tiers.push_back(catch_all_);
  return tiers;
}

void HostTiers::summarize() {
  size_ = 0;
  longest_suffix_ = 0;
  prefix_cuts_ = catch_all_ == nullptr ? 0 : catch_all_->prefix_cuts;
  for (const auto& shard : shards_) {
    size_ += shard->tiers.size();
    longest_suffix_ = std::max(longest_suffix_, shard->longest_suffix);
    prefix_cuts_ = std::max<std::size_t>(prefix_cuts_, shard->prefix_cuts);
  }
}

std::size_t HostTiers::bytes() const {
  std::size_t total = shards_.size() * (sizeof(Shard) + sizeof(shards_[0]));
  for (const auto& shard : shards_) {
    total += shard->index.bytes() + shard->tiers.capacity() * sizeof(TierPtr);
    for (const TierPtr& tier : shard->tiers) total += tier->bytes();
  }
  return total + (catch_all_ == nullptr ? 0 : catch_all_->bytes());
}

}  // namespace tidegate::route
