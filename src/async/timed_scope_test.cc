#include "async/timed_scope.h"

#include <gtest/gtest.h>

#include "async/event.h"
#include "support/pollers.h"

namespace tidegate::async {
namespace {

using namespace std::chrono_literals;

// Waits for ever, until its scope is cancelled.
Task<void> wait_in(Reactor& reactor, CancelScope& scope, bool& ended) {
  const Outcome outcome = co_await sleep_for(reactor, 1h, &scope);
  ended = outcome == Outcome::kCancelled;
}

TEST(TimedScope, EndsWhatWaitsInItWhenItsTimeIsOver) {
  testing::Loop loop(testing::PollerKind::kEpoll);
  CancelScope parent;
  TimedScope timed(loop.reactor, parent, 20ms);
  bool ended = false;
  loop.group.spawn(wait_in(loop.reactor, timed.scope(), ended));
  loop.turn(0);
  EXPECT_FALSE(ended);
  loop.clock.ahead += 1min;
  loop.run_until_idle();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(timed.passed());
  EXPECT_FALSE(parent.requested());
  loop.group.spawn(timed.stop());
  loop.run_until_idle();
}

TEST(TimedScope, EndsWithItsParentAndWithoutATimer) {
  testing::Loop loop(testing::PollerKind::kEpoll);
  CancelScope parent;
  TimedScope limited(loop.reactor, parent, 1h);
  TimedScope unlimited(loop.reactor, parent, 0ms);
  bool first = false;
  bool second = false;
  loop.group.spawn(wait_in(loop.reactor, limited.scope(), first));
  loop.group.spawn(wait_in(loop.reactor, unlimited.scope(), second));
  parent.request();
  loop.run_until_idle();
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(limited.passed() || unlimited.passed());
  loop.group.spawn(limited.stop());
  loop.group.spawn(unlimited.stop());
  loop.run_until_idle();
}

}  // namespace
}  // namespace tidegate::async
