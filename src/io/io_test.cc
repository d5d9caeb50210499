#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "io/acceptor.h"
#include "io/connect.h"
#include "io/inbound.h"
#include "support/pollers.h"

namespace tidegate::io {
namespace {

using async::Task;
using namespace std::chrono_literals;

using testing::EachPoller;

struct Loop : testing::Loop {
  using testing::Loop::Loop;
  SharedBuffer shared;
};

// Two ends of a connected pair.
struct Pair {
  explicit Pair(Loop& loop) {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    a = std::make_unique<Socket>(loop.reactor, fds[0], Origin::kDownstream);
    b = std::make_unique<Socket>(loop.reactor, fds[1], Origin::kUpstream);
    EXPECT_TRUE(a->watch());
    EXPECT_TRUE(b->watch());
  }
  std::unique_ptr<Socket> a, b;
};

class Sockets : public EachPoller {};
TIDEGATE_ON_EACH_POLLER(Sockets);
class Inbounds : public EachPoller {};
TIDEGATE_ON_EACH_POLLER(Inbounds);
class Connects : public EachPoller {};
TIDEGATE_ON_EACH_POLLER(Connects);
class Acceptors : public EachPoller {};
TIDEGATE_ON_EACH_POLLER(Acceptors);

Task<void> send(Socket& socket, std::string text, Result<void>& result) {
  const Parts parts(std::string_view(text).substr(0, text.size() / 2),
                    std::string_view(text).substr(text.size() / 2));
  result = co_await socket.write(parts, nullptr);
  socket.shutdown_write();
}

Task<void> read_all(Inbound& in, std::string& out, async::TimeoutList* timeout,
                    Result<std::size_t>& last) {
  while (true) {
    last = co_await in.fill(timeout);
    if (!last || *last == 0) break;
    out.append(in.unread());
    in.consume(in.unread().size());
  }
}

TEST_P(Sockets, LargeWritesArriveWholeAcrossShortWrites) {
  Loop loop(GetParam());
  Pair pair(loop);
  std::string text(5'000'000, 'a');
  for (std::size_t i = 0; i < text.size(); i += 97) text[i] = static_cast<char>('b' + i % 20);
  Result<void> sent;
  Result<std::size_t> last = 0U;
  std::string got;
  Inbound in(*pair.b, loop.shared);
  loop.group.spawn(send(*pair.a, text, sent));
  loop.group.spawn(read_all(in, got, nullptr, last));
  loop.run_until_idle();
  EXPECT_TRUE(sent);
  EXPECT_TRUE(last);
  EXPECT_EQ(got, text);
}

Task<void> fill_once(Inbound& in) { [[maybe_unused]] auto result = co_await in.fill(nullptr); }

TEST_P(Inbounds, UnreadBytesSurviveAnotherConnectionsRead) {
  Loop loop(GetParam());
  Pair one(loop), two(loop);
  Inbound first(*one.b, loop.shared), second(*two.b, loop.shared);
  ASSERT_EQ(::send(one.a->descriptor().fd(), "first half", 10, 0), 10);
  loop.group.spawn(fill_once(first));
  first.consume(6);
  ASSERT_EQ(::send(two.a->descriptor().fd(), "XXXXXXXXXXXXX", 13, 0), 13);
  loop.group.spawn(fill_once(second));
  EXPECT_EQ(first.unread(), "half");
  ASSERT_EQ(::send(one.a->descriptor().fd(), " and more", 9, 0), 9);
  loop.reactor.turn(0ms);
  loop.group.spawn(fill_once(first));
  EXPECT_EQ(first.unread(), "half and more");
  EXPECT_EQ(second.unread(), "XXXXXXXXXXXXX");
}

TEST_P(Inbounds, DataThatComesWithTheEndIsReadBeforeTheEnd) {
  Loop loop(GetParam());
  Pair pair(loop);
  Inbound in(*pair.b, loop.shared);
  std::string got;
  Result<std::size_t> last = 1U;
  loop.group.spawn(read_all(in, got, nullptr, last));
  ASSERT_EQ(::send(pair.a->descriptor().fd(), "bye", 3, 0), 3);
  pair.a->close();
  loop.run_until_idle();
  EXPECT_EQ(got, "bye");
  EXPECT_EQ(last, 0U);
}

TEST_P(Inbounds, TimesOutWithTheSocketsSideAsOrigin) {
  Loop loop(GetParam());
  Pair pair(loop);
  Inbound in(*pair.a, loop.shared);
  std::string got;
  Result<std::size_t> last = 1U;
  loop.group.spawn(read_all(in, got, loop.reactor.timeouts(1ms), last));
  loop.run_until_idle();
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(last.error().origin, Origin::kDownstream);
}

Task<void> accept_one(Acceptor& acceptor, Result<int>& out) { out = co_await acceptor.accept(); }

Task<void> connect_to(async::Reactor& reactor, Address address, async::CancelScope& scope,
                      Result<std::unique_ptr<Socket>>& out) {
  out = co_await connect(reactor, address, reactor.timeouts(5s), scope);
}

TEST_P(Connects, ReachesAnAcceptorOnAnyPort) {
  Loop loop(GetParam());
  async::CancelScope scope;
  auto acceptor = Acceptor::listen(loop.reactor, *Address::parse("127.0.0.1", 0));
  ASSERT_TRUE(acceptor);
  Result<int> accepted = -1;
  Result<std::unique_ptr<Socket>> connected = nullptr;
  loop.group.spawn(accept_one(**acceptor, accepted));
  loop.group.spawn(connect_to(loop.reactor, (*acceptor)->local_address(), scope, connected));
  loop.run_until_idle();
  ASSERT_TRUE(accepted);
  ASSERT_TRUE(connected);
  EXPECT_EQ((*connected)->peer_address(), (*acceptor)->local_address());
  ::close(*accepted);
}

TEST_P(Connects, RefusedIsSafeToRetryElsewhere) {
  Loop loop(GetParam());
  async::CancelScope scope;
  Address address;
  {
    auto acceptor = Acceptor::listen(loop.reactor, *Address::parse("127.0.0.1", 0));
    address = (*acceptor)->local_address();
  }
  Result<std::unique_ptr<Socket>> connected = nullptr;
  loop.group.spawn(connect_to(loop.reactor, address, scope, connected));
  loop.run_until_idle();
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, ErrorCode::kConnectionRefused);
  EXPECT_EQ(connected.error().retry, Retry::kSafe);
}

TEST_P(Acceptors, CloseEndsTheWaitWithCancelled) {
  Loop loop(GetParam());
  auto acceptor = Acceptor::listen(loop.reactor, *Address::parse("127.0.0.1", 0));
  Result<int> accepted = -1;
  loop.group.spawn(accept_one(**acceptor, accepted));
  (*acceptor)->close();
  loop.run_until_idle();
  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error().code, ErrorCode::kCancelled);
}

TEST(Address, ParsesLiteralsOnly) {
  EXPECT_EQ(Address::parse("127.0.0.1", 80)->to_string(), "127.0.0.1:80");
  EXPECT_EQ(Address::parse("[::1]", 80)->to_string(), "[::1]:80");
  EXPECT_FALSE(Address::parse("localhost", 80));
}

}  // namespace
}  // namespace tidegate::io
