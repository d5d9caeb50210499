#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "async/descriptor.h"
#include "async/event.h"
#include "async/task.h"
#include "async/task_group.h"

namespace tidegate::async {
namespace {

using namespace std::chrono_literals;

class FakeClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return now; }
  WallTime wall_now() const override { return WallTime(now.time_since_epoch()); }
  SteadyTime now{};
};

struct Loop {
  FakeClock clock;
  Reactor reactor{make_epoll_poller(), clock};
};

Task<int> add(int a, int b) { co_return a + b; }

Task<void> sum_to(int count, int& out) {
  for (int i = 0; i < count; ++i) {
    const int next = co_await add(out, 1);
    out = next;
  }
}

Task<void> wait_for(Event& event, TimeoutList* timeout, std::vector<Outcome>& out) {
  const Outcome outcome = co_await event.wait(timeout);
  out.push_back(outcome);
}

TEST(Task, LongChainsUseNoStack) {
  Loop loop;
  TaskGroup group(loop.reactor);
  int total = 0;
  group.spawn(sum_to(1'000'000, total));
  EXPECT_EQ(total, 1'000'000);
  EXPECT_EQ(group.size(), 0U);
}

TEST(Event, SetBeforeWaitPassesOnce) {
  Loop loop;
  TaskGroup group(loop.reactor);
  Event event(loop.reactor);
  std::vector<Outcome> outcomes;
  event.set();
  group.spawn(wait_for(event, nullptr, outcomes));
  group.spawn(wait_for(event, nullptr, outcomes));
  EXPECT_EQ(outcomes, std::vector{Outcome::kDone});
  event.set();
  loop.reactor.resume_ready();
  EXPECT_EQ(outcomes, (std::vector{Outcome::kDone, Outcome::kDone}));
}

TEST(Event, TimesOutInOrderOfTheClock) {
  Loop loop;
  TaskGroup group(loop.reactor);
  Event event(loop.reactor);
  std::vector<Outcome> outcomes;
  group.spawn(wait_for(event, loop.reactor.timeouts(10ms), outcomes));
  loop.clock.now += 9ms;
  loop.reactor.turn(0ms);
  EXPECT_TRUE(outcomes.empty());
  loop.clock.now += 1ms;
  loop.reactor.turn(0ms);
  EXPECT_EQ(outcomes, std::vector{Outcome::kTimeout});
}

TEST(TaskGroup, DrainWaitsForEveryTask) {
  Loop loop;
  TaskGroup workers(loop.reactor);
  TaskGroup owner(loop.reactor);
  Event event(loop.reactor);
  std::vector<Outcome> outcomes;
  bool drained = false;
  workers.spawn(wait_for(event, nullptr, outcomes));
  auto drain = [](TaskGroup& group, bool& done) -> Task<void> {
    co_await group.drain();
    done = true;
  };
  owner.spawn(drain(workers, drained));
  EXPECT_FALSE(drained);
  event.cancel();
  loop.reactor.resume_ready();
  EXPECT_TRUE(drained);
  EXPECT_EQ(outcomes, std::vector{Outcome::kCancelled});
}

TEST(Sleep, EndsAtOnceWhenItsScopeIsCancelled) {
  Loop loop;
  TaskGroup group(loop.reactor);
  CancelScope scope;
  std::vector<Outcome> outcomes;
  auto sleep = [](Reactor& reactor, CancelScope& s, std::vector<Outcome>& out) -> Task<void> {
    Sleep wait(reactor, 1h, &s);
    const Outcome outcome = co_await wait;
    out.push_back(outcome);
  };
  group.spawn(sleep(loop.reactor, scope, outcomes));
  scope.request();
  loop.reactor.resume_ready();
  EXPECT_EQ(outcomes, std::vector{Outcome::kCancelled});
  group.spawn(sleep(loop.reactor, scope, outcomes));
  loop.reactor.resume_ready();
  EXPECT_EQ(outcomes.size(), 2U);
}

TEST(Reactor, PostsFromOtherThreadsRunInOrder) {
  SystemClock clock;
  Reactor reactor(make_epoll_poller(), clock);
  std::vector<int> seen;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) reactor.post([&seen, i] { seen.push_back(i); });
    reactor.stop();
  });
  reactor.run();
  other.join();
  ASSERT_EQ(seen.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
}

// Closing a descriptor from within another's event must not deliver its event of the same batch.
class ClosesOther final : public HangUpListener {
 public:
  explicit ClosesOther(Descriptor& other) : other_(other) {}
  void on_hang_up() override {
    ++count;
    other_.close();
  }
  int count = 0;

 private:
  Descriptor& other_;
};

TEST(Descriptor, ClosedWithinABatchGetsNoMoreEvents) {
  Loop loop;
  int a[2], b[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, a), 0);
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, b), 0);
  Descriptor first(loop.reactor, a[0]);
  Descriptor second(loop.reactor, b[0]);
  ASSERT_TRUE(first.watch());
  ASSERT_TRUE(second.watch());
  ClosesOther closes_second(second), closes_first(first);
  first.set_hang_up_listener(&closes_second);
  second.set_hang_up_listener(&closes_first);
  ::close(a[1]);
  ::close(b[1]);
  loop.reactor.turn(0ms);
  EXPECT_EQ(closes_second.count + closes_first.count, 1);
}

}  // namespace
}  // namespace tidegate::async
