// The pitfalls of an edge-triggered loop with shared buffers, one test each, on every poller.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "io/acceptor.h"
#include "io/inbound.h"
#include "support/pollers.h"

namespace tidegate::io {
namespace {

using async::Task;
using namespace std::chrono_literals;

// One connection: `ours` is under test, `theirs` is driven by plain system calls.
struct Wire {
  explicit Wire(async::Reactor& reactor, SharedBuffer& shared) {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    socket = std::make_unique<Socket>(reactor, fds[0], Origin::kDownstream);
    EXPECT_TRUE(socket->watch());
    inbound = std::make_unique<Inbound>(*socket, shared);
    theirs = fds[1];
  }
  ~Wire() { hang_up(); }
  void say(std::string_view text) const {
    ASSERT_EQ(::send(theirs, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  std::string heard() const {
    std::string text(100'000, '\0');
    const ssize_t got = ::recv(theirs, text.data(), text.size(), MSG_DONTWAIT);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
  }
  void hang_up() {
    if (theirs >= 0) ::close(theirs);
    theirs = -1;
  }
  std::unique_ptr<Socket> socket;
  std::unique_ptr<Inbound> inbound;
  int theirs = -1;
};

class Pitfalls : public testing::EachPoller {
 protected:
  struct Loop : testing::Loop {
    using testing::Loop::Loop;
    SharedBuffer shared;
  };
  // Fills the kernel's buffers with writes that the peer does not read, until one has to wait.
  // Returns what was written besides that one.
  static std::string fill_up(Loop& loop, Wire& wire, Result<void>& waiting) {
    std::string sent;
    for (int round = 0; round < 1000; ++round) {
      std::string text(5000, static_cast<char>('a' + round % 26));
      waiting = fail(ErrorCode::kInternal, Origin::kInternal);
      loop.group.spawn(write(*wire.socket, text, waiting));
      loop.reactor.turn(0ms);
      if (!waiting) return sent;
      sent += text;
    }
    return sent;
  }
  // Lets the kernel's own receiving begin, where there is such a thing: a first read that waits.
  static void warm_up(Loop& loop, Wire& wire) {
    Result<std::size_t> got = 0U;
    loop.group.spawn(fill(*wire.inbound, nullptr, got));
    wire.say("warm");
    loop.run_until_idle();
    wire.inbound->consume(wire.inbound->unread().size());
  }
  static Task<void> fill(Inbound& in, async::TimeoutList* timeout, Result<std::size_t>& out) {
    out = co_await in.fill(timeout);
  }
  static Task<void> read_all(Inbound& in, std::string& out, Result<std::size_t>& last) {
    do {
      last = co_await in.fill(nullptr);
      out.append(in.unread());
      in.consume(in.unread().size());
    } while (last && *last != 0);
  }
  static Task<void> write(Socket& socket, std::string text, Result<void>& out) {
    const Parts parts(text);
    out = co_await socket.write(parts, nullptr);
  }
};
TIDEGATE_ON_EACH_POLLER(Pitfalls);

// Data and FIN come before the first read: the short read must not wait for an edge that has been.
TEST_P(Pitfalls, EndThatCameWithTheDataNeedsNoFurtherEdge) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  wire.say("last words");
  wire.hang_up();
  loop.reactor.turn(1ms);
  std::string got;
  Result<std::size_t> last = 1U;
  loop.group.spawn(read_all(*wire.inbound, got, last));
  loop.run_until_idle();
  EXPECT_EQ(got, "last words");
  EXPECT_EQ(last, 0U);
}

TEST_P(Pitfalls, EndAfterAWaitingReadIsToldAfterTheData) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  warm_up(loop, wire);
  std::string got;
  Result<std::size_t> last = 1U;
  loop.group.spawn(read_all(*wire.inbound, got, last));
  loop.reactor.turn(0ms);
  wire.say("last words");
  wire.hang_up();
  loop.run_until_idle();
  EXPECT_EQ(got, "last words");
  EXPECT_EQ(last, 0U);
}

// Both are ready in one batch and read into one buffer: each is used before the next read.
TEST_P(Pitfalls, TwoConnectionsInOneBatchDoNotMixTheirBytes) {
  Loop loop(GetParam());
  Wire one(loop.reactor, loop.shared), two(loop.reactor, loop.shared);
  warm_up(loop, one);
  warm_up(loop, two);
  std::string got_one, got_two;
  Result<std::size_t> last = 1U;
  loop.group.spawn(read_all(*one.inbound, got_one, last));
  loop.group.spawn(read_all(*two.inbound, got_two, last));
  loop.reactor.turn(0ms);
  for (int i = 0; i < 50; ++i) {
    one.say("1111");
    two.say("22222222");
    loop.reactor.turn(1ms);
  }
  one.hang_up();
  two.hang_up();
  loop.run_until_idle();
  EXPECT_EQ(got_one, std::string(200, '1'));
  EXPECT_EQ(got_two, std::string(400, '2'));
}

// The view dies at a suspension, the bytes do not, however often the buffer is used by others.
TEST_P(Pitfalls, UnreadBytesOutliveTheBufferTheyCameIn) {
  Loop loop(GetParam());
  Wire keeper(loop.reactor, loop.shared), other(loop.reactor, loop.shared);
  warm_up(loop, keeper);
  warm_up(loop, other);
  Result<std::size_t> got = 0U;
  loop.group.spawn(fill(*keeper.inbound, nullptr, got));
  loop.reactor.turn(0ms);
  keeper.say("taken,kept");
  loop.run_until_idle();
  keeper.inbound->consume(6);
  for (int i = 0; i < 200; ++i) warm_up(loop, other);
  EXPECT_EQ(keeper.inbound->unread(), "kept");
  loop.group.spawn(fill(*keeper.inbound, nullptr, got));
  keeper.say("+more");
  loop.run_until_idle();
  EXPECT_EQ(keeper.inbound->unread(), "kept+more");
}

// simdjson reads past the end: that memory must be there. A sanitizer sees it if it is not.
TEST_P(Pitfalls, SlackLiesBehindTheBytes) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  const auto look_behind = [&] {
    const auto text = wire.inbound->unread();
    unsigned sum = 0;
    for (std::size_t i = 0; i < kSlackBytes; ++i) {
      sum += static_cast<unsigned char>(*(text.data() + text.size() + i));
    }
    return sum < 256 * kSlackBytes;
  };
  Result<std::size_t> got = 0U;
  wire.say(std::string(70'000, 'x'));
  loop.group.spawn(fill(*wire.inbound, nullptr, got));
  loop.run_until_idle();
  EXPECT_TRUE(look_behind());
  loop.group.spawn(fill(*wire.inbound, nullptr, got));
  loop.run_until_idle();
  EXPECT_TRUE(look_behind());
  wire.inbound->consume(wire.inbound->unread().size());
  warm_up(loop, wire);
  auto look_at_once = [](Inbound& in, auto& look, bool& out) -> Task<void> {
    const auto filled = co_await in.fill(nullptr);
    out = filled && look();
  };
  bool seen = false;
  loop.group.spawn(look_at_once(*wire.inbound, look_behind, seen));
  wire.say(std::string(65'536, 'y'));
  loop.run_until_idle();
  EXPECT_TRUE(seen);
}

class CountHangUps final : public async::HangUpListener {
 public:
  void on_hang_up() override { ++count; }
  int count = 0;
};

// The client goes while its request waits for the upstream: nobody reads its socket.
TEST_P(Pitfalls, HangUpIsToldWhileNobodyReads) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  warm_up(loop, wire);
  CountHangUps listener;
  wire.socket->descriptor().set_hang_up_listener(&listener);
  loop.reactor.turn(0ms);
  EXPECT_EQ(listener.count, 0);
  wire.hang_up();
  loop.run_until([&] { return listener.count != 0; });
}

TEST_P(Pitfalls, HangUpIsToldBehindBytesThatNobodyRead) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  warm_up(loop, wire);
  CountHangUps listener;
  wire.socket->descriptor().set_hang_up_listener(&listener);
  wire.say("pipelined");
  loop.reactor.turn(1ms);
  wire.hang_up();
  loop.run_until([&] { return listener.count != 0; });
  std::string got;
  Result<std::size_t> last = 1U;
  loop.group.spawn(read_all(*wire.inbound, got, last));
  loop.run_until_idle();
  EXPECT_EQ(got, "pipelined");
}

// An idle pooled connection that the server closed before anybody listened.
TEST_P(Pitfalls, HangUpBeforeListeningIsToldAtOnce) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  wire.hang_up();
  loop.run_until([&] { return wire.socket->descriptor().hung_up(); });
  CountHangUps listener;
  wire.socket->descriptor().set_hang_up_listener(&listener);
  EXPECT_EQ(listener.count, 1);
}

// Whoever does not read must not make us hold the sender's bytes.
TEST_P(Pitfalls, BytesThatNobodyReadsStayWithTheSender) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  warm_up(loop, wire);
  std::string sent;
  for (int round = 0; round < 200; ++round) {
    const std::string piece(10'000, static_cast<char>('a' + round % 26));
    const ssize_t took = ::send(wire.theirs, piece.data(), piece.size(), MSG_DONTWAIT);
    if (took > 0) sent.append(piece, 0, static_cast<std::size_t>(took));
    loop.reactor.turn(0ms);
  }
  EXPECT_LT(sent.size(), 1'500'000U);
  std::string got;
  Result<std::size_t> last = 1U;
  loop.group.spawn(read_all(*wire.inbound, got, last));
  loop.run_until([&] { return got.size() == sent.size(); });
  EXPECT_TRUE(got == sent);
  wire.hang_up();
  loop.run_until_idle();
}

TEST_P(Pitfalls, ReadThatTimedOutLosesNothing) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  warm_up(loop, wire);
  Result<std::size_t> got = 0U;
  loop.group.spawn(fill(*wire.inbound, loop.reactor.timeouts(1ms), got));
  loop.run_until_idle();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::kTimeout);
  wire.say("late");
  loop.reactor.turn(1ms);
  loop.group.spawn(fill(*wire.inbound, nullptr, got));
  loop.run_until_idle();
  EXPECT_EQ(wire.inbound->unread(), "late");
}

TEST_P(Pitfalls, BytesWrittenBeforeCloseArrive) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  Result<void> sent;
  loop.group.spawn(write(*wire.socket, "goodbye", sent));
  wire.socket->close();
  loop.run_until_idle();
  EXPECT_TRUE(sent);
  EXPECT_EQ(wire.heard(), "goodbye");
  char byte = 0;
  EXPECT_EQ(::recv(wire.theirs, &byte, 1, MSG_DONTWAIT), 0);
}

// A poller that holds the file must let go of it: no connection may end up in a dead queue.
TEST_P(Pitfalls, ClosedListenerRefusesAtOnce) {
  Loop loop(GetParam());
  auto acceptor = Acceptor::listen(loop.reactor, *Address::parse("127.0.0.1", 0));
  ASSERT_TRUE(acceptor);
  const Address address = (*acceptor)->local_address();
  loop.reactor.turn(0ms);
  (*acceptor)->close();
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(client, address.data(), address.size()), -1);
  EXPECT_EQ(errno, ECONNREFUSED);
  ::close(client);
}

