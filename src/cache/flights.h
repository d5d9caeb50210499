// Single flight: of equal requests at one time, one goes to the backend and the others wait for its
// answer.
//
// The first to join a key leads; whoever joins while it is away follows. The leader must end its
// flight in one of three ways, and every follower hears of it once. Followers may leave at any
// time. Thread: any; followers are told under a lock, so what they do must be short: post to their
// loop.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "cache/key.h"
#include "cache/store.h"

namespace tidegate::cache {

enum class News : std::uint8_t {
  kLanded,    // here is the answer
  kReleased,  // the answer is not to be shared: go yourself
  kPromoted,  // the leader is gone: lead
};

class Follower {
 public:
  virtual ~Follower() = default;
  // `entry` is null but for kLanded. Called on any thread, with a lock held.
  virtual void tell(News news, EntryPtr entry) = 0;
};

class Flights {
 public:
  // Who would be one more goes alone.
  static constexpr std::size_t kMaxFollowers = 1024;
  // A flight whose leaders go one after another is given up.
  static constexpr std::uint32_t kMaxPromotions = 3;

  enum class Place : std::uint8_t { kLeader, kFollower, kAlone };
  // A follower must live until it leaves, and must leave, told or not.
  Place join(const Key& key, Follower& follower);
  // It is told nothing from now on. Returns what it was told: whoever was promoted leads, and must
  // end the flight.
  std::optional<News> leave(const Key& key, Follower& follower);

  // The leader's ends.
  void land(const Key& key, const EntryPtr& entry);
  void release(const Key& key);
  void abandon(const Key& key);

  // Followers of a key, for tests.
  std::size_t count_followers(const Key& key);

 private:
  struct Flight {
    std::vector<Follower*> followers;
    std::uint32_t promotions = 0;
  };
  struct Shard {
    std::mutex mutex;
    // Guarded by mutex.
    std::unordered_map<Key, Flight, KeyHash> flights;
    // Who was told, and has not left.
    std::unordered_map<const Follower*, News> told;

    void tell(Follower* follower, News news, const EntryPtr& entry);
  };
  Shard& shard_of(const Key& key) { return shards_[key.words[2] % shards_.size()]; }
  void end(const Key& key, News news, const EntryPtr& entry);

  std::array<Shard, 16> shards_;
};

}  // namespace tidegate::cache
