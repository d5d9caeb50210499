#include "h2/body_queue.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "http/h2_fixture.h"
#include "support/pollers.h"

namespace tidegate::h2 {
namespace {

using stream::End;
using namespace std::chrono_literals;

class BodyQueues : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(BodyQueues);

// The body of a request that a client in memory sends to a server in memory.
struct Fixture {
  explicit Fixture(testing::PollerKind kind, http::H2Options options = {})
      : loop(kind), pair(options), body(loop.reactor, pair.server, Origin::kDownstream, 1h) {
    http::RequestHead& head = pair.request("POST", "/");
    head.body = http::BodyLength::chunked();
    const auto id = pair.client.send_request(head, http::EndStream::kNo, sender);
    EXPECT_TRUE(id);
    stream = *id;
    pair.run();
    body.set_stream(stream);
  }
  // Sends as the client and hands over what the server's listener got.
  void send(std::string_view text) {
    EXPECT_TRUE(pair.client.send_data(stream, text, http::EndStream::kNo));
    pair.run();
    body.push(received());
  }
  std::string received() { return std::exchange(pair.server_listener.streams[0].body, {}); }
  std::size_t window() {
    pair.run();
    return pair.client.room(stream);
  }

  static async::Task<void> take(Fixture& f, std::vector<std::string>& pieces,
                                std::optional<Error>& error) {
    while (true) {
      auto piece = co_await f.body.next();
      if (!piece) {
        error = std::move(piece).error();
        co_return;
      }
      pieces.emplace_back(piece->bytes);
      if (piece->end == End::kYes) co_return;
    }
  }

  testing::Loop loop;
  http::H2Pair pair;
  http::RecordedStream sender;
  http::StreamId stream = 0;
  BodyQueue body;
};

TEST_P(BodyQueues, GiveWhatCameTogetherAsOnePiece) {
  Fixture f(GetParam());
  f.send("abc");
  f.send("def");
  const auto piece = f.body.next_now();
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->bytes, "abcdef");
  EXPECT_EQ(piece->end, End::kNo);
  EXPECT_FALSE(f.body.next_now());
  EXPECT_EQ(f.body.bytes_read(), 6U);
}

TEST_P(BodyQueues, WaitForWhatIsStillToCome) {
  Fixture f(GetParam());
  std::vector<std::string> pieces;
  std::optional<Error> error;
  f.loop.group.spawn(Fixture::take(f, pieces, error));
  EXPECT_FALSE(f.body.ready());
  f.send("abc");
  f.loop.run_until([&] { return pieces.size() == 1; });
  f.body.push_end();
  f.loop.run_until_idle();
  EXPECT_EQ(pieces, (std::vector<std::string>{"abc", ""}));
}

TEST_P(BodyQueues, GiveTheWindowBackWhenTheNextPieceIsAskedFor) {
  http::H2Options small;
  small.stream_window_bytes = 1000;
  Fixture f(GetParam(), small);
  f.send(std::string(800, 'x'));
  EXPECT_EQ(f.window(), 200U);
  ASSERT_TRUE(f.body.next_now());
  EXPECT_EQ(f.window(), 200U);  // it is still being written
  std::vector<std::string> pieces;
  std::optional<Error> error;
  f.loop.group.spawn(Fixture::take(f, pieces, error));
  EXPECT_EQ(f.window(), 1000U);
  f.body.push_end();
  f.loop.run_until_idle();
}

TEST_P(BodyQueues, GiveWhatCameBeforeACutThenFail) {
  Fixture f(GetParam());
  std::vector<std::string> pieces;
  std::optional<Error> error;
  f.send("half");
  f.body.close();
  f.loop.group.spawn(Fixture::take(f, pieces, error));
  f.loop.run_until_idle();
  EXPECT_EQ(pieces, std::vector<std::string>{"half"});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kConnectionReset);
  EXPECT_EQ(error->origin, Origin::kDownstream);
}

TEST_P(BodyQueues, EndWellThoughTheStreamClosesAfterwards) {
  Fixture f(GetParam());
  std::vector<std::string> pieces;
  std::optional<Error> error;
  f.send("all");
  f.body.push_end();
  f.body.close();
  f.loop.group.spawn(Fixture::take(f, pieces, error));
  f.loop.run_until_idle();
  EXPECT_EQ(pieces, std::vector<std::string>{"all"});
  EXPECT_FALSE(error);
}

TEST_P(BodyQueues, CancelledEndTheirWaitAndAnyLaterOneUntilRewind) {
  Fixture f(GetParam());
  std::vector<std::string> pieces;
  std::optional<Error> error;
  f.loop.group.spawn(Fixture::take(f, pieces, error));
  f.body.cancel();
  f.loop.run_until_idle();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kCancelled);
  error.reset();
  f.loop.group.spawn(Fixture::take(f, pieces, error));
  EXPECT_TRUE(error);
  EXPECT_TRUE(f.body.rewind());
  error.reset();
  f.loop.group.spawn(Fixture::take(f, pieces, error));
  f.send("abc");
  f.body.push_end();
  f.loop.run_until_idle();
  EXPECT_FALSE(error);
}

TEST_P(BodyQueues, AreReadAgainOnlyWhileTheyAreWhole) {
  Fixture f(GetParam());
  f.send("abc");
  EXPECT_EQ(f.body.whole(), std::nullopt);  // more may come
  f.body.push_end();
  EXPECT_EQ(f.body.whole(), "abc");
  EXPECT_EQ(f.body.next_now()->bytes, "abc");
  EXPECT_EQ(f.body.whole(), "abc");
  EXPECT_TRUE(f.body.rewind());
  EXPECT_EQ(f.body.next_now()->bytes, "abc");

  Fixture parts(GetParam());
  parts.send("abc");
  EXPECT_EQ(parts.body.next_now()->bytes, "abc");
  parts.send("def");
  parts.body.push_end();
  EXPECT_EQ(parts.body.whole(), std::nullopt);
  EXPECT_FALSE(parts.body.rewind());
}

TEST_P(BodyQueues, FailWhenNothingComesForTheIdleTime) {
  Fixture f(GetParam());
  std::vector<std::string> pieces;
  std::optional<Error> error;
  f.loop.group.spawn(Fixture::take(f, pieces, error));
  f.loop.clock.ahead += 61min;
  f.loop.run_until_idle();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kTimeout);
}

TEST_P(BodyQueues, KeepTrailers) {
  Fixture f(GetParam());
  EXPECT_EQ(f.body.trailers(), nullptr);
  Arena arena;
  http::HeaderMap fields(arena);
  fields.add("x-sum", "1");
  f.body.push_trailers(std::move(fields));
  f.body.push_end();
  ASSERT_NE(f.body.trailers(), nullptr);
  EXPECT_EQ(f.body.trailers()->find("x-sum"), "1");
}

}  // namespace
}  // namespace tidegate::h2
