#include "h1/body.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "support/pollers.h"
#include "support/raw_peer.h"

namespace tidegate::h1 {
namespace {

using async::Task;
using http::BodyLength;
using stream::End;
using testing::EachPoller;
using namespace std::chrono_literals;

// A body on a connection whose other end the test plays.
struct Fixture {
  Fixture(testing::PollerKind kind, BodyLength length, Retain retain = Retain::kNo)
      : loop(kind),
        socket(loop.reactor, pair.fd, Origin::kDownstream),
        inbound(socket, shared),
        body(inbound, length, arena, loop.reactor.timeouts(1s), retain) {
    EXPECT_TRUE(socket.watch());
  }
  // Sends and lets the body have it.
  void deliver(std::string_view wire) {
    if (wire.empty()) return;
    pair.peer.send(wire);
    loop.reactor.turn(0ms);
  }

  testing::Loop loop;
  testing::RawPair pair;
  io::SharedBuffer shared;
  io::Socket socket;
  io::Inbound inbound;
  Arena arena;
  Body body;
};

struct Collected {
  std::string bytes;
  std::vector<std::string> pieces;
  std::optional<Error> error;
  bool ended = false;
};

Task<void> collect(stream::BodySource& body, Collected& out) {
  while (!out.ended) {
    auto piece = co_await body.next();
    if (!piece) {
      out.error = piece.error();
      co_return;
    }
    out.bytes.append(piece->bytes);
    out.pieces.emplace_back(piece->bytes);
    out.ended = piece->end == End::kYes;
  }
}

Task<void> fill(io::Inbound& in) { [[maybe_unused]] auto got = co_await in.fill(nullptr); }

struct WholeCase {
  const char* name;
  BodyLength length;
  std::string_view wire;
  std::string_view body;
  std::string_view rest;  // of the wire: belongs to the next message
};

const WholeCase kWhole[] = {
    {"known", BodyLength::known(11), "hello worldNEXT", "hello world", "NEXT"},
    {"one chunk", BodyLength::chunked(), "5\r\nhello\r\n0\r\n\r\nNEXT", "hello", "NEXT"},
    {"three chunks", BodyLength::chunked(), "5\r\nhello\r\n1;ext=1\r\n \r\n5\r\nworld\r\n0\r\n\r\n",
     "hello world", ""},
    {"empty chunked", BodyLength::chunked(), "0\r\n\r\nNEXT", "", "NEXT"},
    {"trailers", BodyLength::chunked(), "2\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n", "hi", ""},
};

class Bodies : public EachPoller {};
TIDEGATE_ON_EACH_POLLER(Bodies);

TEST_P(Bodies, AreTheSameAtEverySplitAndLeaveTheNextMessageAlone) {
  for (const WholeCase& test : kWhole) {
    for (std::size_t cut = 0; cut <= test.wire.size(); ++cut) {
      SCOPED_TRACE(std::string(test.name) + " cut at " + std::to_string(cut));
      Fixture f(GetParam(), test.length);
      Collected got;
      f.deliver(test.wire.substr(0, cut));
      f.loop.group.spawn(collect(f.body, got));
      f.deliver(test.wire.substr(cut));
      f.loop.run_until_idle();
      ASSERT_TRUE(got.ended);
      EXPECT_EQ(got.bytes, test.body);
      EXPECT_TRUE(f.body.release());
      f.loop.run_until([&] {
        if (f.inbound.unread().size() < test.rest.size()) f.loop.group.spawn(fill(f.inbound));
        return f.inbound.unread() == test.rest;
      });
    }
  }
}

TEST_P(Bodies, AreCutWhenTheConnectionEndsFirst) {
  const WholeCase cases[] = {
      {"known", BodyLength::known(11), "hello", "hello", ""},
      {"chunked", BodyLength::chunked(), "5\r\nhello\r\n", "hello", ""},
      {"within a chunk", BodyLength::chunked(), "9\r\nhello", "hello", ""},
      {"without a byte", BodyLength::known(1), "", "", ""},
  };
  for (const WholeCase& test : cases) {
    SCOPED_TRACE(test.name);
    Fixture f(GetParam(), test.length);
    Collected got;
    f.deliver(test.wire);
    f.pair.peer.close();
    f.loop.group.spawn(collect(f.body, got));
    f.loop.run_until_idle();
    EXPECT_EQ(got.bytes, test.body);
    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->code, ErrorCode::kEndOfStream);
    EXPECT_EQ(got.error->origin, Origin::kDownstream);
    EXPECT_FALSE(f.body.release());
  }
}

TEST_P(Bodies, UntilCloseEndWithTheConnectionWhichIsNotUsedAgain) {
  Fixture f(GetParam(), BodyLength::until_close());
  Collected got;
  f.loop.group.spawn(collect(f.body, got));
  f.deliver("hello ");
  f.deliver("world");
  f.pair.peer.close();
  f.loop.run_until_idle();
  EXPECT_TRUE(got.ended);
  EXPECT_EQ(got.bytes, "hello world");
  EXPECT_FALSE(f.body.release());
}

TEST_P(Bodies, SeveralChunksOfOneReadLeaveAsOnePiece) {
  Fixture f(GetParam(), BodyLength::chunked());
  Collected got;
  f.pair.peer.send("3\r\nabc\r\n3\r\ndef\r\n3\r\nghi\r\n0\r\n\r\n");
  f.loop.group.spawn(collect(f.body, got));
  f.loop.run_until_idle();
  EXPECT_EQ(got.pieces, std::vector<std::string>{"abcdefghi"});
}

TEST_P(Bodies, GiveWhatCameBeforeAMalformedChunkThenFail) {
  Fixture f(GetParam(), BodyLength::chunked());
  Collected got;
  f.pair.peer.send("5\r\nhello\r\nzz\r\n");
  f.loop.group.spawn(collect(f.body, got));
  f.loop.run_until_idle();
  EXPECT_EQ(got.bytes, "hello");
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code, ErrorCode::kMalformed);
  EXPECT_FALSE(f.body.release());
}