TEST_P(Pitfalls, BytesWrittenBeforeHalfCloseArriveAndThenTheEnd) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  Result<void> sent;
  loop.group.spawn(write(*wire.socket, "goodbye", sent));
  wire.socket->shutdown_write();
  loop.run_until([&] { return wire.heard() == "goodbye"; });
  char byte = 0;
  loop.run_until([&] { return ::recv(wire.theirs, &byte, 1, MSG_DONTWAIT) == 0; });
  EXPECT_TRUE(sent);
}

TEST_P(Pitfalls, WritesOfAllSizesStayInOrder) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  std::string sent, heard;
  for (const std::size_t size : {10U, 20'000U, 5U, 16'384U, 16'385U, 1U, 40'000U, 3U}) {
    std::string text(size, static_cast<char>('a' + sent.size() % 26));
    Result<void> done = fail(ErrorCode::kInternal, Origin::kInternal);
    sent += text;
    loop.group.spawn(write(*wire.socket, std::move(text), done));
    loop.run_until_idle();
    EXPECT_TRUE(done);
    heard += wire.heard();
  }
  loop.run_until([&] { return (heard += wire.heard()).size() == sent.size(); });
  EXPECT_TRUE(heard == sent);
}

TEST_P(Pitfalls, WritesToAFullSocketGoOnInOrderWhenThereIsRoom) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  Result<void> waiting;
  const std::string before = fill_up(loop, wire, waiting);
  ASSERT_FALSE(waiting);
  std::string heard;
  loop.run_until([&] { return (heard += wire.heard()).size() == before.size() + 5000; });
  loop.run_until_idle();
  EXPECT_TRUE(waiting);
  EXPECT_TRUE(heard.starts_with(before));
  EXPECT_EQ(heard.find_first_not_of(heard.back(), before.size()), std::string::npos);
}

