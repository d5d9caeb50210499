#include "exchange/exchange.h"

#include <gtest/gtest.h>

#include "support/pollers.h"

namespace tidegate::exchange {
namespace {

struct Hook final : async::CancelHook {
  void on_cancel() override { ++called; }
  int called = 0;
};

TEST(Exchange, KeepsTheFirstReasonOfItsEnd) {
  testing::Loop loop(testing::PollerKind::kEpoll);
  const ConnectionFacts facts;
  Exchange exchange(loop.reactor, facts);
  EXPECT_EQ(exchange.cancel_reason, CancelReason::kNone);
  Hook hook;
  hook.hook_into(exchange.cancel);
  exchange.cancel_for(CancelReason::kRequestTimeout);
  exchange.cancel_for(CancelReason::kClientGone);
  EXPECT_EQ(exchange.cancel_reason, CancelReason::kRequestTimeout);
  EXPECT_TRUE(exchange.cancel.requested());
  EXPECT_EQ(hook.called, 1);
}

TEST(Exchange, BeginsWhenItIsMade) {
  testing::Loop loop(testing::PollerKind::kEpoll);
  const ConnectionFacts facts;
  const SteadyTime before = loop.clock.steady_now();
  const Exchange exchange(loop.reactor, facts);
  EXPECT_GE(exchange.started, before);
  EXPECT_LE(exchange.started, loop.clock.steady_now());
}

}  // namespace
}  // namespace tidegate::exchange
