#include "l4/stream_session.h"

#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "support/pollers.h"

namespace tidegate::l4 {
namespace {

using async::Task;
using testing::Loop;
using namespace std::chrono_literals;

class StreamSession : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(StreamSession);

std::pair<std::unique_ptr<io::Socket>, std::unique_ptr<io::Socket>> make_pair(Loop& loop,
                                                                              Origin side) {
  int fds[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
  auto ours = std::make_unique<io::Socket>(loop.reactor, fds[0], side);
  auto theirs = std::make_unique<io::Socket>(loop.reactor, fds[1], Origin::kInternal);
  EXPECT_TRUE(ours->watch());
  EXPECT_TRUE(theirs->watch());
  return {std::move(ours), std::move(theirs)};
}

class OneSocket final : public StreamUpstream {
 public:
  explicit OneSocket(Result<std::unique_ptr<io::Socket>> s) : socket(std::move(s)) {}
  Task<Result<std::unique_ptr<io::Socket>>> connect(async::CancelScope&) override {
    co_return std::move(socket);
  }
  Result<std::unique_ptr<io::Socket>> socket;
};

// A client and a server with a session between them.
struct World {
  explicit World(testing::PollerKind kind, std::chrono::milliseconds idle_time = 1h)
      : loop(kind), idle(idle_time) {
    auto down = make_pair(loop, Origin::kDownstream);
    auto up = make_pair(loop, Origin::kUpstream);
    downstream = std::move(down.first);
    client = std::move(down.second);
    server = std::move(up.second);
    upstream = std::make_unique<OneSocket>(std::move(up.first));
    client_in = std::make_unique<io::Inbound>(*client, shared);
    server_in = std::make_unique<io::Inbound>(*server, shared);
  }
  void start() { loop.group.spawn(serve(*this)); }
  static Task<void> serve(World& world) {
    io::Inbound inbound(*world.downstream, world.shared);
    world.result =
        co_await serve_stream(inbound, world.shared, *world.upstream, world.idle, world.scope);
    world.ended = true;
    world.downstream->close();
  }
  static Task<void> send(io::Socket& socket, std::string text, Result<void>& out) {
    const io::Parts parts(text);
    out = co_await socket.write(parts, nullptr);
  }
  static Task<void> send_and_end(io::Socket& socket, std::string text) {
    Result<void> sent;
    co_await send(socket, std::move(text), sent);
    socket.shutdown_write();
  }
  static Task<void> read_all(io::Inbound& in, std::string& out, Result<std::size_t>& last) {
    do {
      last = co_await in.fill(nullptr);
      out.append(in.unread());
      in.consume(in.unread().size());
    } while (last && *last != 0);
  }

  Loop loop;
  io::SharedBuffer shared;
  async::CancelScope scope;
  std::chrono::milliseconds idle;
  std::unique_ptr<io::Socket> downstream, client, server;
  std::unique_ptr<OneSocket> upstream;
  std::unique_ptr<io::Inbound> client_in, server_in;
  RelayResult result;
  bool ended = false;
};

TEST_P(StreamSession, BothDirectionsArriveWholeAndAreCounted) {
  World world(GetParam());
  const std::string up(3'000'000, 'u'), down(2'000'000, 'd');
  std::string got_up, got_down;
  Result<std::size_t> last_up = 1U, last_down = 1U;
  world.start();
  world.loop.group.spawn(World::send_and_end(*world.client, up));
  world.loop.group.spawn(World::send_and_end(*world.server, down));
  world.loop.group.spawn(World::read_all(*world.server_in, got_up, last_up));
  world.loop.group.spawn(World::read_all(*world.client_in, got_down, last_down));
  world.loop.run_until_idle();
  EXPECT_TRUE(got_up == up);
  EXPECT_TRUE(got_down == down);
  EXPECT_EQ(last_up, 0U);
  EXPECT_EQ(last_down, 0U);
  EXPECT_FALSE(world.result.failure);
  EXPECT_EQ(world.result.bytes_up, up.size());
  EXPECT_EQ(world.result.bytes_down, down.size());
}

TEST_P(StreamSession, HalfCloseLetsTheAnswerThrough) {
  World world(GetParam());
  std::string request, answer;
  Result<std::size_t> last = 1U;
  world.start();
  world.loop.group.spawn(World::send_and_end(*world.client, "question"));
  world.loop.group.spawn(World::read_all(*world.server_in, request, last));
  world.loop.run_until([&] { return last == 0U; });
  EXPECT_EQ(request, "question");
  world.loop.group.spawn(World::send_and_end(*world.server, "answer"));
  world.loop.group.spawn(World::read_all(*world.client_in, answer, last));
  world.loop.run_until_idle();
  EXPECT_EQ(answer, "answer");
  EXPECT_FALSE(world.result.failure);
}

// A reader that stops reading must stop the sender: what lies between is bounded by socket buffers.
TEST_P(StreamSession, SlowReaderHoldsTheSenderBack) {
  World world(GetParam());
  const std::string text(50'000'000, 'x');
  Result<void> sent = fail(ErrorCode::kInternal, Origin::kInternal);
  world.start();
  world.loop.group.spawn(World::send(*world.client, text, sent));
  for (int i = 0; i < 50; ++i) world.loop.reactor.turn(1ms);
  EXPECT_FALSE(sent);
  int waiting = 0;
  ASSERT_EQ(ioctl(world.server->descriptor().fd(), FIONREAD, &waiting), 0);
  EXPECT_LT(waiting, 10'000'000);
  std::string got;
  Result<std::size_t> last = 1U;
  world.loop.group.spawn(World::read_all(*world.server_in, got, last));
  world.loop.run_until([&] { return got.size() == text.size(); });
  EXPECT_TRUE(sent);
  world.scope.request();
  world.loop.run_until_idle();
}

TEST_P(StreamSession, IdleInBothDirectionsEndsInATimeout) {
  World world(GetParam(), 30ms);
  world.start();
  world.loop.run_until_idle();
  ASSERT_TRUE(world.result.failure);
  EXPECT_EQ(world.result.failure->code, ErrorCode::kTimeout);
}

TEST_P(StreamSession, SilentClientWithATalkingServerIsNotIdle) {
  World world(GetParam(), 1h);
  std::string got;
  Result<std::size_t> last = 1U;
  Result<void> sent;
  world.start();
  world.loop.group.spawn(World::read_all(*world.client_in, got, last));
  for (std::size_t i = 1; i <= 3; ++i) {
    world.loop.clock.ahead += 50min;
    world.loop.group.spawn(World::send(*world.server, ".", sent));
    world.loop.run_until([&] { return got.size() == i; });
  }
  EXPECT_FALSE(world.ended);
  world.loop.clock.ahead += 61min;
  world.loop.run_until_idle();
  EXPECT_EQ(world.result.failure->code, ErrorCode::kTimeout);
}

TEST_P(StreamSession, CancellingResetsBothSides) {
  World world(GetParam());
  world.start();
  world.scope.request();
  world.loop.run_until_idle();
  ASSERT_TRUE(world.result.failure);
  EXPECT_EQ(world.result.failure->code, ErrorCode::kCancelled);
  std::string got;
  Result<std::size_t> last = 1U;
  world.loop.group.spawn(World::read_all(*world.client_in, got, last));
  world.loop.run_until_idle();
  EXPECT_EQ(got, "");
}

TEST_P(StreamSession, FailureToConnectIsTheResultAndClosesTheClient) {
  World world(GetParam());
  world.upstream->socket = fail(ErrorCode::kConnectionRefused, Origin::kUpstream, "refused");
  std::string got;
  Result<std::size_t> last = 1U;
  world.start();
  world.loop.group.spawn(World::read_all(*world.client_in, got, last));
  world.loop.run_until_idle();
  ASSERT_TRUE(world.result.failure);
  EXPECT_EQ(world.result.failure->code, ErrorCode::kConnectionRefused);
}

TEST_P(StreamSession, BytesReadBeforeTheSessionComeFirst) {
  World world(GetParam());
  std::string got;
  Result<std::size_t> last = 1U;
  auto serve = [](World& w) -> Task<void> {
    io::Inbound inbound(*w.downstream, w.shared);
    inbound.prepend("sniffed ");
    w.result = co_await serve_stream(inbound, w.shared, *w.upstream, w.idle, w.scope);
  };
  world.loop.group.spawn(serve(world));
  world.loop.group.spawn(World::send_and_end(*world.client, "and the rest"));
  world.loop.group.spawn(World::send_and_end(*world.server, ""));
  world.loop.group.spawn(World::read_all(*world.server_in, got, last));
  world.loop.run_until_idle();
  EXPECT_EQ(got, "sniffed and the rest");
}

}  // namespace
}  // namespace tidegate::l4
