#include "server/h1_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "server/scripted_handler.h"
#include "support/pollers.h"
#include "support/raw_peer.h"

namespace tidegate::server {
namespace {

using exchange::CancelReason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class H1Connections : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(H1Connections);

struct Fixture {
  explicit Fixture(testing::PollerKind kind)
      : loop(kind),
        socket(std::make_unique<io::Socket>(loop.reactor, pair.fd, Origin::kDownstream)),
        inbound(std::make_unique<io::Inbound>(*socket, shared)),
        handler(loop.reactor),
        connection(*inbound, facts, handler) {
    EXPECT_TRUE(socket->watch());
    loop.group.spawn(serve(*this));
  }
  ~Fixture() {
    if (loop.group.size() == 0) return;
    connection.cancel();
    loop.run_until_idle();
  }
  static async::Task<void> serve(Fixture& f) {
    co_await f.connection.serve();
    f.served = true;
    f.inbound.reset();
    f.socket.reset();
  }
  testing::RawPeer& client() { return pair.peer; }
  void turn() {
    for (int i = 0; i < 5; ++i) loop.reactor.turn(0ms);
  }
  // Turns until the client has exactly this many whole answers with a Content-Length body `end`.
  void await(std::string_view end) {
    loop.run_until([&] { return client().received().ends_with(end); });
  }

