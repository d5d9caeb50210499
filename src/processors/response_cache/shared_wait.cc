#include "processors/response_cache/shared_wait.h"

#include <utility>

namespace tidegate::processors::response_cache {
namespace {

// Ends the wait for an event when a scope is cancelled.
class EndsWait final : private async::CancelHook {
 public:
  EndsWait(async::Event& event, async::CancelScope& scope) : event_(event) { hook_into(scope); }

 private:
  void on_cancel() override { event_.cancel(); }
  async::Event& event_;
};

}  // namespace

SharedWait::SharedWait(async::Reactor& reactor)
    : reactor_(reactor), state_(std::make_shared<State>(reactor)) {}

SharedWait::~SharedWait() { state_->gone = true; }

async::Task<async::Outcome> SharedWait::wait(std::chrono::milliseconds time,
                                             async::CancelScope& cancel) {
  if (cancel.requested()) co_return async::Outcome::kCancelled;
  EndsWait hook(state_->arrived, cancel);
  co_return co_await state_->arrived.wait(reactor_.timeouts(time));
}

// On the leader's thread: the loop of this one is there as long as it has not left.
void SharedWait::tell(cache::News news, cache::EntryPtr entry) {
  reactor_.post([state = state_, news, entry = std::move(entry)] {
    if (state->gone) return;
    state->news = news;
    state->entry = entry;
    state->arrived.set();
  });
}

}  // namespace tidegate::processors::response_cache
