#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "async/descriptor.h"
#include "async/event.h"
#include "async/task.h"
#include "async/task_group.h"
#include "support/pollers.h"

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
  explicit Loop(testing::PollerKind kind = testing::PollerKind::kEpoll)
      : reactor(std::move(*testing::make_poller(kind)), clock) {}
  FakeClock clock;
  Reactor reactor;
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

Task<void> log_at_turn_end(Reactor& reactor, std::vector<int>& log) {
  co_await reactor.turn_end();
  log.push_back(0);
}

Task<void> log_when_set(Event& event, int number, std::vector<int>& log) {
  [[maybe_unused]] const Outcome outcome = co_await event.wait();
  log.push_back(number);
}

TEST(Reactor, TurnEndComesBehindEverythingThatBecameReady) {
  Loop loop;
  TaskGroup group(loop.reactor);
  Event first(loop.reactor);
  Event second(loop.reactor);
  std::vector<int> log;
  group.spawn(log_at_turn_end(loop.reactor, log));
  group.spawn(log_when_set(first, 1, log));
  group.spawn(log_when_set(second, 2, log));
  first.set();
  loop.reactor.resume_ready();  // as behind one event of a batch
  second.set();
  loop.reactor.turn(0ms);
  EXPECT_EQ(log, (std::vector{1, 2, 0}));
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

Task<void> count_in_turns(Reactor& reactor, char name, std::string& order) {
  for (int i = 0; i < 3; ++i) {
    order += name;
    NextTurn turn(reactor);
    co_await turn;
  }
}

TEST(NextTurn, LongTasksTakeTurns) {
  Loop loop;
  TaskGroup group(loop.reactor);
  std::string order;
  group.spawn(count_in_turns(loop.reactor, 'a', order));
  group.spawn(count_in_turns(loop.reactor, 'b', order));
  EXPECT_EQ(order, "ab");

  while (group.size() > 0) loop.reactor.turn(1ms);

  EXPECT_EQ(order, "ababab");
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

class Reactors : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Reactors);

TEST_P(Reactors, PostsFromOtherThreadsRunInOrder) {
  SystemClock clock;
  Reactor reactor(std::move(*testing::make_poller(GetParam())), clock);
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

// Workers are made by the main thread and run on their own.
TEST_P(Reactors, RunsOnAnotherThreadThanItWasMadeOn) {
  SystemClock clock;
  Reactor reactor(std::move(*testing::make_poller(GetParam())), clock);
  std::thread::id ran_on;
  std::thread worker([&] { reactor.run(); });
  reactor.post([&] { ran_on = std::this_thread::get_id(); });
  const std::thread::id worker_id = worker.get_id();
  reactor.stop();
  worker.join();
  EXPECT_EQ(ran_on, worker_id);
}

// As container runtimes do it.
void forbid_io_uring() {
  std::array<sock_filter, 4> program = {
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_io_uring_setup},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog filter{program.size(), program.data()};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}

TEST(UringPoller, RefusalOfTheKernelIsAnErrorWithItsReason) {
  const auto try_it = [] {
    forbid_io_uring();
    const auto poller = make_uring_poller();
    std::cerr << (poller ? "made" : poller.error().detail);
    std::exit(poller ? 1 : 0);
  };
  EXPECT_EXIT(try_it(), ::testing::ExitedWithCode(0), "io_uring: Operation not permitted");
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

class Descriptors : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Descriptors);

TEST_P(Descriptors, ClosedWithinABatchGetsNoMoreEvents) {
  Loop loop(GetParam());
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
