#include "upstream/h1_pool.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "base/limits.h"
#include "support/pollers.h"
#include "support/raw_peer.h"

namespace tidegate::upstream {
namespace {

using async::Task;
using testing::EachPoller;
using testing::RawListener;
using namespace std::chrono_literals;

class H1Pools : public EachPoller {};
TIDEGATE_ON_EACH_POLLER(H1Pools);

// One wish for a connection.
struct Wish {
  explicit Wish(async::TaskGroup& group, H1Pool& pool, Reuse reuse = Reuse::kAllowed) {
    group.spawn(run(*this, pool, reuse));
  }
  static Task<void> run(Wish& wish, H1Pool& pool, Reuse reuse) {
    wish.result.emplace(co_await pool.acquire(reuse, wish.scope));
  }
  bool granted() const { return result && result->has_value(); }
  H1Pool::Lease& lease() { return **result; }
  const Error& error() const { return result->error(); }

  async::CancelScope scope;
  std::optional<Result<H1Pool::Lease>> result;
};

struct Fixture {
  explicit Fixture(testing::PollerKind kind, std::size_t max_connections = 0)
      : loop(kind),
        pool(std::make_shared<H1Pool>(
            Connector(loop.reactor, *io::Address::parse("127.0.0.1", server.port()), nullptr, 1h),
            shared, max_connections)) {}
  // A wish that comes true without a wait for others.
  Wish& get(Reuse reuse = Reuse::kAllowed) {
    Wish& wish = wishes.emplace_back(loop.group, *pool, reuse);
    loop.run_until([&] { return wish.result.has_value(); });
    EXPECT_TRUE(wish.granted());
    return wish;
  }
  Wish& ask(Reuse reuse = Reuse::kAllowed) { return wishes.emplace_back(loop.group, *pool, reuse); }
  void turn() {
    for (int i = 0; i < 5; ++i) loop.reactor.turn(1ms);
  }

