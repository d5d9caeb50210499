#include "server/h2_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "server/scripted_handler.h"
#include "support/h2_peer.h"
#include "support/pollers.h"

namespace tidegate::server {
namespace {

using exchange::CancelReason;
using http::BodyLength;
using http::EndStream;
using http::H2Error;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ClientPeer = testing::H2Peer<http::H2Client>;
using namespace std::chrono_literals;

class H2Connections : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(H2Connections);

struct Fixture {
  explicit Fixture(testing::PollerKind kind, http::H2Options options = {})
      : loop(kind),
        client(pair.peer, options),
        socket(std::make_unique<io::Socket>(loop.reactor, pair.fd, Origin::kDownstream)),
        inbound(std::make_unique<io::Inbound>(*socket, shared)),
        handler(loop.reactor),
        connection(std::make_unique<H2Connection>(*inbound, facts, handler)) {
    EXPECT_TRUE(socket->watch());
    loop.group.spawn(serve(*this));
  }
  ~Fixture() {
    if (loop.group.size() == 0) return;
    connection->cancel();
    loop.run_until_idle();
  }
  static async::Task<void> serve(Fixture& f) {
    co_await f.connection->serve();
    f.served = true;
    f.connection.reset();
    f.inbound.reset();
    f.socket.reset();
  }
  // Turns, with the client moving, until the condition holds.
  template <class Condition>
  void run_until(Condition&& condition) {
    loop.run_until([&] {
      client.move();
      return condition();
    });
  }
  void turn() {
    for (int i = 0; i < 6; ++i) {
      client.move();
      loop.reactor.turn(0ms);
    }
    client.move();
  }