TEST_P(Bodies, GiveTrailersOnlyAtTheEnd) {
  Fixture f(GetParam(), BodyLength::chunked());
  Collected got;
  f.deliver("2\r\nhi\r\n");
  f.loop.group.spawn(collect(f.body, got));
  EXPECT_EQ(f.body.trailers(), nullptr);
  f.deliver("0\r\nx-sum: 1\r\n\r\n");
  f.loop.run_until_idle();
  ASSERT_NE(f.body.trailers(), nullptr);
  EXPECT_EQ(f.body.trailers()->find("x-sum"), "1");
}

TEST_P(Bodies, OfNoBytesEndAtOnce) {
  for (const BodyLength length : {BodyLength::none(), BodyLength::known(0)}) {
    Fixture f(GetParam(), length);
    EXPECT_TRUE(f.body.ready());
    EXPECT_EQ(f.body.whole(), "");
    const auto piece = f.body.next_now();
    ASSERT_TRUE(piece);
    EXPECT_EQ(piece->end, End::kYes);
    EXPECT_TRUE(f.body.rewind());
    EXPECT_TRUE(f.body.release());
  }
}

TEST_P(Bodies, RetainedWholeAreReadAgainAfterRewindUntilReleased) {
  Fixture f(GetParam(), BodyLength::known(5), Retain::kWhenWhole);
  f.pair.peer.send("helloNEXT");
  f.loop.group.spawn(fill(f.inbound));
  f.loop.run_until_idle();
  Collected first, second;
  EXPECT_EQ(f.body.whole(), "hello");
  f.loop.group.spawn(collect(f.body, first));
  EXPECT_EQ(f.body.whole(), "hello");
  EXPECT_TRUE(f.body.rewind());
  f.loop.group.spawn(collect(f.body, second));
  f.loop.run_until_idle();
  EXPECT_EQ(first.bytes, "hello");
  EXPECT_EQ(second.bytes, "hello");
  EXPECT_TRUE(f.body.release());
  EXPECT_EQ(f.inbound.unread(), "NEXT");
}

TEST_P(Bodies, ThatCameInPartsCannotBeReadAgain) {
  Fixture f(GetParam(), BodyLength::known(10), Retain::kWhenWhole);
  Collected got;
  f.loop.group.spawn(collect(f.body, got));
  EXPECT_TRUE(f.body.rewind());
  f.deliver("hello");
  f.loop.run_until([&] { return got.bytes == "hello"; });
  EXPECT_FALSE(f.body.rewind());
  EXPECT_EQ(f.body.whole(), std::nullopt);
  f.deliver("world");
  f.loop.run_until_idle();
  EXPECT_EQ(got.bytes, "helloworld");
  EXPECT_TRUE(f.body.release());
}

std::string make_text(std::size_t size) {
  std::string text(size, 'a');
  for (std::size_t i = 0; i < size; i += 61) text[i] = static_cast<char>('b' + i % 23);
  return text;
}