TEST_P(Pitfalls, BytesOfAClosedFullSocketStillArrive) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  Result<void> waiting;
  const std::string before = fill_up(loop, wire, waiting);
  ASSERT_FALSE(waiting);
  wire.socket->close();
  std::string heard;
  loop.run_until([&] { return (heard += wire.heard()).size() >= before.size(); });
  loop.run_until_idle();
  EXPECT_TRUE(heard.starts_with(before));
  char byte = 0;
  loop.run_until([&] { return ::recv(wire.theirs, &byte, 1, MSG_DONTWAIT) == 0; });
}

TEST_P(Pitfalls, BytesWrittenBeforeAnAbortArrive) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  Result<void> sent;
  loop.group.spawn(write(*wire.socket, "cut here", sent));
  wire.socket->abort();
  loop.run_until_idle();
  EXPECT_EQ(wire.heard(), "cut here");
}

TEST_P(Pitfalls, BytesOfAnAbortedFullSocketAreDropped) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  Result<void> waiting;
  fill_up(loop, wire, waiting);
  wire.socket->abort();
  loop.run_until_idle();
  char byte = 0;
  loop.run_until([&] {
    wire.heard();
    return ::recv(wire.theirs, &byte, 1, MSG_DONTWAIT) == 0;
  });
  EXPECT_FALSE(waiting);
}

