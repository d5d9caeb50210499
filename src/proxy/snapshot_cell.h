// Hands the newest Snapshot from the thread that compiles to the workers.
//
// The writer stores under a mutex and bumps an epoch; each worker keeps its own pointer and takes
// the mutex only when the epoch moved (std::atomic<std::shared_ptr> of libstdc++ 12 is not free of
// data races).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "proxy/snapshot.h"

namespace tidegate::proxy {

class SnapshotCell {
 public:
  // Thread: the compiling thread.
  void publish(std::shared_ptr<const Snapshot> snapshot) {
    {
      const std::lock_guard lock(mutex_);
      snapshot_ = std::move(snapshot);
    }
    epoch_.fetch_add(1, std::memory_order_release);
  }

  // Thread: any.
  std::shared_ptr<const Snapshot> load() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
  }
  std::uint64_t epoch() const { return epoch_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;  // guarded by mutex_
  std::atomic<std::uint64_t> epoch_{0};
};

}  // namespace tidegate::proxy
