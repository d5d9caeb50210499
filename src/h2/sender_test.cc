#include "h2/sender.h"

#include <gtest/gtest.h>

#include <optional>

#include "http/h2_fixture.h"
#include "support/pollers.h"

namespace tidegate::h2 {
namespace {

using stream::End;
using namespace std::chrono_literals;

class Senders : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Senders);

// A client in memory sends a request body to a server in memory with a small window.
struct Fixture {
  explicit Fixture(testing::PollerKind kind, std::uint32_t window = 100)
      : loop(kind),
        pair(options(window)),
        sender(loop.reactor, pair.client, Origin::kUpstream, 1h) {
    http::RequestHead& head = pair.request("POST", "/");
    head.body = http::BodyLength::chunked();
    stream = *pair.client.send_request(head, http::EndStream::kNo, listener);
    listener.sender = &sender;
    sender.set_stream(stream);
    pair.run();
  }
  static http::H2Options options(std::uint32_t window) {
    http::H2Options made;
    made.stream_window_bytes = window;
    return made;
  }
  void start(std::string text, End end, const http::HeaderMap* trailers = nullptr) {
    result.reset();
    loop.group.spawn(run(*this, std::move(text), end, trailers));
  }
  static async::Task<void> run(Fixture& f, std::string text, End end,
                               const http::HeaderMap* trailers) {
    f.result.emplace(co_await f.sender.send(text, end, trailers));
  }
  http::RecordedStream& server() { return pair.server_listener.streams.at(0); }

  // Passes on what the sender must hear of.
  struct Listener final : http::H2StreamListener {
    Arena& arena() override { return arena_; }
    void on_data(std::string_view) override {}
    void on_end() override {}
    void on_writable() override { sender->on_writable(); }
    void on_close(http::H2Error) override { sender->close(); }
    Sender* sender = nullptr;
    Arena arena_;
  };

  testing::Loop loop;
  http::H2Pair pair;
  Listener listener;
  http::StreamId stream = 0;
  Sender sender;
  std::optional<Result<void>> result;
};

TEST_P(Senders, SendAtOnceWhatThereIsRoomFor) {
  Fixture f(GetParam());
  f.start("abc", End::kNo);
  ASSERT_TRUE(f.result && *f.result);
  f.start("", End::kYes);
  f.pair.run();
  EXPECT_EQ(f.server().body, "abc");
  EXPECT_TRUE(f.server().log.ends_with("end\n"));
}

TEST_P(Senders, WaitForTheWindowAndKeepWhatIsLeft) {
  Fixture f(GetParam());
  f.start(std::string(250, 'x'), End::kYes);
  EXPECT_FALSE(f.result);
  while (!f.result) {
    const std::size_t before = f.server().body.size();
    f.pair.run();
    f.loop.reactor.turn(0ms);
    f.pair.run();
    if (f.result) break;
    ASSERT_GT(f.server().body.size(), before);
    f.pair.server.consume(f.stream, f.server().body.size() - before);
    f.pair.run();
    f.loop.reactor.turn(0ms);
  }
  f.pair.run();
  EXPECT_TRUE(*f.result);
  EXPECT_EQ(f.server().body, std::string(250, 'x'));
  EXPECT_TRUE(f.server().log.ends_with("end\n"));
}

TEST_P(Senders, EndWithTrailers) {
  Fixture f(GetParam());
  Arena arena;
  http::HeaderMap trailers(arena);
  trailers.add("x-sum", "1");
  f.start("abc", End::kYes, &trailers);
  f.pair.run();
  EXPECT_TRUE(*f.result);
  EXPECT_TRUE(f.server().log.ends_with("trailer x-sum=1\nend\n"));
}

TEST_P(Senders, FailWhenTheStreamCloses) {
  Fixture f(GetParam());
  f.start(std::string(250, 'x'), End::kYes);
  f.pair.run();
  f.pair.server.reset(f.stream, http::H2Error::kCancel);
  f.pair.run();
  f.loop.run_until_idle();
  ASSERT_TRUE(f.result);
  ASSERT_FALSE(*f.result);
  EXPECT_EQ(f.result->error().code, ErrorCode::kConnectionReset);
  EXPECT_EQ(f.result->error().origin, Origin::kUpstream);
  f.start("more", End::kNo);
  ASSERT_TRUE(f.result);
  EXPECT_FALSE(*f.result);
}

TEST_P(Senders, EndTheirWaitWhenCancelledOrWhenThePeerTakesNothing) {
  Fixture cancelled(GetParam());
  cancelled.start(std::string(250, 'x'), End::kYes);
  cancelled.sender.cancel();
  cancelled.loop.run_until_idle();
  EXPECT_EQ(cancelled.result->error().code, ErrorCode::kCancelled);

  Fixture stalled(GetParam());
  stalled.start(std::string(250, 'x'), End::kYes);
  stalled.pair.run();
  stalled.loop.reactor.turn(0ms);
  stalled.loop.clock.ahead += 61min;
  stalled.loop.run_until_idle();
  EXPECT_EQ(stalled.result->error().code, ErrorCode::kTimeout);
}

}  // namespace
}  // namespace tidegate::h2