TEST_P(Pitfalls, WritingToAClosedPeerFailsOnceItIsKnown) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  wire.hang_up();
  Result<void> sent;
  for (int i = 0; i < 3 && sent; ++i) {
    loop.group.spawn(write(*wire.socket, "anyone?", sent));
    loop.run_until_idle();
    loop.reactor.turn(1ms);
  }
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kConnectionReset);
}

TEST_P(Pitfalls, ReadingAfterCloseEndsAtOnce) {
  Loop loop(GetParam());
  Wire wire(loop.reactor, loop.shared);
  warm_up(loop, wire);
  wire.socket->close();
  Result<std::size_t> got = 0U;
  loop.group.spawn(fill(*wire.inbound, nullptr, got));
  loop.run_until_idle();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::kConnectionReset);
}

TEST_P(Pitfalls, ManyConnectionsWithMoreDataThanBuffers) {
  Loop loop(GetParam());
  constexpr std::size_t kConnections = 150;
  std::vector<std::unique_ptr<Wire>> wires;
  std::vector<std::string> got(kConnections);
  std::vector<Result<std::size_t>> last(kConnections, 1U);
  for (std::size_t i = 0; i < kConnections; ++i) {
    wires.push_back(std::make_unique<Wire>(loop.reactor, loop.shared));
    loop.group.spawn(read_all(*wires[i]->inbound, got[i], last[i]));
  }
  loop.reactor.turn(0ms);
  for (int round = 0; round < 5; ++round) {
    for (std::size_t i = 0; i < kConnections; ++i) {
      wires[i]->say(std::string(1000 + i, static_cast<char>('a' + round)));
    }
    loop.reactor.turn(1ms);
  }
  for (auto& wire : wires) wire->hang_up();
  loop.run_until_idle();
  for (std::size_t i = 0; i < kConnections; ++i) {
    EXPECT_EQ(got[i].size(), 5 * (1000 + i));
    EXPECT_EQ(last[i], 0U);
  }
}

}  // namespace
}  // namespace tidegate::io
