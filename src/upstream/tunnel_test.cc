#include "upstream/tunnel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "io/connect.h"
#include "support/pollers.h"
#include "support/raw_peer.h"
#include "upstream/connector.h"

namespace tidegate::upstream {
namespace {

using async::Task;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class Tunnels : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(Tunnels);

constexpr char kRequest[] =
    "CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n"
    "Proxy-Authorization: Basic c2VjcmV0\r\n\r\n";

// A connector through a proxy that answers by script.
struct Fixture {
  explicit Fixture(testing::PollerKind kind, FirstWord first = FirstWord::kOurs) : loop(kind) {
    auto tunnel = std::make_shared<Tunnel>();
    tunnel->authority = "api.example.com:443";
    tunnel->first_word = first;
    tunnel->authorization = Secret("Basic c2VjcmV0");
    connector.emplace(loop.reactor, *io::Address::parse("127.0.0.1", proxy.port()), nullptr, 1h,
                      std::move(tunnel));
    loop.group.spawn(run(*this));
    loop.run_until([&] { return proxy.accepted(1) && proxy.peer(0).received() == kRequest; });
  }
  static Task<void> run(Fixture& f) { f.result.emplace(co_await f.connector->connect(f.scope)); }
  const Error& answer(const std::string& reply) {
    proxy.peer(0).send(reply);
    loop.run_until([&] { return result.has_value(); });
    return result->error();
  }

  // What the tunnel gives first.
  std::string read() {
    std::string text;
    loop.group.spawn(read_into(***result, text));
    loop.run_until([&] { return !text.empty(); });
    return text;
  }
  static Task<void> read_into(io::Socket& socket, std::string& out) {
    std::array<char, 256> buffer;
    const auto got = co_await socket.read_into(buffer.data(), buffer.size(), nullptr);
    out.assign(buffer.data(), got.value_or(0));
  }

  testing::Loop loop;
  testing::RawListener proxy;
  async::CancelScope scope;
  std::optional<Connector> connector;
  std::optional<Result<std::unique_ptr<io::Socket>>> result;
};

TEST_P(Tunnels, OpenWithTheProxysConsent) {
  Fixture f(GetParam());

  f.proxy.peer(0).send("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n");
  f.loop.run_until([&] { return f.result.has_value(); });

  EXPECT_TRUE(f.result->has_value());
}

TEST_P(Tunnels, SayWhyTheProxyRefusesAndNeverTheCredentials) {
  Fixture f(GetParam());

  const Error& error = f.answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");

  EXPECT_EQ(error.code, ErrorCode::kConnectFailed);
  EXPECT_EQ(error.retry, Retry::kSafe);
  EXPECT_THAT(error.detail, HasSubstr("no way to api.example.com:443: status 403"));
  EXPECT_THAT(error.detail, Not(HasSubstr("c2VjcmV0")));
}

TEST_P(Tunnels, NameWrongCredentials) {
  Fixture f(GetParam());

  const Error& error = f.answer("HTTP/1.1 407 Authenticate\r\nContent-Length: 0\r\n\r\n");

  EXPECT_THAT(error.detail, HasSubstr("wants other credentials (407)"));
}

TEST_P(Tunnels, RefuseBytesBehindTheReply) {
  Fixture f(GetParam());

  const Error& error = f.answer("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");

  EXPECT_EQ(error.code, ErrorCode::kMalformed);
}

TEST_P(Tunnels, LeaveTheFirstWordOfAServerThatSpeaksFirst) {
  Fixture f(GetParam(), FirstWord::kEither);

  f.proxy.peer(0).send("HTTP/1.1 200 OK\r\n\r\n220 mail.test ESMTP\r\n");
  f.loop.run_until([&] { return f.result.has_value(); });

  ASSERT_TRUE(f.result->has_value()) << f.result->error().detail;
  EXPECT_EQ(f.read(), "220 mail.test ESMTP\r\n");
}

TEST_P(Tunnels, TakeTheReplyInPieces) {
  Fixture f(GetParam(), FirstWord::kEither);

  for (const char* piece : {"HTTP/1.1 200", " OK\r\nVia", ": x\r\n\r", "\n2"}) {
    f.proxy.peer(0).send(piece);
    f.loop.reactor.turn(0ms);
  }
  f.loop.run_until([&] { return f.result.has_value(); });

  ASSERT_TRUE(f.result->has_value()) << f.result->error().detail;
  EXPECT_EQ(f.read(), "2");
}

TEST_P(Tunnels, RefuseAnEndlessReply) {
  Fixture f(GetParam());

  const Error& error = f.answer("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x'));

  EXPECT_EQ(error.code, ErrorCode::kMalformed);
}

TEST_P(Tunnels, RefuseWhatIsNoHttp) {
  Fixture f(GetParam());

  const Error& error = f.answer("SSH-2.0-OpenSSH\r\n\r\n");

  EXPECT_EQ(error.code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace tidegate::upstream
