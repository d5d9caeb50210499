#include "upstream/h1_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "upstream/call_fixture.h"

namespace tidegate::upstream {
namespace {

using stream::End;
using ::testing::HasSubstr;
using testing::RawListener;
using namespace std::chrono_literals;

class H1Calls : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(H1Calls);

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

struct Fixture {
  explicit Fixture(testing::PollerKind kind, std::size_t max_connections = 0)
      : loop(kind),
        pool(std::make_shared<H1Pool>(
            Connector(loop.reactor, *io::Address::parse("127.0.0.1", server.port()), nullptr, 1h),
            shared, max_connections)) {}

  void start(Try& attempt, Reuse reuse = Reuse::kAllowed) {
    attempt.call = std::make_unique<H1Call>(pool, reuse, timeouts, attempt.arena, attempt.scope);
    attempt.start(loop.group);
  }
  // Starts it and waits until the server has a whole head, or body, that ends so.
  void send(Try& attempt, std::size_t peer = 0, std::string_view end = "\r\n\r\n") {
    start(attempt);
    loop.run_until(
        [&] { return server.accepted(peer + 1) && server.peer(peer).received().ends_with(end); });
  }
  // One whole exchange that leaves an idle connection behind.
  void warm_up() {
    Try first("GET");
    send(first);
    server.peer(0).send(kOk);
    loop.run_until_idle();
    server.peer(0).forget();
  }
  void turn() {
    for (int i = 0; i < 4; ++i) loop.reactor.turn(0ms);
  }

