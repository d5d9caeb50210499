#include "l4/client_hello_peek.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "io/tls_context.h"
#include "support/certificates.h"
#include "support/pollers.h"

namespace tidegate::l4 {
namespace {

using async::Task;
using testing::Loop;
using namespace std::chrono_literals;

class ClientHelloPeek : public testing::EachPoller {
 protected:
  struct World {
    explicit World(testing::PollerKind kind) : loop(kind) {
      int fds[2];
      EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
      client = std::make_unique<io::Socket>(loop.reactor, fds[0], Origin::kUpstream);
      server = std::make_unique<io::Socket>(loop.reactor, fds[1], Origin::kDownstream);
      EXPECT_TRUE(client->watch());
      EXPECT_TRUE(server->watch());
    }
    void peek() { loop.group.spawn(peek_into(*server, loop.reactor.timeouts(1s), name)); }
    static Task<void> peek_into(io::Socket& socket, async::TimeoutList* timeout,
                                Result<std::string>& out) {
      out = co_await peek_server_name(socket, timeout);
    }
    void send(std::string_view bytes) {
      ASSERT_EQ(::send(client->descriptor().fd(), bytes.data(), bytes.size(), 0),
                static_cast<ssize_t>(bytes.size()));
    }
    Loop loop;
    std::unique_ptr<io::Socket> client, server;
    Result<std::string> name = "not set";
  };

  static Task<void> shake(io::Socket& socket, Result<void>& out) {
    out = co_await socket.handshake(nullptr);
  }
  io::ResumableSession reuse;
  testing::Authority ca{"ca"};
};
TIDEGATE_ON_EACH_POLLER(ClientHelloPeek);

TEST_P(ClientHelloPeek, NameIsReadAndTheHandshakeStillWorks) {
  World world(GetParam());
  testing::LeafOptions options;
  options.dns_names = {"name.test"};
  config::ListenerTls tls;
  tls.certificates = {ca.issue(options)};
  const auto server = io::ServerTls::make({{"", std::make_shared<config::ListenerTls>(tls), {}}});
  config::UpstreamTls upstream;
  upstream.sni = "name.test";
  upstream.ca_pem = ca.pem();
  const auto client = io::ClientTls::make(upstream, io::Alpn::kNone);
  Result<void> client_done, server_done;
  world.peek();
  world.client->set_tls((*client)->make_session(reuse));
  world.loop.group.spawn(shake(*world.client, client_done));
  world.loop.run_until([&] { return world.name == "name.test"; });
  world.server->set_tls((*server)->make_session());
  world.loop.group.spawn(shake(*world.server, server_done));
  world.loop.run_until_idle();
  EXPECT_TRUE(client_done) << client_done.error().detail;
  EXPECT_TRUE(server_done) << server_done.error().detail;
}

// RFC 8446 4.1.2 with one extension: the server name "a.test".
std::string hello() {
  using namespace std::string_literals;
  const std::string name = "\0\0\0\x0b\0\x09\0\0\x06"s + "a.test";
  std::string body = "\x03\x03"s + std::string(32, 'r') + "\0\0\x02\x13\x01\x01\0"s;
  body += "\0"s + static_cast<char>(name.size()) + name;
  const std::string message = "\x01\0\0"s + static_cast<char>(body.size()) + body;
  return "\x16\x03\x01\0"s + static_cast<char>(message.size()) + message;
}

TEST_P(ClientHelloPeek, HelloInPiecesIsWaitedForAndNothingIsTaken) {
  World world(GetParam());
  const std::string text = hello();
  world.peek();
  world.send(text.substr(0, 7));
  world.loop.reactor.turn(10ms);
  EXPECT_EQ(world.name, "not set");
  world.send(text.substr(7));
  world.loop.run_until_idle();
  EXPECT_EQ(world.name, "a.test");
  char bytes[256];
  EXPECT_EQ(::recv(world.server->descriptor().fd(), bytes, sizeof bytes, 0),
            static_cast<ssize_t>(text.size()));
}

TEST_P(ClientHelloPeek, OtherProtocolsAreRefused) {
  World world(GetParam());
  world.peek();
  world.send("GET / HTTP/1.1\r\n\r\n");
  world.loop.run_until_idle();
  ASSERT_FALSE(world.name);
  EXPECT_EQ(world.name.error().code, ErrorCode::kMalformed);
}

TEST_P(ClientHelloPeek, EndWithinTheHelloIsAnError) {
  World world(GetParam());
  world.peek();
  world.send(hello().substr(0, 20));
  world.client->close();
  world.loop.run_until_idle();
  ASSERT_FALSE(world.name);
  EXPECT_EQ(world.name.error().code, ErrorCode::kEndOfStream);
}

TEST_P(ClientHelloPeek, SilentClientTimesOut) {
  World world(GetParam());
  world.peek();
  world.loop.clock.ahead += 2s;
  world.loop.run_until_idle();
  ASSERT_FALSE(world.name);
  EXPECT_EQ(world.name.error().code, ErrorCode::kTimeout);
}

}  // namespace
}  // namespace tidegate::l4
