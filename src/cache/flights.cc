#include "cache/flights.h"

#include <algorithm>
#include <utility>

namespace tidegate::cache {

Flights::Place Flights::join(const Key& key, Follower& follower) {
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  const auto [at, is_new] = shard.flights.try_emplace(key);
  if (is_new) return Place::kLeader;
  if (at->second.followers.size() >= kMaxFollowers) return Place::kAlone;
  at->second.followers.push_back(&follower);
  return Place::kFollower;
}

std::optional<News> Flights::leave(const Key& key, Follower& follower) {
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  if (const auto told = shard.told.find(&follower); told != shard.told.end()) {
    const News news = told->second;
    shard.told.erase(told);
    return news;
  }
  if (const auto at = shard.flights.find(key); at != shard.flights.end()) {
    std::erase(at->second.followers, &follower);
  }
  return std::nullopt;
}

void Flights::land(const Key& key, const EntryPtr& entry) { end(key, News::kLanded, entry); }

void Flights::release(const Key& key) { end(key, News::kReleased, nullptr); }

void Flights::abandon(const Key& key) {
  Shard& shard = shard_of(key);
  {
    const std::scoped_lock lock(shard.mutex);
    const auto at = shard.flights.find(key);
    if (at == shard.flights.end()) return;
    Flight& flight = at->second;
    if (!flight.followers.empty() && flight.promotions < kMaxPromotions) {
      ++flight.promotions;
      Follower* const next = flight.followers.front();
      flight.followers.erase(flight.followers.begin());
      shard.tell(next, News::kPromoted, nullptr);
      return;
    }
  }
  release(key);
}

void Flights::end(const Key& key, News news, const EntryPtr& entry) {
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  const auto at = shard.flights.find(key);
  if (at == shard.flights.end()) return;
  for (Follower* follower : at->second.followers) shard.tell(follower, news, entry);
  shard.flights.erase(at);
}

void Flights::Shard::tell(Follower* follower, News news, const EntryPtr& entry) {
  told.emplace(follower, news);
  follower->tell(news, entry);
}

std::size_t Flights::count_followers(const Key& key) {
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  const auto at = shard.flights.find(key);
  return at == shard.flights.end() ? 0 : at->second.followers.size();
}

}  // namespace tidegate::cache