  testing::Loop loop;
  io::SharedBuffer shared;
  RawListener server;
  CallTimeouts timeouts;
  std::shared_ptr<H1Pool> pool;
};

struct AnswerCase {
  const char* name;
  const char* method;
  std::string_view wire;
  std::uint16_t status;
  std::string_view body;
  const char* trailers;
  bool closes;  // the server closes after it
  bool kept;    // the connection may be used again
};

const AnswerCase kAnswers[] = {
    {"known length", "GET", kOk, 200, "hello", "", false, true},
    {"empty", "GET", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200, "", "", false, true},
    {"chunked", "GET",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n"
     "x-sum: 1\r\n\r\n",
     200, "abcde", "x-sum=1;", false, true},
    {"until close", "GET", "HTTP/1.1 200 OK\r\n\r\nhello", 200, "hello", "", true, false},
    {"HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", 200, "ok", "", false,
     false},
    {"connection close", "GET",
     "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok", 200, "ok", "", false,
     false},
    {"HEAD", "HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n", 200, "", "", false, true},
    {"204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", "", false, true},
    {"304", "GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 99\r\n\r\n", 304, "", "", false,
     true},
    {"interim first", "GET",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
     "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
     200, "ok", "", false, true},
};

TEST_P(H1Calls, ReadEveryAnswerAtEverySplit) {
  for (const AnswerCase& test : kAnswers) {
    Fixture f(GetParam());
    // One pool for all cuts: what is kept is used again.
    for (std::size_t cut = 1; cut <= test.wire.size(); ++cut) {
      SCOPED_TRACE(std::string(test.name) + " cut at " + std::to_string(cut));
      Try attempt(test.method);
      const std::size_t peer = test.kept ? 0 : f.server.count();
      f.send(attempt, peer);
      f.server.peer(peer).forget();
      f.server.peer(peer).send(test.wire.substr(0, cut));
      f.turn();
      if (cut < test.wire.size()) f.server.peer(peer).send(test.wire.substr(cut));
      if (test.closes) f.server.peer(peer).close();
      f.loop.run_until_idle();
      ASSERT_TRUE(attempt.ended);
      ASSERT_EQ(attempt.response.status, test.status);
      ASSERT_EQ(attempt.body, test.body);
      ASSERT_EQ(attempt.trailers, test.trailers);
      ASSERT_EQ(f.pool->idle(), test.kept ? 1U : 0U);
      ASSERT_EQ(f.pool->in_use(), 0U);
    }
  }
}

TEST_P(H1Calls, SendABodyThatIsHereWithItsHead) {
  Fixture f(GetParam());
  stream::MemoryBody body("question");
  Try attempt("POST", "/ask?x=1");
  attempt.head.body = http::BodyLength::known(8);
  attempt.source = &body;
  f.send(attempt, 0, "question");
  const std::string& request = f.server.peer(0).received();
  EXPECT_TRUE(request.starts_with("POST /ask?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Length: 8\r\n"));
  f.server.peer(0).send(kOk);
  f.loop.run_until_idle();
  EXPECT_TRUE(attempt.ended);
}

TEST_P(H1Calls, SendABodyPieceByPieceAsItComes) {
  Fixture f(GetParam());
  SlowBody body(f.loop.reactor);
  Try attempt("POST");
  attempt.head.body = http::BodyLength::chunked();
  attempt.source = &body;
  f.send(attempt);
  EXPECT_THAT(f.server.peer(0).take(), HasSubstr("Transfer-Encoding: chunked\r\n"));
  body.come("abc");
  f.loop.run_until([&] { return f.server.peer(0).received() == "3\r\nabc\r\n"; });
  body.come("de", End::kYes);
  f.loop.run_until([&] { return f.server.peer(0).received().ends_with("2\r\nde\r\n0\r\n\r\n"); });
  f.server.peer(0).send(kOk);
  f.loop.run_until_idle();
  EXPECT_EQ(attempt.body, "hello");
  EXPECT_EQ(f.pool->idle(), 1U);
}

TEST_P(H1Calls, GiveTheAnswerThatComesBeforeTheBodyIsSentAndCloseThen) {
  Fixture f(GetParam());
  SlowBody body(f.loop.reactor);
  Try attempt("POST");
  attempt.head.body = http::BodyLength::chunked();
  attempt.source = &body;
  f.send(attempt);
  f.server.peer(0).send("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n");
  f.loop.run_until_idle();
  EXPECT_EQ(attempt.response.status, 413);
  EXPECT_TRUE(body.cancelled);
  EXPECT_EQ(f.pool->idle(), 0U);
  EXPECT_TRUE(f.server.peer(0).ended());
}

TEST_P(H1Calls, GiveTheAnswerThoughTheServerReadsNoneOfALargeBody) {
  Fixture f(GetParam());
  stream::MemoryBody body(std::string(16U << 20U, 'x'));
  Try attempt("POST");
  attempt.head.body = http::BodyLength::known(16U << 20U);
  attempt.source = &body;
  f.start(attempt);
  f.loop.run_until([&] { return f.server.accepted(1); });
  f.server.peer(0).send("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n");
  f.loop.run_until_idle();
  EXPECT_EQ(attempt.response.status, 413);
  EXPECT_EQ(f.pool->idle(), 0U);
}

TEST_P(H1Calls, EndWhenTheRequestBodyFails) {
  Fixture f(GetParam());
  SlowBody body(f.loop.reactor);
  Try attempt("POST");
  attempt.head.body = http::BodyLength::chunked();
  attempt.source = &body;
  f.send(attempt);
  body.fail_now();
  f.loop.run_until_idle();
  ASSERT_TRUE(attempt.error);
  EXPECT_EQ(attempt.error->origin, Origin::kDownstream);
  EXPECT_TRUE(f.server.peer(0).ended());
}

TEST_P(H1Calls, DropAConnectionWhoseAnswerWasNotRead) {
  Fixture f(GetParam());
  Try attempt("GET");
  attempt.reads_body = false;
  f.send(attempt);
  f.server.peer(0).send("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\nhel");
  f.loop.run_until_idle();
  EXPECT_EQ(f.pool->idle(), 0U);
}

TEST_P(H1Calls, KeepAConnectionWhoseAnswerIsHereUnread) {
  Fixture f(GetParam());
  Try attempt("GET");
  attempt.reads_body = false;
  f.send(attempt);
  f.server.peer(0).send(kOk);
  f.loop.run_until_idle();
  EXPECT_EQ(f.pool->idle(), 1U);
}

TEST_P(H1Calls, DropAConnectionOnWhichMoreCameThanTheAnswer) {
  Fixture f(GetParam());
  Try attempt("GET");
  f.send(attempt);
  f.server.peer(0).send(std::string(kOk) + "HTTP/1.1 200 Again\r\n\r\n");
  f.loop.run_until_idle();
  EXPECT_EQ(attempt.body, "hello");
  EXPECT_EQ(f.pool->idle(), 0U);
}

struct FailCase {
  const char* name;
  std::string wire;
  ErrorCode code;
};

TEST_P(H1Calls, FailForAnswersThatAreBroken) {
  std::string flood;
  while (flood.size() <= limits::kMaxHeadBytes) flood += "HTTP/1.1 103 Hints\r\nlink: </a>\r\n\r\n";
  const FailCase cases[] = {
      {"no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", ErrorCode::kMalformed},
      {"two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
       ErrorCode::kBadContentLength},
      {"endless head", "HTTP/1.1 200 OK\r\nx: " + std::string(limits::kMaxHeadBytes, 'y'),
       ErrorCode::kHeadTooLarge},
      {"endless interim answers", flood, ErrorCode::kHeadTooLarge},
      {"upgrade that was not asked for", "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n",
       ErrorCode::kProtocolViolation},
  };
  for (const FailCase& test : cases) {
    SCOPED_TRACE(test.name);
    Fixture f(GetParam());
    Try attempt("GET");
    f.send(attempt);
    f.server.peer(0).send(test.wire);
    f.loop.run_until_idle();
    ASSERT_TRUE(attempt.error);
    EXPECT_EQ(attempt.error->code, test.code);
    EXPECT_EQ(attempt.error->origin, Origin::kUpstream);
    EXPECT_EQ(attempt.error->retry, Retry::kNever);
    EXPECT_EQ(f.pool->in_use() + f.pool->idle(), 0U);
  }
}

TEST_P(H1Calls, FailWithinABodyThatIsCut) {
  for (const std::string_view wire :
       {"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    Fixture f(GetParam());
    Try attempt("GET");
    f.send(attempt);
    f.server.peer(0).send(wire);
    f.server.peer(0).close();
    f.loop.run_until_idle();
    EXPECT_EQ(attempt.body, "hello");
    ASSERT_TRUE(attempt.error);
    EXPECT_EQ(attempt.error->code, ErrorCode::kEndOfStream);
    EXPECT_EQ(attempt.error->origin, Origin::kUpstream);
  }
}

TEST_P(H1Calls, MayTryAgainOnlyWhereAPooledConnectionWasClosedBeforeAnyAnswer) {
  Fixture fresh(GetParam());
  Try first("GET");
  fresh.send(first);
  fresh.server.peer(0).close();
  fresh.loop.run_until_idle();
  ASSERT_TRUE(first.error);
  EXPECT_EQ(first.error->retry, Retry::kNever);

  Fixture closed(GetParam());
  closed.warm_up();
  Try second("GET");
  closed.send(second);
  closed.server.peer(0).close();
  closed.loop.run_until_idle();
  ASSERT_TRUE(second.error);
  EXPECT_TRUE(second.reused);
  EXPECT_EQ(second.error->retry, Retry::kIfReused);

  Fixture begun(GetParam());
  begun.warm_up();
  Try third("GET");
  begun.send(third);
  begun.server.peer(0).send("HTTP/1.1 2");
  begun.turn();
  begun.server.peer(0).close();
  begun.loop.run_until_idle();
  ASSERT_TRUE(third.error);
  EXPECT_EQ(third.error->retry, Retry::kNever);
}

TEST_P(H1Calls, TimeOutBeforeTheFirstByteAndBetweenBytes) {
  Fixture f(GetParam());
  f.timeouts.first_byte = 1h;
  f.timeouts.idle = 2h;
  Try silent("GET");
  f.send(silent);
  f.loop.clock.ahead += 61min;
  f.loop.run_until_idle();
  ASSERT_TRUE(silent.error);
  EXPECT_EQ(silent.error->code, ErrorCode::kTimeout);
  EXPECT_EQ(silent.error->origin, Origin::kUpstream);

  Try stalled("GET");
  f.send(stalled, 1);
  f.server.peer(1).send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello");
  f.loop.run_until([&] { return stalled.body == "hello"; });
  f.loop.clock.ahead += 61min;
  f.turn();
  EXPECT_FALSE(stalled.error);
  f.loop.clock.ahead += 61min;
  f.loop.run_until_idle();
  ASSERT_TRUE(stalled.error);
  EXPECT_EQ(stalled.error->code, ErrorCode::kTimeout);
}

TEST_P(H1Calls, EndAtOnceWhenCancelledInAnyPhase) {
  enum class Phase { kBeforeStart, kQueued, kSending, kWaiting, kReading };
  for (const Phase phase :
       {Phase::kBeforeStart, Phase::kQueued, Phase::kSending, Phase::kWaiting, Phase::kReading}) {
    SCOPED_TRACE(static_cast<int>(phase));
    Fixture f(GetParam(), 1);
    Try holder("GET"), attempt("POST");
    stream::MemoryBody large(std::string(16U << 20U, 'x'));
    SlowBody slow(f.loop.reactor);
    attempt.head.body = http::BodyLength::chunked();
    attempt.source = phase == Phase::kSending ? static_cast<stream::BodySource*>(&large) : &slow;
    if (phase == Phase::kQueued) f.send(holder);
    if (phase == Phase::kBeforeStart) attempt.scope.request();
    if (phase == Phase::kWaiting || phase == Phase::kReading) {
      f.send(attempt);
    } else {
      f.start(attempt);
    }
    if (phase == Phase::kSending) f.loop.run_until([&] { return f.server.accepted(1); });
    if (phase == Phase::kReading) {
      f.server.peer(0).send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello");
      f.loop.run_until([&] { return attempt.body == "hello"; });
    }
    attempt.scope.request();
    holder.scope.request();
    f.loop.run_until_idle();
    ASSERT_TRUE(attempt.error);
    EXPECT_EQ(attempt.error->code, ErrorCode::kCancelled);
    EXPECT_EQ(f.pool->in_use() + f.pool->idle(), 0U);
    if (phase == Phase::kWaiting || phase == Phase::kReading) {
      EXPECT_TRUE(f.server.peer(0).ended());
    }
  }
}

async::Task<void> write_raw(Call& call, std::string text, End end, Result<void>& out) {
  out = co_await call.write_raw(text, end);
}

TEST_P(H1Calls, CarryRawBytesAfterAnUpgrade) {
  Fixture f(GetParam());
  Try attempt("GET");
  attempt.head.upgrade = "websocket";
  f.send(attempt);
  EXPECT_THAT(f.server.peer(0).take(), HasSubstr("Upgrade: websocket\r\n"));
  f.server.peer(0).send(
      "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nfirst");
  f.loop.run_until([&] { return attempt.body == "first"; });
  EXPECT_EQ(attempt.response.status, 101);
  Result<void> written = fail(ErrorCode::kInternal, Origin::kInternal);
  f.loop.group.spawn(write_raw(*attempt.call, "up", End::kYes, written));
  f.loop.run_until([&] { return f.server.peer(0).ended(); });
  EXPECT_TRUE(written);
  EXPECT_EQ(f.server.peer(0).received(), "up");
  f.server.peer(0).send(" last");
  f.server.peer(0).close();
  f.loop.run_until_idle();
  EXPECT_EQ(attempt.body, "first last");
  EXPECT_EQ(f.pool->idle(), 0U);
}

}  // namespace
}  // namespace tidegate::upstream
