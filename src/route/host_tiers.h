// The tiers of a listener by hostname, in shards that a changed copy shares with the one it was
// made from: a change of one hostname costs one shard and a pointer for each of the others.
//
// Which entries hold for a host, and in which order, is as in host_table.h.
// Thread: immutable; free to share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "route/tier.h"

namespace tidegate::route {

class HostTiers {
 public:
  // A hostname and what it has from now on; null: nothing.
  using Change = std::pair<std::string_view, TierPtr>;

  HostTiers() = default;
  // These tiers and no others; each hostname once.
  explicit HostTiers(std::span<const TierPtr> tiers);
  // A copy with changes. Each hostname once.
  HostTiers with(std::span<const Change> changes) const;

  // The tier of exactly this hostname as routes write it; null when there is none.
  const Tier* find(std::string_view hostname) const;
  // Calls `visit(tier)` for every tier that holds for `host` (normalised), most specific first,
  // until it returns true. Returns whether some call did.
  template <class Visitor>
  bool walk(std::string_view host, const Visitor& visit) const;

  std::size_t size() const { return size_ + (catch_all_ == nullptr ? 0 : 1); }
  // The most prefix_cuts of any tier.
  std::size_t prefix_cuts() const { return prefix_cuts_; }
  // Bytes held, tiers included.
  std::size_t bytes() const;

 private:
  struct Shard {
    FlatIndex index;
    std::vector<TierPtr> tiers;
    std::size_t longest_suffix = 0;
    std::uint16_t prefix_cuts = 0;

    void add(TierPtr tier);
  };

  static std::uint64_t hash_of(std::string_view name, bool wildcard) {
    return hash_text(name, wildcard ? ~kHashSeed : kHashSeed);
  }
  // FlatIndex goes by the lower half of the hash.
  std::size_t shard_of(std::uint64_t hash) const { return (hash >> 32) & (shards_.size() - 1); }
  const Tier* find_name(std::string_view name, bool wildcard) const;
  std::vector<TierPtr> all() const;
  void summarize();

  std::vector<std::shared_ptr<const Shard>> shards_;  // a power of two of them, or none
  TierPtr catch_all_;
  std::size_t size_ = 0;            // without the catch-all
  std::size_t longest_suffix_ = 0;  // bytes of the longest wildcard's suffix; 0: no wildcards
  std::size_t prefix_cuts_ = 0;
};

inline const Tier* HostTiers::find_name(std::string_view name, bool wildcard) const {
  const std::uint64_t hash = hash_of(name, wildcard);
  const Shard& shard = *shards_[shard_of(hash)];
  const std::uint32_t at = shard.index.find(hash, [&](std::uint32_t i) {
    return shard.tiers[i]->is_wildcard() == wildcard && shard.tiers[i]->name() == name;
  });
  return at == FlatIndex::kAbsent ? nullptr : shard.tiers[at].get();
}

template <class Visitor>
bool HostTiers::walk(std::string_view host, const Visitor& visit) const {
  if (size_ > 0) {
    const Tier* tier = find_name(host, false);
    if (tier != nullptr && visit(*tier)) return true;
  }
  if (longest_suffix_ > 0) {
    for (std::size_t dot = host.find('.'); dot != std::string_view::npos;
         dot = host.find('.', dot + 1)) {
      const std::string_view suffix = host.substr(dot + 1);
      if (suffix.size() > longest_suffix_ || dot == 0) continue;
      const Tier* tier = find_name(suffix, true);
      if (tier != nullptr && visit(*tier)) return true;
    }
  }
  return catch_all_ != nullptr && visit(*catch_all_);
}

}  // namespace tidegate::route
