#include "proxy/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/certificates.h"

namespace tidegate::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

config::Listener listener(std::string name, std::uint16_t port,
                          config::ListenerProtocol protocol = config::ListenerProtocol::kHttp) {
  config::Listener made;
  made.id = "Gateway/ns/gw/" + name;
  made.address = "127.0.0.1";
  made.port = port;
  made.protocol = protocol;
  return made;
}

// A route for everything under "/name".
std::shared_ptr<config::HttpRoute> route(const std::string& name) {
  auto made = std::make_shared<config::HttpRoute>();
  made->id = "HTTPRoute/ns/" + name;
  std::vector<config::HttpRule> rules(1);
  rules.front().matches.emplace_back().path.value = "/" + name;
  made->rules = std::make_shared<const std::vector<config::HttpRule>>(std::move(rules));
  return made;
}

std::shared_ptr<config::Backend> tls_backend(std::string ca_pem) {
  auto made = std::make_shared<config::Backend>();
  made->id = "Backend/ns/tls";
  auto tls = std::make_shared<config::UpstreamTls>();
  tls->sni = "a.example";
  tls->ca_pem = std::move(ca_pem);
  made->tls = std::move(tls);
  return made;
}

std::shared_ptr<const Snapshot> compile(const config::Document& document,
                                        const Snapshot* previous = nullptr) {
  static route::RouteCache cache;
  return std::make_shared<const Snapshot>(document, cache, previous);
}

// The compiled route that takes a request on the first port.
const route::CompiledRoute* find(const Snapshot& snapshot, std::string_view path) {
  Arena arena;
  http::RequestHead head(arena);
  head.method = "GET";
  head.authority = "a.example";
  head.target = path;
  return snapshot.ports().front()->router->find(head, route::ModelName::absent()).route;
}

TEST(Snapshot, GathersListenersOfOneAddressAndPort) {
  config::Document document;
  document.listeners = {listener("a", 80), listener("b", 80), listener("c", 81),
                        listener("d", 80, config::ListenerProtocol::kUdp)};
  const auto snapshot = compile(document);
  std::vector<std::string> keys;
  for (const auto& port : snapshot->ports()) keys.push_back(port->key);
  EXPECT_THAT(keys, ElementsAre("tcp 127.0.0.1:80", "tcp 127.0.0.1:81", "udp 127.0.0.1:80"));
  const Port* port = snapshot->find_port("tcp 127.0.0.1:80");
  ASSERT_NE(port, nullptr);
  EXPECT_EQ(port->listeners.size(), 2U);
  EXPECT_EQ(port->http_listeners.size(), 2U);
  EXPECT_NE(port->router, nullptr);
  EXPECT_EQ(snapshot->find_port("tcp 127.0.0.1:82"), nullptr);
  EXPECT_EQ(snapshot->find_port("udp 127.0.0.1:80")->router, nullptr);
}

TEST(Snapshot, CountsItsGenerationsAndRoutes) {
  config::Document document;
  document.listeners = {listener("a", 80)};
  document.listeners.front().http_routes = {route("x"), route("y")};
  const auto first = compile(document);
  const auto second = compile(document, first.get());
  EXPECT_EQ(first->generation(), 1U);
  EXPECT_EQ(second->generation(), 2U);
  EXPECT_EQ(second->route_count(), 2U);
}

TEST(Snapshot, KeepsWhatItWasMadeFromForAsLongAsItIsPinned) {
  config::Document document;
  document.listeners = {listener("a", 80)};
  document.listeners.front().http_routes = {route("x")};
  auto pinned = compile(document);
  auto port = pinned->ports().front();
  pinned = compile(config::Document(), pinned.get());  // the next one has nothing of it
  EXPECT_EQ(port->listeners.front()->id, "Gateway/ns/gw/a");
  EXPECT_EQ(port->router->listener_id(0), "Gateway/ns/gw/a");
  EXPECT_THAT(pinned->ports(), IsEmpty());
}

