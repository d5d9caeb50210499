#include "server/server_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "base/limits.h"
#include "proxy/proxy_fixture.h"
#include "support/certificates.h"
#include "support/h2_peer.h"
#include "upstream/connector.h"

namespace tidegate::server {
namespace {

using config::ListenerProtocol;
using proxy::World;
using ::testing::HasSubstr;
using testing::RawListener;
using testing::RawPeer;
using namespace std::chrono_literals;

class ServerPorts : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(ServerPorts);

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
constexpr std::string_view kGet = "GET / HTTP/1.1\r\nhost: a.example\r\n\r\n";

// A port of a worker, with listeners that the test makes and an upstream that it plays.
struct Fixture {
  explicit Fixture(testing::PollerKind kind) : world(kind) {}
  ~Fixture() {
    if (port == nullptr) return;
    port->cancel();
    world.loop.run_until([this] { return port->finished(); });
  }

  config::Listener listener(ListenerProtocol protocol, std::string hostname = "") {
    config::Listener made;
    made.id = "Gateway/ns/gw/" + (hostname.empty() ? std::string("any") : hostname);
    made.address = "127.0.0.1";
    made.port = reserved.number();
    made.protocol = protocol;
    made.hostname = hostname;
    if (protocol == ListenerProtocol::kHttps || protocol == ListenerProtocol::kTlsTerminate) {
      testing::LeafOptions leaf;
      leaf.dns_names = {hostname.empty() ? "a.example" : hostname};
      auto tls = std::make_shared<config::ListenerTls>();
      tls->certificates = {authority.issue(leaf)};
      made.tls = std::move(tls);
    }
    return made;
  }
  // A route of the listener to a backend that the test plays.
  void add_route(config::Listener& to, const RawListener& upstream) {
    auto backend = World::backend("b" + std::to_string(upstream.port()), upstream);
    backends.push_back(backend);
    const bool http =
        to.protocol == ListenerProtocol::kHttp || to.protocol == ListenerProtocol::kHttps;
    if (http) {
      auto route = std::make_shared<config::HttpRoute>();
      route->id = "HTTPRoute/ns/" + to.id;
      route->rules = std::make_shared<const std::vector<config::HttpRule>>(
          std::vector<config::HttpRule>{proxy::rule_to(backend)});
      to.http_routes = {std::move(route)};
    } else {
      auto route = std::make_shared<config::L4Route>();
      route->id = "TCPRoute/ns/r";
      route->backends = {proxy::choice(backend)};
      to.l4_routes = {std::move(route)};
    }
  }
  void adopt(std::vector<config::Listener> listeners) {
    config::Document document;
    document.listeners = std::move(listeners);
    document.backends = backends;
    world.adopt(document);
    ASSERT_TRUE(world.snapshot->problems().empty());
    if (port != nullptr) return port->adopt(world.snapshot, world.port());
    auto opened = ServerPort::open(world.snapshot, world.port(), world.context, world.shared);
    ASSERT_TRUE(opened) << opened.error().detail;
    port = std::move(*opened);
  }
  RawPeer& connect() { return clients.emplace_back(testing::connect_to(reserved.number())); }
  void turn() {
    for (int i = 0; i < 5; ++i) world.loop.reactor.turn(0ms);
  }
  // One request of this client, answered by that upstream.
  void exchange(RawPeer& client, RawListener& upstream) {
    client.send(kGet);
    answer(upstream);
    world.loop.run_until([&] { return client.received().ends_with("ok"); });
    EXPECT_TRUE(client.take().starts_with("HTTP/1.1 200 OK"));
  }
  void answer(RawListener& upstream) {
    world.loop.run_until([&] {
      for (std::size_t i = 0; i < upstream.count(); ++i) {
        if (!upstream.peer(i).take().ends_with("\r\n\r\n")) continue;
        upstream.peer(i).send(kOk);
        return true;
      }
      return false;
    });
  }