  testing::Loop loop;
  testing::RawPair pair;
  io::SharedBuffer shared;
  std::unique_ptr<io::Socket> socket;
  std::unique_ptr<io::Inbound> inbound;
  exchange::ConnectionFacts facts;
  ScriptedHandler handler;
  H1Connection connection;
  bool served = false;
};

std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nhost: a\r\n" + std::string(fields) + "\r\n";
}
std::string post(std::string_view path, std::string_view body, std::string_view fields = "") {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nhost: a\r\ncontent-length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}
int count(const std::string& text, std::string_view part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_P(H1Connections, ServeOneRequestAfterAnother) {
  Fixture f(GetParam());
  f.client().send(get("/hello"));
  f.await("hello");
  f.client().forget();
  f.client().send(post("/echo", "again"));
  f.await("again");
  EXPECT_THAT(f.handler.log, ElementsAre("GET /hello", "POST /echo"));
  EXPECT_FALSE(f.client().ended());
}

TEST_P(H1Connections, ServeTheSameAtEverySplit) {
  const std::string wire = post("/echo", "abc") +
                           "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
                           "3\r\ndef\r\n0\r\nx-t: 1\r\n\r\n" +
                           get("/hello");
  for (std::size_t cut = 1; cut < wire.size(); ++cut) {
    SCOPED_TRACE("cut at " + std::to_string(cut));
    Fixture f(GetParam());
    f.client().send(wire.substr(0, cut));
    f.turn();
    f.client().send(wire.substr(cut));
    f.loop.run_until([&] { return f.client().received().ends_with("hello"); });
    ASSERT_THAT(f.handler.log, ElementsAre("POST /echo", "POST /echo", "GET /hello"));
    ASSERT_EQ(count(f.client().received(), "HTTP/1.1 200 OK"), 3);
    ASSERT_THAT(f.client().received(), HasSubstr("\r\n\r\nabc"));
    ASSERT_THAT(f.client().received(), HasSubstr("\r\n\r\ndef +x-t"));
  }
}

TEST_P(H1Connections, ServeByteByByte) {
  Fixture f(GetParam());
  for (const char byte : post("/echo", "abc")) {
    f.client().send(std::string_view(&byte, 1));
    f.loop.reactor.turn(0ms);
  }
  f.await("abc");
}

TEST_P(H1Connections, AnswerPipelinedRequestsInOrder) {
  Fixture f(GetParam());
  f.client().send(get("/hold") + get("/hello"));
  f.loop.run_until([&] { return f.handler.running == 1; });
  f.turn();
  EXPECT_THAT(f.handler.log, ElementsAre("GET /hold"));  // the second waits for the first
  f.handler.release();
  f.await("hello");
  const std::string& got = f.client().received();
  EXPECT_LT(got.find("held"), got.find("hello"));
}

struct KeepCase {
  const char* name;
  std::string request;
  bool keeps;
};

TEST_P(H1Connections, StayOpenAsTheClientAsks) {
  const KeepCase cases[] = {
      {"HTTP/1.1", get("/hello"), true},
      {"close", get("/hello", "connection: close\r\n"), false},
      {"HTTP/1.0", "GET /hello HTTP/1.0\r\n\r\n", false},
      {"HTTP/1.0 keep-alive", "GET /hello HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", true},
      {"HEAD", "HEAD /hello HTTP/1.1\r\nhost: a\r\n\r\n", true},
      {"body that nobody read, but is here", post("/hello", "ignored"), true},
      {"body that nobody read and is still to come",
       "POST /hello HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhal", false},
      {"chunked answer", get("/trailers"), true},
      {"chunked answer to HTTP/1.0", "GET /trailers HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",
       false},
  };
  for (const KeepCase& test : cases) {
    SCOPED_TRACE(test.name);
    Fixture f(GetParam());
    f.client().send(test.request);
    f.loop.run_until([&] {
      return f.handler.log.size() == 1 && f.handler.running == 0 &&
             f.client().received().find("\r\n\r\n") != std::string::npos;
    });
    f.turn();
    EXPECT_EQ(f.client().ended(), !test.keeps);
    const bool says_close = count(f.client().received(), "Connection: close") == 1;
    EXPECT_EQ(says_close, !test.keeps);
    if (test.keeps) {
      f.client().forget();
      f.client().send(get("/hello"));
      f.await("hello");
    }
  }
}

TEST_P(H1Connections, SendTrailersBehindAChunkedBody) {
  Fixture f(GetParam());
  f.client().send(get("/trailers"));
  f.await("4\r\nbody\r\n0\r\nx-sum: 1\r\n\r\n");
}

TEST_P(H1Connections, SendWhatIsWrittenAtOnce) {
  Fixture f(GetParam());
  f.client().send(get("/stream"));
  f.await("3\r\none\r\n");
  f.handler.release();
  f.await("3\r\ntwo\r\n0\r\n\r\n");
}

TEST_P(H1Connections, SendInterimAnswersFirstThoughNotToHttp10) {
  Fixture f(GetParam());
  f.client().send(get("/interim"));
  f.await("late");
  EXPECT_TRUE(f.client().received().starts_with("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"));
  Fixture old(GetParam());
  old.client().send("GET /interim HTTP/1.0\r\n\r\n");
  old.await("late");
  EXPECT_EQ(count(old.client().received(), "103"), 0);
}

TEST_P(H1Connections, SayContinueOnlyWhenTheBodyIsWaitedFor) {
  const std::string head =
      "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n";
  Fixture waits(GetParam());
  waits.client().send(head);
  waits.await("HTTP/1.1 100 Continue\r\n\r\n");
  waits.client().send("abc");
  waits.await("abc");
  EXPECT_FALSE(waits.client().ended());

  Fixture here(GetParam());
  here.client().send(head + "abc");
  here.await("abc");
  EXPECT_EQ(count(here.client().received(), "100 Continue"), 0);

  Fixture unwanted(GetParam());
  unwanted.client().send(
      "POST /hello HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n");
  unwanted.await("hello");
  EXPECT_EQ(count(unwanted.client().received(), "100 Continue"), 0);
  // The body may come or not: nothing that follows can be told apart.
  EXPECT_EQ(count(unwanted.client().received(), "Connection: close"), 1);
}

TEST_P(H1Connections, RefuseWhatTheyCannotReadAndClose) {
  const std::string cases[] = {
      "GARBAGE\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
      "GET /" + std::string(limits::kMaxHeadBytes, 'x'),
      "GET / HTTP/1.1\r\nhost: a\r\nx: " + std::string(limits::kMaxHeadBytes, 'x'),
  };
  for (const std::string& request : cases) {
    SCOPED_TRACE(request.substr(0, 60));
    Fixture f(GetParam());
    f.client().send(request);
    f.await("bad");
    EXPECT_EQ(f.handler.refused.size(), 1U);
    EXPECT_THAT(f.handler.log, IsEmpty());
    f.loop.run_until([&] { return f.client().ended(); });
    EXPECT_FALSE(f.client().was_reset());
    f.client().close();
    f.loop.run_until([&] { return f.served; });
  }
}

TEST_P(H1Connections, EndInSilenceWhenTheClientLeavesWithinAHead) {
  Fixture f(GetParam());
  f.client().send("GET / HT");
  f.turn();
  f.client().close();
  f.loop.run_until([&] { return f.served; });
  EXPECT_THAT(f.handler.refused, IsEmpty());
}

TEST_P(H1Connections, GiveAHeadOneDeadlineHoweverItTrickles) {
  Fixture f(GetParam());
  const std::string head = get("/hello");
  std::size_t sent = 0;
  for (; sent < head.size() - 1 && f.handler.refused.empty(); ++sent) {
    f.client().send(head.substr(sent, 1));
    f.loop.clock.ahead += 2s;
    f.turn();
  }
  EXPECT_LT(sent, 20U);  // 15 s, and not a byte more
  EXPECT_THAT(f.handler.refused, ElementsAre(ErrorCode::kTimeout));
}

TEST_P(H1Connections, CloseWhenIdleForLong) {
  Fixture f(GetParam());
  f.turn();
  EXPECT_FALSE(f.served);
  f.loop.clock.ahead += limits::kDownstreamIdleTimeout + 1s;
  f.loop.run_until([&] { return f.served; });
  EXPECT_TRUE(f.client().ended());
}

TEST_P(H1Connections, CancelTheExchangeWhenTheClientGoes) {
  for (const char* path : {"/hold", "/stream"}) {
    SCOPED_TRACE(path);
    Fixture f(GetParam());
    f.client().send(get(path));
    f.loop.run_until([&] { return f.handler.running == 1; });
    f.turn();
    f.client().close();
    f.loop.run_until([&] { return f.served; });
    EXPECT_THAT(f.handler.cancelled, ElementsAre(CancelReason::kClientGone));
  }
}

TEST_P(H1Connections, CancelTheExchangeWhenTheClientEndsItsSide) {
  Fixture f(GetParam());
  f.client().send(get("/hold"));
  f.client().shutdown_write();
  f.loop.run_until([&] { return f.served; });
  EXPECT_THAT(f.handler.cancelled, ElementsAre(CancelReason::kClientGone));
}

TEST_P(H1Connections, TellTheHandlerOfABodyThatIsCut) {
  Fixture f(GetParam());
  f.client().send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhalf");
  f.loop.run_until([&] { return f.handler.running == 1; });
  f.turn();
  f.client().close();
  f.loop.run_until([&] { return f.served; });
  EXPECT_THAT(f.handler.body_errors, ElementsAre(ErrorCode::kEndOfStream));
}

TEST_P(H1Connections, CutAnAnswerSoThatTheClientSeesIt) {
  Fixture f(GetParam());
  f.client().send(get("/cut"));
  f.loop.run_until([&] { return f.served && f.client().ended(); });
  EXPECT_FALSE(f.client().received().ends_with("\r\n0\r\n\r\n"));
}

TEST_P(H1Connections, CloseWhenNothingWasAnswered) {
  Fixture f(GetParam());
  f.client().send(get("/silent"));
  f.loop.run_until([&] { return f.served; });
  EXPECT_EQ(f.client().received(), "");
}

TEST_P(H1Connections, DrainAtOnceWhenIdle) {
  Fixture f(GetParam());
  f.turn();
  f.connection.drain();
  f.loop.run_until([&] { return f.served; });
}

TEST_P(H1Connections, DrainAfterTheRequestThatIsBeingServed) {
  Fixture f(GetParam());
  f.client().send(get("/hold") + get("/hello"));
  f.loop.run_until([&] { return f.handler.running == 1; });
  f.connection.drain();
  f.turn();
  EXPECT_FALSE(f.served);
  f.handler.release();
  f.await("held");
  EXPECT_EQ(count(f.client().received(), "Connection: close"), 1);
  f.client().close();
  f.loop.run_until([&] { return f.served; });
  EXPECT_THAT(f.handler.log, ElementsAre("GET /hold"));
}

TEST_P(H1Connections, DrainServesAHeadThatHasBegun) {
  Fixture f(GetParam());
  const std::string head = get("/hello");
  f.client().send(head.substr(0, 10));
  f.turn();
  f.connection.drain();
  f.client().send(head.substr(10));
  f.await("hello");
  EXPECT_EQ(count(f.client().received(), "Connection: close"), 1);
}

TEST_P(H1Connections, CancelEndsWhateverIsGoingOn) {
  for (const std::string& request :
       {std::string(), std::string("GET / HT"), get("/hold"), get("/stream"),
        std::string("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhalf")}) {
    SCOPED_TRACE(request.substr(0, 20));
    Fixture f(GetParam());
    if (!request.empty()) f.client().send(request);
    f.turn();
    f.connection.cancel();
    f.loop.run_until([&] { return f.served; });
    EXPECT_EQ(f.handler.running, 0);
  }
}

TEST_P(H1Connections, CancelEndsAWriteThatTheClientDoesNotRead) {
  Fixture f(GetParam());
  const std::string large(8U << 20U, 'x');
  // The body goes in piece by piece while the handler reads it; then the answer blocks.
  f.client().send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: " +
                  std::to_string(large.size()) + "\r\n\r\n");
  for (std::size_t at = 0; at < large.size(); at += 32768) {
    f.client().send(std::string_view(large).substr(at, 32768));
    f.turn();
  }
  f.turn();
  EXPECT_FALSE(f.served);
  f.connection.cancel();
  f.loop.run_until([&] { return f.served; });
}

TEST_P(H1Connections, LingerSoThatTheAnswerArrives) {
  Fixture f(GetParam());
  f.client().send("POST /hello HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\nstart");
  f.await("hello");
  f.client().send(std::string(50'000, 'x'));  // the client goes on sending
  f.turn();
  EXPECT_FALSE(f.served);
  EXPECT_TRUE(f.client().ended());
  EXPECT_FALSE(f.client().was_reset());
  f.client().close();
  f.loop.run_until([&] { return f.served; });
}

TEST_P(H1Connections, LingerNotForEver) {
  Fixture silent(GetParam());
  silent.client().send("POST /hello HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\nstart");
  silent.await("hello");
  silent.loop.clock.ahead += limits::kLingerTimeout + 1s;
  silent.loop.run_until([&] { return silent.served; });

  Fixture trickles(GetParam());
  trickles.client().send("POST /hello HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\nstart");
  trickles.await("hello");
  int bytes = 0;
  for (; bytes < 100 && !trickles.served; ++bytes) {
    trickles.client().send("x");
    trickles.loop.clock.ahead += 1s;
    trickles.turn();
  }
  EXPECT_LT(bytes, 20);
}

TEST_P(H1Connections, PassTheEndOfAnUpgradedClientOn) {
  Fixture f(GetParam());
  f.client().send(get("/upgrade", "connection: upgrade\r\nupgrade: echo\r\n"));
  f.await("\r\n\r\n");
  EXPECT_TRUE(f.client().received().starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  f.client().forget();
  f.client().send("ping");
  f.await("ping");
  f.client().send(" last");
  f.client().shutdown_write();
  f.loop.run_until([&] { return f.client().ended(); });
  EXPECT_EQ(f.client().received(), "ping last");
  EXPECT_THAT(f.handler.cancelled, IsEmpty());
  EXPECT_FALSE(f.client().was_reset());
}

}  // namespace
}  // namespace tidegate::server