  testing::Loop loop;
  io::SharedBuffer shared;
  RawListener server;
  std::shared_ptr<H1Pool> pool;
  std::deque<Wish> wishes;
};

TEST_P(H1Pools, GiveAConnectionOutAgain) {
  Fixture f(GetParam());
  f.get().lease().keep();
  EXPECT_EQ(f.pool->idle(), 1U);
  Wish& second = f.get();
  EXPECT_TRUE(second.lease()->reused);
  EXPECT_EQ(f.pool->in_use(), 1U);
  EXPECT_EQ(f.server.count(), 1U);
}

TEST_P(H1Pools, GiveTheMostRecentlyUsedOneOutFirst) {
  Fixture f(GetParam());
  Wish& first = f.get();
  Wish& second = f.get();
  H1Connection* last = &*second.lease();
  first.lease().keep();
  second.lease().keep();
  EXPECT_EQ(&*f.get().lease(), last);
}

TEST_P(H1Pools, OpenAFreshOneWhereThatIsAskedFor) {
  Fixture f(GetParam());
  f.get().lease().keep();
  EXPECT_FALSE(f.get(Reuse::kFreshOnly).lease()->reused);
  EXPECT_EQ(f.server.count(), 2U);
}

TEST_P(H1Pools, DropAnIdleConnectionAtOnceWhenThePeerCloses) {
  Fixture f(GetParam());
  f.get().lease().keep();
  ASSERT_TRUE(f.server.accepted(1));
  f.server.peer(0).close();
  f.loop.run_until([&] { return f.pool->idle() == 0; });
  EXPECT_EQ(f.pool->in_use(), 0U);
  EXPECT_FALSE(f.get().lease()->reused);
}

TEST_P(H1Pools, DropAnIdleConnectionOnWhichBytesCome) {
  Fixture f(GetParam());
  f.get().lease().keep();
  ASSERT_TRUE(f.server.accepted(1));
  f.server.peer(0).send("HTTP/1.1 408 Timeout\r\n\r\n");
  f.loop.run_until([&] { return f.pool->idle() == 0; });
}

TEST_P(H1Pools, NeverGiveOutAConnectionThatWasClosedJustNow) {
  Fixture f(GetParam());
  f.get().lease().keep();
  ASSERT_TRUE(f.server.accepted(1));
  f.server.peer(0).close();  // and the loop has not turned since
  EXPECT_FALSE(f.pool->take());
}

TEST_P(H1Pools, DropWhatIsNotGivenBack) {
  Fixture f(GetParam());
  f.get().lease().drop();
  EXPECT_EQ(f.pool->idle(), 0U);
  EXPECT_EQ(f.pool->in_use(), 0U);
  f.loop.run_until([&] { return f.server.accepted(1) && f.server.peer(0).ended(); });
}

TEST_P(H1Pools, AtTheirLimitLetTheNextWaitForOneThatIsGivenBack) {
  Fixture f(GetParam(), 1);
  Wish& first = f.get();
  Wish& second = f.ask();
  f.turn();
  EXPECT_FALSE(second.result);
  first.lease().keep();
  f.loop.run_until([&] { return second.granted(); });
  EXPECT_TRUE(second.lease()->reused);
  EXPECT_EQ(f.server.count(), 1U);
}

TEST_P(H1Pools, AtTheirLimitOpenAnotherInPlaceOfOneThatWasDropped) {
  Fixture f(GetParam(), 1);
  Wish& first = f.get();
  Wish& second = f.ask();
  first.lease().drop();
  f.loop.run_until([&] { return second.granted(); });
  EXPECT_FALSE(second.lease()->reused);
  EXPECT_EQ(f.pool->in_use(), 1U);
}

TEST_P(H1Pools, AtTheirLimitReplaceAnIdleOneByAFreshOne) {
  Fixture f(GetParam(), 1);
  f.get().lease().keep();
  Wish& fresh = f.get(Reuse::kFreshOnly);
  EXPECT_FALSE(fresh.lease()->reused);
  EXPECT_EQ(f.pool->in_use(), 1U);
  EXPECT_EQ(f.pool->idle(), 0U);
  f.loop.run_until([&] { return f.server.accepted(2) && f.server.peer(0).ended(); });
}

TEST_P(H1Pools, ServeTheirQueueInOrder) {
  Fixture f(GetParam(), 1);
  Wish& first = f.get();
  Wish& second = f.ask();
  Wish& third = f.ask();
  first.lease().keep();
  f.loop.run_until([&] { return second.granted(); });
  f.turn();
  EXPECT_FALSE(third.result);
  second.lease().keep();
  f.loop.run_until([&] { return third.granted(); });
}

TEST_P(H1Pools, CancelOneInTheQueueAndServeTheNext) {
  Fixture f(GetParam(), 1);
  Wish& first = f.get();
  Wish& second = f.ask();
  Wish& third = f.ask();
  second.scope.request();
  f.loop.run_until([&] { return second.result.has_value(); });
  EXPECT_EQ(second.error().code, ErrorCode::kCancelled);
  first.lease().keep();
  f.loop.run_until([&] { return third.granted(); });
}

// The turn of a cancelled one must not be lost: both happen before the loop turns.
TEST_P(H1Pools, PassTheTurnOnOfOneThatIsCancelledAsItsTurnComes) {
  Fixture f(GetParam(), 1);
  Wish& first = f.get();
  Wish& second = f.ask();
  Wish& third = f.ask();
  first.lease().drop();
  second.scope.request();
  f.loop.run_until([&] { return second.result.has_value() && third.result.has_value(); });
  if (second.granted()) second.lease().drop();  // it may have been served first
  EXPECT_TRUE(third.granted() || second.granted());
}

TEST_P(H1Pools, GiveUpInTheQueueAfterTheTimeout) {
  Fixture f(GetParam(), 1);
  Wish& first = f.get();
  Wish& second = f.ask();
  f.loop.clock.ahead += 61min;
  f.loop.run_until([&] { return second.result.has_value(); });
  EXPECT_EQ(second.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(second.error().retry, Retry::kSafe);
  EXPECT_TRUE(first.granted());
}

TEST_P(H1Pools, RefuseWhoComesWhenTheQueueIsFull) {
  Fixture f(GetParam(), 1);
  Wish& holder = f.get();
  for (std::size_t i = 0; i < limits::kMaxPoolQueue; ++i) f.ask();
  Wish& late = f.ask();
  ASSERT_TRUE(late.result);
  EXPECT_EQ(late.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(late.error().retry, Retry::kSafe);
  for (Wish& wish : f.wishes) wish.scope.request();
  f.loop.run_until_idle();
  EXPECT_TRUE(holder.granted());
}

TEST_P(H1Pools, LetTheNextTryWhenConnectingFails) {
  Fixture f(GetParam(), 1);
  Wish& first = f.get();
  Wish& second = f.ask();
  Wish& third = f.ask();
  f.server.close();
  first.lease().drop();
  f.loop.run_until([&] { return second.result && third.result; });
  EXPECT_EQ(second.error().code, ErrorCode::kConnectionRefused);
  EXPECT_EQ(third.error().code, ErrorCode::kConnectionRefused);
  EXPECT_EQ(f.pool->in_use(), 0U);
}

TEST_P(H1Pools, CloseWhatIsIdleForLong) {
  Fixture f(GetParam());
  Wish& first = f.get();
  Wish& second = f.get();
  first.lease().keep();
  f.loop.clock.ahead += 10s;
  f.turn();
  second.lease().keep();
  f.pool->close_idle(f.loop.reactor.now() - 5s);
  EXPECT_EQ(f.pool->idle(), 1U);
  EXPECT_EQ(f.pool->in_use(), 0U);
}

TEST_P(H1Pools, RetiredCloseWhatIsIdleAndWhatComesBack) {
  Fixture f(GetParam());
  Wish& idle = f.get();
  Wish& busy = f.get();
  idle.lease().keep();
  f.pool->retire();
  EXPECT_EQ(f.pool->idle(), 0U);
  EXPECT_EQ(f.pool->in_use(), 1U);
  EXPECT_TRUE(busy.lease()->socket().is_open());
  busy.lease().keep();
  EXPECT_EQ(f.pool->in_use(), 0U);
  EXPECT_EQ(f.pool->idle(), 0U);
}

TEST_P(H1Pools, LiveAsLongAsALeaseDoes) {
  Fixture f(GetParam());
  Wish& wish = f.get();
  f.pool.reset();
  EXPECT_TRUE(wish.lease()->socket().is_open());
  wish.lease().keep();
}

}  // namespace
}  // namespace tidegate::upstream