TEST(Snapshot, UsesCompiledRoutesAgainThatDidNotChange) {
  config::Document document;
  document.listeners = {listener("a", 80)};
  const auto same = route("same");
  document.listeners.front().http_routes = {same, route("old")};
  const auto first = compile(document);
  document.listeners.front().http_routes = {same, route("new")};
  const auto second = compile(document, first.get());
  ASSERT_NE(find(*first, "/same"), nullptr);
  EXPECT_EQ(find(*first, "/same"), find(*second, "/same"));
  EXPECT_NE(find(*second, "/new"), nullptr);
  EXPECT_EQ(find(*second, "/old"), nullptr);
}

TEST(Snapshot, FindsBackendsById) {
  config::Document document;
  document.backends = {std::make_shared<config::Backend>()};
  auto named = std::make_shared<config::Backend>();
  named->id = "Backend/ns/a";
  document.backends.push_back(named);
  const auto snapshot = compile(document);
  EXPECT_EQ(snapshot->find_backend("Backend/ns/a"), named);
  EXPECT_EQ(snapshot->find_backend("Backend/ns/b"), nullptr);
}

TEST(Snapshot, MakesTlsOfABackendOnceAndKeepsItOverReloads) {
  const testing::Authority authority("ca");
  config::Document document;
  document.backends = {tls_backend(authority.pem())};
  const auto first = compile(document);
  const auto second = compile(document, first.get());
  const auto context = first->client_tls(*document.backends.front());
  ASSERT_TRUE(context);
  EXPECT_EQ(*second->client_tls(*document.backends.front()), *context);
}

TEST(Snapshot, NamesTlsMaterialThatIsUnusableAndFailsItsUse) {
  config::Document document;
  document.backends = {tls_backend("no PEM")};
  const auto snapshot = compile(document);
  ASSERT_EQ(snapshot->problems().size(), 1U);
  EXPECT_THAT(snapshot->problems().front(), HasSubstr("Backend/ns/tls"));
  EXPECT_FALSE(snapshot->client_tls(*document.backends.front()));
}

TEST(Snapshot, ServesOtherListenersWhenThePemOfOneIsBroken) {
  config::Document document;
  document.listeners = {listener("plain", 80),
                        listener("broken", 443, config::ListenerProtocol::kHttps)};
  auto tls = std::make_shared<config::ListenerTls>();
  tls->certificates.emplace_back().chain_pem = "no PEM";
  document.listeners.back().tls = std::move(tls);
  const auto snapshot = compile(document);
  ASSERT_EQ(snapshot->problems().size(), 1U);
  EXPECT_THAT(snapshot->problems().front(), HasSubstr("tcp 127.0.0.1:443"));
  EXPECT_EQ(snapshot->find_port("tcp 127.0.0.1:443")->tls, nullptr);
  EXPECT_NE(snapshot->find_port("tcp 127.0.0.1:80")->router, nullptr);
}

TEST(Snapshot, TellsPassthroughFromTerminationOnOnePort) {
  const testing::Authority authority("ca");
  testing::LeafOptions leaf;
  leaf.dns_names = {"a.example"};
  auto tls = std::make_shared<config::ListenerTls>();
  tls->certificates = {authority.issue(leaf)};
  config::Document document;
  document.listeners = {listener("https", 443, config::ListenerProtocol::kHttps),
                        listener("through", 443, config::ListenerProtocol::kTlsPassthrough)};
  document.listeners[0].hostname = "a.example";
  document.listeners[0].tls = tls;
  document.listeners[1].hostname = "b.example";
  const auto snapshot = compile(document);
  const Port& port = *snapshot->ports().front();
  EXPECT_EQ(port.kind, PortKind::kTls);
  EXPECT_TRUE(port.has_passthrough);
  EXPECT_NE(port.tls, nullptr);
  ASSERT_NE(port.sni, nullptr);
  EXPECT_EQ(port.http_listeners.size(), 1U);
}

}  // namespace
}  // namespace tidegate::proxy
