#include "upstream/h2_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "support/h2_peer.h"
#include "upstream/call_fixture.h"

namespace tidegate::upstream {
namespace {

using http::EndStream;
using stream::End;
using testing::RawListener;
using ServerPeer = testing::H2Peer<http::H2Server>;
using namespace std::chrono_literals;

class H2Calls : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(H2Calls);

struct Fixture {
  explicit Fixture(testing::PollerKind kind, http::H2Options options = {})
      : loop(kind),
        server_options(options),
        pool(std::make_shared<H2Pool>(
            Connector(loop.reactor, *io::Address::parse("127.0.0.1", server.port()), nullptr, 1h),
            shared, background)) {}
  ~Fixture() {
    pool.reset();
    for (auto& peer : raw) peer->close();
    loop.run_until([this] { return background.size() == 0; });
  }

  void start(Try& attempt) {
    attempt.call = std::make_unique<H2Call>(pool, timeouts, attempt.arena, attempt.scope);
    attempt.start(loop.group);
  }
  // Turns, with the servers moving, until the condition holds.
  template <class Condition>
  void run_until(Condition&& condition) {
    loop.run_until([&] {
      move();
      return condition();
    });
  }
  void run_until_idle() {
    run_until([this] { return loop.group.size() == 0; });
  }
  // Starts a try and waits until a server has its head.
  void send(Try& attempt, std::size_t connection = 0, std::size_t stream = 0) {
    start(attempt);
    run_until([&] {
      return peers.size() > connection && peers[connection]->stream_count() > stream &&
             peers[connection]->stream(stream).request != nullptr;
    });
  }
  ServerPeer& peer(std::size_t index = 0) { return *peers.at(index); }

  testing::Loop loop;
  io::SharedBuffer shared;
  RawListener server;
  http::H2Options server_options;
  CallTimeouts timeouts;
  async::TaskGroup background{loop.reactor};
  std::shared_ptr<H2Pool> pool;
  std::vector<testing::RawPeer*> raw;
  std::deque<std::unique_ptr<ServerPeer>> peers;