  testing::Authority authority{"ca"};
  testing::ReservedPort reserved;
  std::vector<std::shared_ptr<const config::Backend>> backends;
  World world;
  std::unique_ptr<ServerPort> port;
  std::deque<RawPeer> clients;
};

// A client that speaks TLS, or was refused.
struct TlsClient {
  TlsClient(Fixture& f, const std::string& sni, io::Alpn alpn = io::Alpn::kHttp1) {
    config::UpstreamTls settings;
    settings.sni = sni;
    settings.ca_pem = f.authority.pem();
    connector.emplace(f.world.loop.reactor, *io::Address::parse("127.0.0.1", f.reserved.number()),
                      *io::ClientTls::make(settings, alpn), 1h);
    f.world.loop.group.spawn(connect(*this));
  }
  static async::Task<void> connect(TlsClient& client) {
    auto socket = co_await client.connector->connect(client.scope);
    if (!socket) {
      client.error = std::move(socket).error();
    } else {
      client.socket = std::move(*socket);
    }
    client.done = true;
  }
  static async::Task<void> ask(TlsClient& client, io::SharedBuffer& shared, std::string text) {
    const io::Parts parts(text);
    auto sent = co_await client.socket->write(parts, nullptr);
    io::Inbound inbound(*client.socket, shared);
    while (sent) {
      auto got = co_await inbound.fill(nullptr);
      if (!got || *got == 0) break;
      client.received.append(inbound.unread());
      inbound.consume(inbound.unread().size());
    }
    client.ended = true;
  }
  std::optional<upstream::Connector> connector;
  async::CancelScope scope;
  std::unique_ptr<io::Socket> socket;
  std::optional<Error> error;
  std::string received;
  bool done = false;
  bool ended = false;
};

TEST_P(ServerPorts, SpeakHttp1AndHttp2AsTheClientBegins) {
  Fixture f(GetParam());
  RawListener upstream;
  auto http = f.listener(ListenerProtocol::kHttp);
  f.add_route(http, upstream);
  f.adopt({http});
  f.exchange(f.connect(), upstream);

  testing::H2Peer<http::H2Client> h2(f.connect());
  h2.request("GET", "/");
  f.world.loop.run_until([&] {
    h2.move();
    for (std::size_t i = 0; i < upstream.count(); ++i) {
      if (upstream.peer(i).take().ends_with("\r\n\r\n")) upstream.peer(i).send(kOk);
    }
    return h2.stream(0).closed;
  });
  EXPECT_EQ(h2.stream(0).body, "ok");
}

TEST_P(ServerPorts, TellHttp2FromHttp1AtEverySplitOfItsPreface) {
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (std::size_t cut = 1; cut < preface.size(); ++cut) {
    SCOPED_TRACE(cut);
    Fixture f(GetParam());
    f.adopt({f.listener(ListenerProtocol::kHttp)});
    RawPeer& client = f.connect();
    client.send(preface.substr(0, cut));
    f.turn();
    EXPECT_EQ(client.received(), "");
    client.send(preface.substr(cut));
    // The server's preface is a SETTINGS frame.
    f.world.loop.run_until([&] { return client.received().size() >= 9; });
    EXPECT_EQ(client.received()[3], '\x04');
  }
}

TEST_P(ServerPorts, TakeWhatOnlyLooksLikeThePrefaceForHttp1) {
  Fixture f(GetParam());
  f.adopt({f.listener(ListenerProtocol::kHttp)});
  RawPeer& client = f.connect();
  client.send("PRI * HTTP/2.0\r\n\r\nXX");
  f.world.loop.run_until([&] { return client.received().starts_with("HTTP/1.1 "); });
}

TEST_P(ServerPorts, EndConnectionsThatNeverSayAnything) {
  Fixture f(GetParam());
  f.adopt({f.listener(ListenerProtocol::kHttp)});
  RawPeer& client = f.connect();
  f.turn();
  f.world.loop.clock.ahead += limits::kDownstreamIdleTimeout + 1s;
  f.world.loop.run_until([&] { return client.ended(); });
}

TEST_P(ServerPorts, ChooseTheListenerByServerName) {
  Fixture f(GetParam());
  RawListener up_a, up_b;
  auto a = f.listener(ListenerProtocol::kHttps, "a.example");
  auto b = f.listener(ListenerProtocol::kHttps, "b.example");
  f.add_route(a, up_a);
  f.add_route(b, up_b);
  f.adopt({a, b});
  TlsClient client(f, "b.example");
  f.world.loop.run_until([&] { return client.done; });
  ASSERT_NE(client.socket, nullptr) << client.error->detail;
  f.world.loop.group.spawn(TlsClient::ask(
      client, f.world.shared, "GET / HTTP/1.1\r\nhost: b.example\r\nconnection: close\r\n\r\n"));
  f.answer(up_b);
  f.world.loop.run_until_idle();
  EXPECT_TRUE(client.received.starts_with("HTTP/1.1 200 OK"));
  EXPECT_EQ(up_a.count(), 0U);

  // A host of the other listener on this connection is misdirected.
  TlsClient wrong(f, "b.example");
  f.world.loop.run_until([&] { return wrong.done; });
  f.world.loop.group.spawn(TlsClient::ask(
      wrong, f.world.shared, "GET / HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n"));
  f.world.loop.run_until_idle();
  EXPECT_TRUE(wrong.received.starts_with("HTTP/1.1 421 ")) << wrong.received;
}

TEST_P(ServerPorts, AgreeOnHttp2ByAlpn) {
  Fixture f(GetParam());
  f.adopt({f.listener(ListenerProtocol::kHttps)});
  TlsClient client(f, "a.example", io::Alpn::kHttp2);
  f.world.loop.run_until([&] { return client.done; });
  ASSERT_NE(client.socket, nullptr);
  EXPECT_EQ(io::tls_info(client.socket->tls()).alpn, "h2");
}

TEST_P(ServerPorts, PassServerNamesThroughBesideTerminatedOnes) {
  Fixture f(GetParam());
  RawListener https, through;
  auto terminated = f.listener(ListenerProtocol::kHttps, "a.example");
  auto passed = f.listener(ListenerProtocol::kTlsPassthrough, "p.example");
  f.add_route(terminated, https);
  f.add_route(passed, through);
  f.adopt({terminated, passed});
  TlsClient client(f, "p.example");
  f.world.loop.run_until(
      [&] { return through.accepted(1) && through.peer(0).received().size() > 5; });
  EXPECT_EQ(through.peer(0).received()[0], '\x16');  // the client's own handshake
  through.peer(0).close();
  f.world.loop.run_until([&] { return client.done; });
  TlsClient direct(f, "a.example");
  f.world.loop.run_until([&] { return direct.done; });
  EXPECT_NE(direct.socket, nullptr);
  TlsClient unknown(f, "x.example");
  f.world.loop.run_until([&] { return unknown.done; });
  EXPECT_EQ(unknown.socket, nullptr);
}

TEST_P(ServerPorts, RelayBytesOfTcp) {
  Fixture f(GetParam());
  RawListener upstream;
  auto tcp = f.listener(ListenerProtocol::kTcp);
  f.add_route(tcp, upstream);
  f.adopt({tcp});
  RawPeer& client = f.connect();
  client.send("ping");
  f.world.loop.run_until(
      [&] { return upstream.accepted(1) && upstream.peer(0).received() == "ping"; });
  upstream.peer(0).send("pong");
  f.world.loop.run_until([&] { return client.received() == "pong"; });
}

TEST_P(ServerPorts, ServeByTheNewestSnapshotOnOldConnections) {
  Fixture f(GetParam());
  RawListener before, after;
  auto http = f.listener(ListenerProtocol::kHttp);
  f.add_route(http, before);
  f.adopt({http});
  RawPeer& client = f.connect();
  f.exchange(client, before);
  f.add_route(http, after);
  f.adopt({http});
  f.exchange(client, after);
  EXPECT_FALSE(client.ended());
}

TEST_P(ServerPorts, LetAnExchangeEndByTheSnapshotItBeganWith) {
  Fixture f(GetParam());
  RawListener upstream;
  auto http = f.listener(ListenerProtocol::kHttp);
  f.add_route(http, upstream);
  f.adopt({http});
  RawPeer& client = f.connect();
  client.send(kGet);
  f.world.loop.run_until(
      [&] { return upstream.accepted(1) && upstream.peer(0).received().ends_with("\r\n\r\n"); });
  http.http_routes = {};
  f.backends.clear();
  f.adopt({http});
  upstream.peer(0).send(kOk);
  f.world.loop.run_until([&] { return client.received().ends_with("ok"); });
  client.forget();
  client.send(kGet);
  f.world.loop.run_until([&] { return client.received().starts_with("HTTP/1.1 404 "); });
}

// A client's hello may be on its way, or half answered, as the reload comes.
TEST_P(ServerPorts, EndAHandshakeWhenAReloadTakesTlsOff) {
  for (const bool passthrough : {false, true}) {
    for (int turns = 0; turns < 10; ++turns) {
      SCOPED_TRACE(std::to_string(passthrough) + " after turns: " + std::to_string(turns));
      Fixture f(GetParam());
      std::vector<config::Listener> tls = {f.listener(ListenerProtocol::kHttps, "a.example")};
      if (passthrough) tls.push_back(f.listener(ListenerProtocol::kTlsPassthrough, "p.example"));
      f.adopt(tls);
      TlsClient client(f, "a.example");
      for (int i = 0; i < turns; ++i) f.world.loop.reactor.turn(0ms);
      f.adopt({f.listener(ListenerProtocol::kHttp)});
      f.turn();
      client.scope.request();
      f.world.loop.run_until([&] { return client.done; });
    }
  }
}

TEST_P(ServerPorts, DrainFinishesWhatHasBegunAndRefusesTheRest) {
  Fixture f(GetParam());
  RawListener upstream;
  auto http = f.listener(ListenerProtocol::kHttp);
  f.add_route(http, upstream);
  f.adopt({http});
  RawPeer& silent = f.connect();
  RawPeer& idle = f.connect();
  f.exchange(idle, upstream);
  RawPeer& busy = f.connect();
  busy.send(kGet);
  f.world.loop.run_until([&] {
    for (std::size_t i = 0; i < upstream.count(); ++i) {
      if (upstream.peer(i).received().ends_with("\r\n\r\n")) return true;
    }
    return false;
  });
  f.port->drain();
  EXPECT_FALSE(f.port->accepting());
  f.world.loop.run_until([&] { return silent.ended() && idle.ended(); });
  EXPECT_FALSE(f.port->finished());
  f.answer(upstream);
  f.world.loop.run_until([&] { return busy.received().ends_with("ok"); });
  EXPECT_THAT(busy.received(), HasSubstr("Connection: close\r\n"));
  busy.close();
  f.world.loop.run_until([&] { return f.port->finished(); });
}

TEST_P(ServerPorts, CancelEndsEveryKindOfConnection) {
  Fixture f(GetParam());
  RawListener upstream;
  auto http = f.listener(ListenerProtocol::kHttp);
  f.add_route(http, upstream);
  f.adopt({http});
  RawPeer& silent = f.connect();
  RawPeer& busy = f.connect();
  busy.send(kGet);
  RawPeer& half = f.connect();
  half.send("GET / HT");
  RawPeer& h2 = f.connect();
  h2.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  f.world.loop.run_until([&] { return upstream.accepted(1) && !h2.received().empty(); });
  f.port->cancel();
  f.world.loop.run_until([&] { return f.port->finished(); });
  EXPECT_TRUE(silent.ended() && half.ended() && h2.ended());
}

TEST_P(ServerPorts, SayWhyTheyCannotListen) {
  Fixture f(GetParam());
  RawListener taken;  // without SO_REUSEPORT
  auto http = f.listener(ListenerProtocol::kHttp);
  http.port = taken.port();
  config::Document document;
  document.listeners = {http};
  f.world.adopt(document);
  const auto opened =
      ServerPort::open(f.world.snapshot, f.world.port(), f.world.context, f.world.shared);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kInvalidConfig);
  EXPECT_THAT(opened.error().detail, HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace tidegate::server
