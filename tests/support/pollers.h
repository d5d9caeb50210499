// Runs a suite on every kernel interface that a reactor may stand on.
//
//   class Sockets : public testing::EachPoller {};
//   TEST_P(Sockets, DoThis) { Loop loop(GetParam()); ... }
//   TIDEGATE_ON_EACH_POLLER(Sockets);
//
// Where the kernel refuses io_uring there are no tests on it; standard error says so.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "async/reactor.h"
#include "async/task_group.h"

namespace tidegate::testing {

enum class PollerKind : std::uint8_t { kEpoll, kUring };

Result<std::unique_ptr<async::Poller>> make_poller(PollerKind kind);
std::string poller_name(const ::testing::TestParamInfo<PollerKind>& info);

// epoll, and what else this kernel has.
std::vector<PollerKind> available_pollers();

class EachPoller : public ::testing::TestWithParam<PollerKind> {};

// The machine's clock, which a test may put forward.
class AdvancingClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now() + ahead; }
  WallTime wall_now() const override {
    return std::chrono::system_clock::now() + std::chrono::duration_cast<WallTime::duration>(ahead);
  }
  SteadyTime::duration ahead{};
};

// A reactor with a group for the test's tasks.
struct Loop {
  explicit Loop(PollerKind kind) : reactor(std::move(*make_poller(kind)), clock) {}
  // Turns until every task of the group has ended; fails the test when they do not.
  void run_until_idle() {
    for (int i = 0; i < kMaxTurns && group.size() != 0; ++i) turn(i);
    ASSERT_EQ(group.size(), 0U);
  }
  // Turns until the condition holds; fails the test when it does not.
  template <class Condition>
  void run_until(Condition&& condition) {
    bool met = condition();
    for (int i = 0; i < kMaxTurns && !met; ++i) {
      turn(i);
      met = condition();
    }
    ASSERT_TRUE(met);
  }
  // What happens within the process takes a few turns that need not wait for anything.
  void turn(int number) { reactor.turn(std::chrono::milliseconds(number < 100 ? 0 : 10)); }
  static constexpr int kMaxTurns = 2000;

  AdvancingClock clock;
  async::Reactor reactor;
  async::TaskGroup group{reactor};
};

}  // namespace tidegate::testing

#define TIDEGATE_ON_EACH_POLLER(suite)                                                             \
  INSTANTIATE_TEST_SUITE_P(, suite, ::testing::ValuesIn(::tidegate::testing::available_pollers()), \
                           ::tidegate::testing::poller_name)