Task<void> gather(stream::BodySource& body, std::optional<Result<void>>& out) {
  out = co_await body.gather();
}

// Below what is copied out of the shared buffer, above it, behind the end of one read, of a block.
constexpr std::size_t kGatheredSizes[] = {10, 20'000, 60'000, 100'000, 300'000};

TEST_P(Bodies, GatheredAreWholeAndReadAgainThoughOthersReadMeanwhile) {
  for (const std::size_t size : kGatheredSizes) {
    SCOPED_TRACE(size);
    const std::string text = make_text(size);
    const std::string wire = text + "NEXT";
    Fixture f(GetParam(), BodyLength::known(size), Retain::kWhenWhole);
    testing::RawPair other;
    io::Socket socket(f.loop.reactor, other.fd, Origin::kUpstream);
    ASSERT_TRUE(socket.watch());
    io::Inbound inbound(socket, f.shared);
    std::optional<Result<void>> gathered;
    f.loop.group.spawn(gather(f.body, gathered));
    const std::size_t step = std::clamp<std::size_t>(size / 3, 3, 30'000);
    for (std::size_t at = 0; at < wire.size(); at += step) {
      f.deliver(std::string_view(wire).substr(at, step));
      inbound.consume(inbound.unread().size());
      other.peer.send(std::string(5000, 'X'));
      f.loop.group.spawn(fill(inbound));
      f.loop.run_until([&] { return inbound.unread().size() == 5000; });
    }
    f.loop.run_until([&] { return gathered.has_value(); });
    EXPECT_TRUE(*gathered);
    EXPECT_EQ(f.body.whole(), text);
    Collected first, second;
    f.loop.group.spawn(collect(f.body, first));
    EXPECT_TRUE(f.body.rewind());
    f.loop.group.spawn(collect(f.body, second));
    EXPECT_EQ(first.bytes, text);
    EXPECT_EQ(second.bytes, text);
    EXPECT_TRUE(f.body.release());
    f.loop.run_until([&] {
      if (f.inbound.unread().size() < 4) f.loop.group.spawn(fill(f.inbound));
      return f.inbound.unread() == "NEXT";
    });
  }
}

TEST_P(Bodies, GatheredAreCutWhenTheConnectionEndsFirst) {
  Fixture f(GetParam(), BodyLength::known(10), Retain::kWhenWhole);
  std::optional<Result<void>> gathered;
  f.loop.group.spawn(gather(f.body, gathered));
  f.deliver("hello");
  f.pair.peer.close();
  f.loop.run_until([&] { return gathered.has_value(); });
  ASSERT_FALSE(*gathered);
  EXPECT_EQ(gathered->error().code, ErrorCode::kEndOfStream);
}

TEST_P(Bodies, OfUnknownLengthAreNotGathered) {
  Fixture f(GetParam(), BodyLength::chunked(), Retain::kWhenWhole);
  std::optional<Result<void>> gathered;
  f.loop.group.spawn(gather(f.body, gathered));
  ASSERT_TRUE(gathered);
  EXPECT_TRUE(*gathered);
  EXPECT_EQ(f.body.whole(), std::nullopt);
}

TEST_P(Bodies, EndTheirWaitWhenCancelledAndStartAgainAfterRewind) {
  Fixture f(GetParam(), BodyLength::known(5));
  Collected cancelled, again;
  f.loop.group.spawn(collect(f.body, cancelled));
  f.body.cancel();
  f.loop.run_until_idle();
  ASSERT_TRUE(cancelled.error);
  EXPECT_EQ(cancelled.error->code, ErrorCode::kCancelled);
  EXPECT_TRUE(f.body.rewind());
  f.loop.group.spawn(collect(f.body, again));
  f.deliver("hello");
  f.loop.run_until_idle();
  EXPECT_EQ(again.bytes, "hello");
}

TEST_P(Bodies, CancelledWhileNobodyWaitsDoNotWaitAfterwards) {
  Fixture f(GetParam(), BodyLength::known(5));
  f.body.cancel();
  Collected got;
  f.loop.group.spawn(collect(f.body, got));
  ASSERT_EQ(f.loop.group.size(), 0U);
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code, ErrorCode::kCancelled);
}

TEST_P(Bodies, FailWhenNothingComesForTheIdleTime) {
  Fixture f(GetParam(), BodyLength::known(5));
  Collected got;
  f.loop.group.spawn(collect(f.body, got));
  f.loop.clock.ahead = 2s;
  f.loop.run_until_idle();
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code, ErrorCode::kTimeout);
}

}  // namespace
}  // namespace tidegate::h1