 private:
  void move() {
    while (peers.size() < server.count()) {
      raw.push_back(&server.peer(peers.size()));
      peers.push_back(std::make_unique<ServerPeer>(*raw.back(), server_options));
    }
    for (auto& one : peers) one->move();
  }
};

TEST_P(H2Calls, BringHeadBodyAndTrailers) {
  Fixture f(GetParam());
  Try attempt("GET", "/x?y=1");
  attempt.head.fields.add("x-mine", "1");
  f.send(attempt);
  const http::RequestHead& got = *f.peer().stream(0).request;
  EXPECT_EQ(got.method, "GET");
  EXPECT_EQ(got.target, "/x?y=1");
  EXPECT_EQ(got.authority, "a.example");
  EXPECT_EQ(got.fields.find("x-mine"), "1");
  const auto id = f.peer().id(0);
  f.peer().respond(id, 200, EndStream::kNo);
  f.peer().send(id, "hello ", EndStream::kNo);
  f.run_until([&] { return attempt.body == "hello "; });
  f.peer().send(id, "world", EndStream::kNo);
  Arena arena;
  http::HeaderMap trailers(arena);
  trailers.add("grpc-status", "0");
  EXPECT_TRUE(f.peer().session.send_trailers(id, trailers));
  f.run_until_idle();
  EXPECT_EQ(attempt.response.status, 200);
  EXPECT_EQ(attempt.body, "hello world");
  EXPECT_EQ(attempt.trailers, "grpc-status=0;");
  EXPECT_FALSE(attempt.error);
}

TEST_P(H2Calls, ShareOneConnection) {
  Fixture f(GetParam());
  Try first("GET"), second("GET");
  f.send(first);
  f.send(second, 0, 1);
  EXPECT_EQ(f.pool->in_use(), 2U);
  for (std::size_t i = 0; i < 2; ++i) f.peer().respond(f.peer().id(i), 204, EndStream::kYes);
  f.run_until_idle();
  EXPECT_EQ(f.server.count(), 1U);
  EXPECT_FALSE(first.reused);
  EXPECT_TRUE(second.reused);
  EXPECT_EQ(f.pool->in_use(), 0U);
}

TEST_P(H2Calls, OfABurstWaitForOneConnection) {
  Fixture f(GetParam());
  std::deque<Try> tries;
  for (int i = 0; i < 20; ++i) f.start(tries.emplace_back("GET"));
  f.run_until([&] { return f.peers.size() == 1 && f.peer().stream_count() == tries.size(); });
  for (std::size_t i = 0; i < tries.size(); ++i) {
    f.peer().respond(f.peer().id(i), 204, EndStream::kYes);
  }
  f.run_until_idle();
  EXPECT_EQ(f.server.count(), 1U);
  for (const Try& one : tries) EXPECT_EQ(one.response.status, 204);
}

TEST_P(H2Calls, OfABurstOutliveTheOneThatOpens) {
  Fixture f(GetParam());
  Try first("GET"), second("GET"), third("GET");
  for (Try* one : {&first, &second, &third}) f.start(*one);
  first.scope.request();
  third.scope.request();
  f.run_until([&] { return f.peers.size() > 0 && f.peers.back()->stream_count() == 1; });
  f.peers.back()->respond(f.peers.back()->id(0), 204, EndStream::kYes);
  f.run_until_idle();
  EXPECT_EQ(second.response.status, 204);
  for (const Try* gone : {&first, &third}) {
    ASSERT_TRUE(gone->error);
    EXPECT_EQ(gone->error->code, ErrorCode::kCancelled);
  }
}

TEST_P(H2Calls, OfABurstFailTogetherWhereNothingAnswers) {
  Fixture f(GetParam());
  f.server.close();
  std::deque<Try> tries;
  for (int i = 0; i < 5; ++i) f.start(tries.emplace_back("GET"));
  f.run_until_idle();
  for (const Try& one : tries) {
    ASSERT_TRUE(one.error);
    EXPECT_EQ(one.error->code, ErrorCode::kConnectionRefused);
    EXPECT_EQ(one.error->retry, Retry::kSafe);
  }
}

TEST_P(H2Calls, OpenAnotherConnectionBeyondTheServersStreams) {
  http::H2Options one_stream;
  one_stream.max_streams = 1;
  Fixture f(GetParam(), one_stream);
  Try first("GET"), second("GET");
  f.send(first);
  f.run_until([&] { return f.peer().stream_count() == 1; });
  f.send(second, 1);
  f.peer(0).respond(f.peer(0).id(0), 204, EndStream::kYes);
  f.peer(1).respond(f.peer(1).id(0), 204, EndStream::kYes);
  f.run_until_idle();
  EXPECT_EQ(f.server.count(), 2U);
}

TEST_P(H2Calls, SendTheBodyAsItComes) {
  Fixture f(GetParam());
  SlowBody body(f.loop.reactor);
  Try attempt("POST");
  attempt.head.body = http::BodyLength::chunked();
  attempt.source = &body;
  f.send(attempt);
  body.come("abc");
  f.run_until([&] { return f.peer().stream(0).body == "abc"; });
  body.come("de", End::kYes);
  f.run_until([&] { return f.peer().stream(0).log.ends_with("end\n"); });
  EXPECT_EQ(f.peer().stream(0).body, "abcde");
  f.peer().respond(f.peer().id(0), 200, EndStream::kYes);
  f.run_until_idle();
  EXPECT_EQ(attempt.response.status, 200);
}

TEST_P(H2Calls, WaitForTheServersWindow) {
  http::H2Options small;
  small.stream_window_bytes = 1000;
  Fixture f(GetParam(), small);
  stream::MemoryBody body(std::string(5000, 'x'));
  Try attempt("POST");
  attempt.head.body = http::BodyLength::known(5000);
  attempt.source = &body;
  f.send(attempt);
  http::RecordedStream& stream = f.peer().stream(0);
  std::size_t consumed = 0;
  while (consumed < 5000) {
    f.run_until([&] { return stream.body.size() > consumed; });
    EXPECT_LE(stream.body.size() - consumed, 1000U);
    f.peer().session.consume(f.peer().id(0), stream.body.size() - consumed);
    consumed = stream.body.size();
  }
  f.peer().respond(f.peer().id(0), 200, EndStream::kYes);
  f.run_until_idle();
  EXPECT_EQ(stream.body, std::string(5000, 'x'));
}

TEST_P(H2Calls, ResetTheStreamOfAnAnswerThatIsNotRead) {
  Fixture f(GetParam());
  Try attempt("GET");
  attempt.reads_body = false;
  f.send(attempt);
  f.peer().respond(f.peer().id(0), 200, EndStream::kNo);
  f.run_until_idle();
  f.run_until([&] { return f.peer().stream(0).closed; });
  EXPECT_TRUE(f.peer().stream(0).log.ends_with("close CANCEL\n")) << f.peer().stream(0).log;
}

TEST_P(H2Calls, GiveAnAnswerThatComesBeforeTheBodyIsSent) {
  Fixture f(GetParam());
  SlowBody body(f.loop.reactor);
  Try attempt("POST");
  attempt.head.body = http::BodyLength::chunked();
  attempt.source = &body;
  f.send(attempt);
  f.peer().respond(f.peer().id(0), 413, EndStream::kYes);
  f.run_until_idle();
  EXPECT_EQ(attempt.response.status, 413);
  EXPECT_TRUE(attempt.ended);
  EXPECT_TRUE(body.cancelled);
  f.run_until([&] { return f.peer().stream(0).closed; });
}

TEST_P(H2Calls, EndWhenTheRequestBodyFails) {
  Fixture f(GetParam());
  SlowBody body(f.loop.reactor);
  Try attempt("POST");
  attempt.head.body = http::BodyLength::chunked();
  attempt.source = &body;
  f.send(attempt);
  body.fail_now();
  f.run_until_idle();
  ASSERT_TRUE(attempt.error);
  EXPECT_EQ(attempt.error->origin, Origin::kDownstream);
  f.run_until([&] { return f.peer().stream(0).closed; });
  EXPECT_EQ(f.peer().stream(0).log.find("end\n"), std::string::npos);
}

TEST_P(H2Calls, FailWithTheReasonOfAReset) {
  Fixture f(GetParam());
  Try refused("GET"), broken("GET"), cut("GET");
  f.send(refused);
  f.peer().session.reset(f.peer().id(0), http::H2Error::kRefusedStream);
  f.run_until_idle();
  ASSERT_TRUE(refused.error);
  EXPECT_EQ(refused.error->retry, Retry::kIfReused);

  f.send(broken, 0, 1);
  f.peer().session.reset(f.peer().id(1), http::H2Error::kInternalError);
  f.run_until_idle();
  ASSERT_TRUE(broken.error);
  EXPECT_EQ(broken.error->origin, Origin::kUpstream);
  EXPECT_EQ(broken.error->retry, Retry::kNever);

  f.send(cut, 0, 2);
  f.peer().respond(f.peer().id(2), 200, EndStream::kNo);
  f.peer().send(f.peer().id(2), "half", EndStream::kNo);
  f.run_until([&] { return cut.body == "half"; });
  f.peer().session.reset(f.peer().id(2), http::H2Error::kInternalError);
  f.run_until_idle();
  ASSERT_TRUE(cut.error);
  EXPECT_FALSE(cut.ended);
  EXPECT_EQ(f.server.count(), 1U);  // the connection outlives its streams
}

TEST_P(H2Calls, FailWithTheConnectionAndTheNextOpensAnother) {
  Fixture f(GetParam());
  Try lost("GET"), next("GET");
  f.send(lost);
  f.server.peer(0).close();
  f.run_until_idle();
  ASSERT_TRUE(lost.error);
  EXPECT_EQ(lost.error->origin, Origin::kUpstream);
  f.send(next, 1);
  f.peer(1).respond(f.peer(1).id(0), 204, EndStream::kYes);
  f.run_until_idle();
  EXPECT_EQ(next.response.status, 204);
}

TEST_P(H2Calls, AfterGoAwayUseAnotherConnectionWhileOldStreamsGoOn) {
  Fixture f(GetParam());
  Try old_one("GET");
  std::deque<Try> new_ones;
  f.send(old_one);
  f.peer().session.shutdown(http::H2Error::kNoError);
  // A request that meets the GOAWAY on its way may be sent again.
  f.run_until([&] {
    if (new_ones.empty() || new_ones.back().finished) f.start(new_ones.emplace_back("GET"));
    return f.peers.size() == 2 && f.peer(1).stream_count() == 1 &&
           f.peer(1).stream(0).request != nullptr;
  });
  f.peer(0).respond(f.peer(0).id(0), 200, EndStream::kYes);
  f.peer(1).respond(f.peer(1).id(0), 201, EndStream::kYes);
  f.run_until_idle();
  EXPECT_EQ(old_one.response.status, 200);
  EXPECT_EQ(new_ones.back().response.status, 201);
  new_ones.pop_back();
  for (const Try& refused : new_ones) EXPECT_EQ(refused.error->retry, Retry::kIfReused);
}

TEST_P(H2Calls, TimeOutBeforeTheFirstByteAndBetweenBytes) {
  Fixture f(GetParam());
  f.timeouts.first_byte = 10s;
  f.timeouts.idle = 20s;
  Try silent("GET"), stalled("GET");
  f.send(silent);
  f.loop.clock.ahead += 11s;
  f.run_until_idle();
  ASSERT_TRUE(silent.error);
  EXPECT_EQ(silent.error->code, ErrorCode::kTimeout);

  f.send(stalled, 0, 1);
  f.peer().respond(f.peer().id(1), 200, EndStream::kNo);
  f.run_until([&] { return stalled.answered; });
  f.loop.clock.ahead += 21s;
  f.run_until_idle();
  ASSERT_TRUE(stalled.error);
  EXPECT_EQ(stalled.error->code, ErrorCode::kTimeout);
  f.run_until([&] { return f.peer().stream(1).closed; });
}

TEST_P(H2Calls, EndAtOnceWhenCancelledInAnyPhase) {
  enum class Phase { kConnecting, kSending, kWaiting, kReading };
  for (const Phase phase :
       {Phase::kConnecting, Phase::kSending, Phase::kWaiting, Phase::kReading}) {
    SCOPED_TRACE(static_cast<int>(phase));
    http::H2Options small;
    small.stream_window_bytes = 1000;
    Fixture f(GetParam(), small);
    stream::MemoryBody large(std::string(100'000, 'x'));
    Try attempt("POST");
    attempt.head.body = http::BodyLength::known(100'000);
    attempt.source = &large;
    if (phase != Phase::kSending) {
      attempt.head.body = http::BodyLength::none();
      attempt.source = nullptr;
    }
    if (phase == Phase::kConnecting) {
      f.start(attempt);
    } else {
      f.send(attempt);
    }
    if (phase == Phase::kReading) {
      f.peer().respond(f.peer().id(0), 200, EndStream::kNo);
      f.run_until([&] { return attempt.answered; });
    }
    attempt.scope.request();
    f.run_until_idle();
    ASSERT_TRUE(attempt.error);
    EXPECT_EQ(attempt.error->code, ErrorCode::kCancelled);
    EXPECT_EQ(f.pool->in_use(), 0U);
    if (phase != Phase::kConnecting) f.run_until([&] { return f.peer().stream(0).closed; });
  }
}

TEST_P(H2Calls, LeaveTheirConnectionOpenUntilItIsIdleForLong) {
  Fixture f(GetParam());
  Try attempt("GET");
  f.send(attempt);
  f.peer().respond(f.peer().id(0), 204, EndStream::kYes);
  f.run_until_idle();
  EXPECT_FALSE(f.server.peer(0).ended());
  f.loop.clock.ahead += limits::kUpstreamIdleTimeout + 1s;
  f.run_until([&] { return f.server.peer(0).ended(); });
}

}  // namespace
}  // namespace tidegate::upstream