  testing::Loop loop;
  testing::RawPair pair;
  ClientPeer client;
  io::SharedBuffer shared;
  std::unique_ptr<io::Socket> socket;
  std::unique_ptr<io::Inbound> inbound;
  exchange::ConnectionFacts facts;
  ScriptedHandler handler;
  std::unique_ptr<H2Connection> connection;
  bool served = false;
};

TEST_P(H2Connections, ServeARequestWithItsBody) {
  Fixture f(GetParam());
  const auto id = f.client.request("POST", "/echo", EndStream::kNo, BodyLength::chunked());
  f.turn();
  f.client.send(id, "abc", EndStream::kNo);
  f.turn();
  f.client.send(id, "def", EndStream::kYes);
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_EQ(f.client.stream(0).log, "response 200\nend\nclose NO_ERROR\n");
  EXPECT_EQ(f.client.stream(0).body, "abcdef");
}

TEST_P(H2Connections, ServeManyRequestsAtOnceInTheOrderTheyEnd) {
  Fixture f(GetParam());
  f.client.request("GET", "/hold");
  f.client.request("GET", "/hello");
  f.client.request("GET", "/trailers");
  f.run_until([&] { return f.client.stream(1).closed && f.client.stream(2).closed; });
  EXPECT_FALSE(f.client.stream(0).closed);
  EXPECT_EQ(f.client.stream(2).log, "response 200\ntrailer x-sum=1\nend\nclose NO_ERROR\n");
  f.handler.release();
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_EQ(f.client.stream(0).body, "held");
}

TEST_P(H2Connections, SendInterimAnswersFirst) {
  Fixture f(GetParam());
  f.client.request("GET", "/interim");
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_EQ(f.client.stream(0).log, "interim 103\nresponse 200\nend\nclose NO_ERROR\n");
}

TEST_P(H2Connections, SendHeadAndNothingElseForHead) {
  Fixture f(GetParam());
  f.client.request("HEAD", "/hello");
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_EQ(f.client.stream(0).response->fields.find("content-length"), "5");
  EXPECT_EQ(f.client.stream(0).body, "");
}

TEST_P(H2Connections, SendWhatIsWrittenAtOnce) {
  Fixture f(GetParam());
  f.client.request("GET", "/stream");
  f.run_until([&] { return f.client.stream(0).body == "one"; });
  f.handler.release();
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_EQ(f.client.stream(0).body, "onetwo");
}

TEST_P(H2Connections, SendAHeadThatWasGivenLongBefore) {
  Fixture f(GetParam());
  f.client.request("GET", "/late");
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_EQ(f.client.stream(0).response->fields.find("x-late"), "1");
  EXPECT_EQ(f.client.stream(0).body, "late");
}

TEST_P(H2Connections, ResetAnAnswerThatIsCut) {
  Fixture f(GetParam());
  f.client.request("GET", "/cut");
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_TRUE(f.client.stream(0).log.ends_with("close INTERNAL_ERROR\n"));
  f.client.request("GET", "/hello");  // the connection lives on
  f.run_until([&] { return f.client.stream(1).closed; });
  EXPECT_EQ(f.client.stream(1).body, "hello");
}

TEST_P(H2Connections, ResetWhatNobodyAnswered) {
  Fixture f(GetParam());
  f.client.request("GET", "/silent");
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_EQ(f.client.stream(0).response, nullptr);
}

TEST_P(H2Connections, AnswerBeforeTheBodyIsWholeAndAskForNoMore) {
  Fixture f(GetParam());
  f.client.request("POST", "/hello", EndStream::kNo, BodyLength::chunked());
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_EQ(f.client.stream(0).body, "hello");
  EXPECT_EQ(f.client.stream(0).log, "response 200\nend\nclose NO_ERROR\n");
  EXPECT_THAT(f.handler.cancelled, IsEmpty());
}

TEST_P(H2Connections, CancelTheExchangeOfAStreamThatIsReset) {
  Fixture f(GetParam());
  const auto held = f.client.request("GET", "/hold");
  f.client.request("GET", "/hold");
  f.run_until([&] { return f.handler.running == 2; });
  f.client.session.reset(held, H2Error::kCancel);
  f.run_until([&] { return f.handler.running == 1; });
  EXPECT_THAT(f.handler.cancelled, ElementsAre(CancelReason::kClientGone));
  f.handler.release();
  f.run_until([&] { return f.client.stream(1).closed; });
  EXPECT_EQ(f.client.stream(1).body, "held");
}

TEST_P(H2Connections, CancelABodyThatIsReset) {
  Fixture f(GetParam());
  const auto id = f.client.request("POST", "/echo", EndStream::kNo, BodyLength::chunked());
  f.run_until([&] { return f.handler.running == 1; });
  f.client.session.reset(id, H2Error::kCancel);
  f.run_until([&] { return f.handler.running == 0; });
  EXPECT_THAT(f.handler.body_errors, ElementsAre(ErrorCode::kConnectionReset));
}

TEST_P(H2Connections, CancelEverythingWhenTheClientGoes) {
  Fixture f(GetParam());
  f.client.request("GET", "/hold");
  f.client.request("GET", "/stream");
  f.run_until([&] { return f.handler.running == 2; });
  f.pair.peer.close();
  f.loop.run_until([&] { return f.served; });
  EXPECT_THAT(f.handler.cancelled,
              ElementsAre(CancelReason::kClientGone, CancelReason::kClientGone));
}

TEST_P(H2Connections, SendNoMoreThanTheClientsWindow) {
  http::H2Options small;
  small.stream_window_bytes = 100;
  Fixture f(GetParam(), small);
  const auto id = f.client.request("POST", "/echo", EndStream::kNo, BodyLength::chunked());
  f.turn();
  f.client.send(id, std::string(1000, 'x'), EndStream::kYes);
  http::RecordedStream& stream = f.client.stream(0);
  f.run_until([&] { return stream.body.size() == 100; });
  f.turn();
  EXPECT_EQ(stream.body.size(), 100U);
  while (!stream.closed) {
    const std::size_t before = stream.body.size();
    f.client.session.consume(id, 100);
    f.run_until([&] { return stream.closed || stream.body.size() > before; });
  }
  EXPECT_EQ(stream.body, std::string(1000, 'x'));
}

TEST_P(H2Connections, GiveWindowBackOnlyAsTheBodyIsRead) {
  Fixture f(GetParam());
  // Nobody reads this one: the client may send one window, and no more.
  const auto id = f.client.request("POST", "/hold", EndStream::kNo, BodyLength::chunked());
  f.run_until([&] { return f.handler.running == 1; });
  std::size_t sent = 0;
  for (int i = 0; i < 100; ++i) {
    const std::size_t room = std::min<std::size_t>(f.client.session.room(id), 16'000);
    if (room != 0) f.client.send(id, std::string(room, 'x'), EndStream::kNo);
    sent += room;
    f.turn();
  }
  EXPECT_EQ(sent, limits::kH2StreamWindowBytes);
  f.handler.release();
  f.run_until([&] { return f.client.stream(0).closed; });
}

TEST_P(H2Connections, DrainServesWhatHasBegunAndWhatIsOnItsWay) {
  Fixture f(GetParam());
  f.client.request("GET", "/hold");
  f.run_until([&] { return f.handler.running == 1; });
  f.connection->drain();
  // The client did not hear of it yet.
  f.client.request("GET", "/hello");
  f.run_until([&] { return f.client.stream(1).closed; });
  EXPECT_EQ(f.client.stream(1).body, "hello");
  f.loop.clock.ahead += limits::kGoAwayDelay + 1s;
  f.run_until([&] { return f.client.listener.goaway.find("NO_ERROR;NO_ERROR;") == 0; });
  EXPECT_FALSE(f.served);
  EXPECT_EQ(f.client.session.free_streams(), 0U);
  f.handler.release();
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_EQ(f.client.stream(0).body, "held");
  f.run_until([&] { return f.served; });
  EXPECT_TRUE(f.pair.peer.ended());
}

TEST_P(H2Connections, DrainEndsAnIdleConnection) {
  Fixture f(GetParam());
  f.turn();
  f.connection->drain();
  f.connection->drain();  // again is no harm
  f.turn();
  f.loop.clock.ahead += limits::kGoAwayDelay + 1s;
  f.run_until([&] { return f.served; });
  EXPECT_THAT(f.client.listener.goaway, ::testing::StartsWith("NO_ERROR;"));
}

TEST_P(H2Connections, CancelEndsEveryExchangeAtOnce) {
  Fixture f(GetParam());
  f.client.request("GET", "/hold");
  f.client.request("POST", "/echo", EndStream::kNo, BodyLength::chunked());
  f.run_until([&] { return f.handler.running == 2; });
  f.connection->cancel();
  f.loop.run_until([&] { return f.served; });
  EXPECT_EQ(f.handler.running, 0);
  EXPECT_EQ(f.handler.cancelled.front(), CancelReason::kShutdown);
}

// The kernel's buffers are full and the client reads nothing: there is no writing any more.
TEST_P(H2Connections, CancelDoesNotWaitForAClientThatDoesNotRead) {
  http::H2Options large;
  large.stream_window_bytes = large.connection_window_bytes = 1U << 30U;
  Fixture f(GetParam(), large);
  const auto id = f.client.request("POST", "/echo", EndStream::kNo, BodyLength::chunked());
  f.turn();
  const std::string piece(16'000, 'x');
  for (int i = 0; i < 128; ++i) {
    f.client.send(id, piece, EndStream::kNo);
    f.turn();
  }
  f.client.send(id, piece, EndStream::kYes);
  f.client.move();
  for (int i = 0; i < 50; ++i) f.loop.reactor.turn(1ms);  // it answers, and nobody takes it
  EXPECT_FALSE(f.served);
  f.connection->cancel();
  f.loop.run_until([&] { return f.served; });
}

TEST_P(H2Connections, CloseWhenIdleForLongButNotWithinAnExchange) {
  Fixture f(GetParam());
  f.client.request("GET", "/hold");
  f.run_until([&] { return f.handler.running == 1; });
  f.loop.clock.ahead += limits::kDownstreamIdleTimeout + 1s;
  f.turn();
  EXPECT_FALSE(f.served);
  f.handler.release();
  f.run_until([&] { return f.client.stream(0).closed; });
  f.turn();
  f.loop.clock.ahead += limits::kDownstreamIdleTimeout + 1s;
  f.run_until([&] { return f.served; });
  EXPECT_EQ(f.client.listener.goaway, "NO_ERROR;");
}

TEST_P(H2Connections, SayWhyWhenTheClientBreaksTheProtocol) {
  Fixture f(GetParam());
  f.turn();
  f.pair.peer.send(std::string("\x00\x00\x01\x00\x00\x00\x00\x00\x00x", 10));  // DATA on stream 0
  f.run_until([&] { return f.served; });
  EXPECT_EQ(f.client.listener.goaway, "PROTOCOL_ERROR;");
  EXPECT_TRUE(f.pair.peer.ended());
}

TEST_P(H2Connections, EndWhenTheClientSpeaksSomethingElse) {
  Fixture f(GetParam());
  f.pair.peer.send("GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\n");
  f.loop.run_until([&] { return f.served; });
  EXPECT_THAT(f.handler.log, IsEmpty());
}

TEST_P(H2Connections, RefuseHeadsThatAreTooLargeOnTheirStreamAlone) {
  Fixture f(GetParam());
  Arena arena;
  http::RequestHead head(arena);
  head.method = "GET";
  head.scheme = "http";
  head.authority = "a";
  head.target = "/hello";
  // Just small enough for the client to send it.
  const std::string value(232, 'x');
  for (int i = 0; i < 250; ++i) head.fields.add("x-large", value);
  http::RecordedStream large;
  ASSERT_TRUE(f.client.session.send_request(head, EndStream::kYes, large));
  f.run_until([&] { return large.closed; });
  EXPECT_THAT(f.handler.refused, ElementsAre(ErrorCode::kHeadTooLarge));
  f.client.request("GET", "/hello");
  f.run_until([&] { return f.client.stream(0).closed; });
  EXPECT_EQ(f.client.stream(0).body, "hello");
}

}  // namespace
}  // namespace tidegate::server
