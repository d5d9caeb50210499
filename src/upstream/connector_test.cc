#include "upstream/connector.h"

#include <gtest/gtest.h>

#include <optional>

#include "support/certificates.h"
#include "support/pollers.h"
#include "support/raw_peer.h"

namespace tidegate::upstream {
namespace {

using async::Task;
using testing::RawListener;
using namespace std::chrono_literals;

class Connectors : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Connectors);

struct Fixture {
  explicit Fixture(testing::PollerKind kind) : loop(kind) {}
  void start(bool tls, std::chrono::milliseconds timeout = 1h,
             TlsStart tls_start = TlsStart::kAtOnce) {
    std::shared_ptr<const io::ClientTls> context;
    if (tls) {
      config::UpstreamTls settings;
      settings.sni = "a.example";
      settings.ca_pem = testing::Authority("ca").pem();
      context = *io::ClientTls::make(settings, io::Alpn::kHttp1);
    }
    connector.emplace(loop.reactor, *io::Address::parse("127.0.0.1", server.port()), context,
                      timeout, nullptr, TlsFailureReport(), tls_start);
    loop.group.spawn(run(*this));
  }
  static Task<void> run(Fixture& f) { f.result.emplace(co_await f.connector->connect(f.scope)); }

  testing::Loop loop;
  RawListener server;
  async::CancelScope scope;
  std::optional<Connector> connector;
  std::optional<Result<std::unique_ptr<io::Socket>>> result;
};

TEST_P(Connectors, OpenAConnection) {
  Fixture f(GetParam());
  f.start(false);
  f.loop.run_until_idle();
  ASSERT_TRUE(f.result->has_value());
  EXPECT_EQ(f.connector->name(), "127.0.0.1:" + std::to_string(f.server.port()));
  EXPECT_TRUE(f.server.accepted(1));
}

TEST_P(Connectors, AreRefusedSafely) {
  Fixture f(GetParam());
  f.server.close();
  f.start(false);
  f.loop.run_until_idle();
  ASSERT_FALSE(f.result->has_value());
  EXPECT_EQ(f.result->error().code, ErrorCode::kConnectionRefused);
  EXPECT_EQ(f.result->error().retry, Retry::kSafe);
}

// What PostgreSQL is asked before TLS.
const std::string kWantsTls("\0\0\0\x08\x04\xd2\x16\x2f", 8);

TEST_P(Connectors, AskPostgresForTlsFirst) {
  Fixture f(GetParam());
  f.start(true, 1h, TlsStart::kPostgres);
  f.loop.run_until([&] { return f.server.accepted(1) && !f.server.peer(0).received().empty(); });
  EXPECT_EQ(f.server.peer(0).take(), kWantsTls);
  f.server.peer(0).send("S");
  // A ClientHello comes.
  f.loop.run_until([&] { return f.server.peer(0).received().starts_with("\x16\x03"); });
  f.scope.request();
  f.loop.run_until_idle();
  EXPECT_FALSE(f.result->has_value());
}

TEST_P(Connectors, GoOnWithoutTlsNeverWherePostgresHasNone) {
  for (const std::string_view answer : {"N", "E", ""}) {
    Fixture f(GetParam());
    f.start(true, 1h, TlsStart::kPostgres);
    f.loop.run_until([&] { return f.server.accepted(1) && !f.server.peer(0).received().empty(); });
    if (answer.empty()) {
      f.server.peer(0).close();
    } else {
      f.server.peer(0).send(answer);
    }
    f.loop.run_until_idle();
    ASSERT_FALSE(f.result->has_value());
    EXPECT_EQ(f.result->error().retry, Retry::kSafe);
    if (answer == "N") EXPECT_EQ(f.result->error().code, ErrorCode::kTlsFailure);
  }
}

TEST_P(Connectors, EndAHandshakeThatIsCancelled) {
  Fixture f(GetParam());
  f.start(true);
  f.loop.run_until([&] { return f.server.accepted(1) && !f.server.peer(0).received().empty(); });
  f.scope.request();
  f.loop.run_until_idle();
  ASSERT_FALSE(f.result->has_value());
  EXPECT_EQ(f.result->error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(f.server.peer(0).ended());
}

TEST_P(Connectors, EndAHandshakeThatTakesTooLong) {
  Fixture f(GetParam());
  f.start(true);
  f.loop.run_until([&] { return f.server.accepted(1) && !f.server.peer(0).received().empty(); });
  f.loop.clock.ahead += 61min;
  f.loop.run_until_idle();
  ASSERT_FALSE(f.result->has_value());
  EXPECT_EQ(f.result->error().code, ErrorCode::kTimeout);
  EXPECT_EQ(f.result->error().retry, Retry::kSafe);
}

TEST_P(Connectors, FailSafelyWhenThePeerSpeaksNoTls) {
  Fixture f(GetParam());
  f.start(true);
  f.loop.run_until([&] { return f.server.accepted(1) && !f.server.peer(0).received().empty(); });
  f.server.peer(0).send("HTTP/1.1 400 Bad Request\r\n\r\n");
  f.loop.run_until_idle();
  ASSERT_FALSE(f.result->has_value());
  EXPECT_EQ(f.result->error().code, ErrorCode::kTlsFailure);
  EXPECT_EQ(f.result->error().origin, Origin::kUpstream);
  EXPECT_EQ(f.result->error().retry, Retry::kSafe);
}

}  // namespace
}  // namespace tidegate::upstream
