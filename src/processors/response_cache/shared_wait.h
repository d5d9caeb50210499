// One exchange that waits for the answer of an equal one, on its own loop.   Thread: the worker's,
// but for tell().
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "async/event.h"
#include "cache/flights.h"

namespace tidegate::processors::response_cache {

class SharedWait final : public cache::Follower {
 public:
  explicit SharedWait(async::Reactor& reactor);
  ~SharedWait() override;
  SharedWait(const SharedWait&) = delete;
  SharedWait& operator=(const SharedWait&) = delete;

  // Until there is news (kDone), time is over or `cancel` is requested.
  async::Task<async::Outcome> wait(std::chrono::milliseconds time, async::CancelScope& cancel);
  // After kDone. The entry is null but for kLanded.
  cache::News news() const { return *state_->news; }
  cache::EntryPtr take_entry() { return std::move(state_->entry); }

  void tell(cache::News news, cache::EntryPtr entry) override;

 private:
  // Outlives the wait where news is still on its way.
  struct State {
    explicit State(async::Reactor& reactor) : arrived(reactor) {}
    async::Event arrived;
    std::optional<cache::News> news;
    cache::EntryPtr entry;
    bool gone = false;
  };
  async::Reactor& reactor_;
  std::shared_ptr<State> state_;
};

}  // namespace tidegate::processors::response_cache
