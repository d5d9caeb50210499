#include "async/event.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace tidegate::async {

void Event::set() {
  set_ = true;
  if (waiter_ != nullptr && waiter_->perform()) waiter_->complete(Outcome::kDone);
}

void Event::cancel() {
  if (waiter_ != nullptr) waiter_->complete(Outcome::kCancelled);
}

bool Event::Wait::perform() {
  if (!event_.set_) return false;
  event_.set_ = false;
  passed_ = true;
  return true;
}

void Event::Wait::await_suspend(std::coroutine_handle<> handle) {
  TIDEGATE_DCHECK(event_.waiter_ == nullptr);
  event_.waiter_ = this;
  start_waiting(handle);
}

Outcome Event::Wait::await_resume() { return passed_ ? Outcome::kDone : outcome(); }

Sleep::Sleep(Reactor& reactor, std::chrono::milliseconds duration, CancelScope* scope)
    : Operation(reactor, reactor.timeouts(std::max(duration, std::chrono::milliseconds(1)))),
      scope_(scope) {}

void Sleep::await_suspend(std::coroutine_handle<> handle) {
  start_waiting(handle);
  if (scope_ != nullptr) hook_into(*scope_);
}

Outcome Sleep::await_resume() {
  unhook();
  return outcome();
}

void Sleep::on_cancel() { complete(Outcome::kCancelled); }

Task<Outcome> sleep_for(Reactor& reactor, std::chrono::milliseconds duration, CancelScope* scope) {
  auto left = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  while (left != 0) {
    const std::uint64_t step = std::bit_floor(left);
    Sleep sleep(reactor, std::chrono::milliseconds(step), scope);
    const Outcome outcome = co_await sleep;
    if (outcome == Outcome::kCancelled) co_return outcome;
    left -= step;
  }
  co_return Outcome::kTimeout;
}

}  // namespace tidegate::async
