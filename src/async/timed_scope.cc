#include "async/timed_scope.h"

#include "async/event.h"

namespace tidegate::async {

TimedScope::TimedScope(Reactor& reactor, CancelScope& parent, std::chrono::milliseconds time)
    : timer_(reactor) {
  hook_into(parent);
  if (time.count() > 0 && !scope_.requested()) timer_.spawn(watch(reactor, time, *this));
}

Task<void> TimedScope::watch(Reactor& reactor, std::chrono::milliseconds time, TimedScope& self) {
  const Outcome outcome = co_await sleep_for(reactor, time, &self.stopped_);
  if (outcome != Outcome::kTimeout || self.scope_.requested()) co_return;
  self.passed_ = true;
  self.scope_.request();
}

Task<void> TimedScope::stop() {
  stopped_.request();
  return timer_.drain();
}

}  // namespace tidegate::async
