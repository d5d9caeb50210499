// TLSRoutes, TCPRoutes and UDPRoutes.
#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

constexpr char kGood[] = "Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs";

std::string refused(const char* reason) {
  return std::string("Accepted=False/") + reason + " ResolvedRefs=True/ResolvedRefs";
}

Cluster with_services(std::vector<resource::Listener> listeners) {
  Cluster cluster;
  cluster.add(tls_secret("infra/cert", {"example.com"}));
  cluster.add(gateway("infra/gw", std::move(listeners)));
  cluster.add_service("infra/one");
  cluster.add_service("infra/two", "10.0.0.2");
  cluster.add_service("web/far");
  cluster.add(service("infra/dns", 53, "", "UDP"));
  cluster.add(slice("infra/dns", {"10.0.0.53"}, 53, "UDP"));
  return cluster;
}

resource::Listener passthrough(std::string name, std::string hostname = {}) {
  return tls_listener(std::move(name), "TLS", 443, std::move(hostname), {},
                      resource::TlsMode::kPassthrough);
}

const config::L4Route& l4(const Compilation& result, std::string_view id, std::size_t i = 0) {
  return *find_config(result, id)->l4_routes.at(i);
}

std::vector<std::string> backends(const config::L4Route& route) {
  config::HttpRule as_rule;
  as_rule.backends = route.backends;
  return backends_of(as_rule);
}

// ---- TLSRoute

TEST(TlsRoutes, PassThroughByName) {
  auto cluster = with_services({passthrough("tls", "*.example.com")});
  cluster.add(tls_route("infra/r", {parent("gw")}, {"abc.example.com", "other.org"},
                        {{service_ref("one"), 1}}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/r"), kGood);
  const auto& route = l4(result, "Gateway/infra/gw/tls");
  EXPECT_EQ(route.id, "TLSRoute/infra/r");
  EXPECT_EQ(route.hostnames, std::vector<std::string>{"abc.example.com"});
  EXPECT_EQ(backends(route), std::vector<std::string>{"Service/infra/one:8080/tls*1"});
  EXPECT_EQ(route.backends[0].backend->protocol, config::BackendProtocol::kTcp);
}

TEST(TlsRoutes, NeedATlsListenerThatMatches) {
  struct Case {
    const char* what;
    resource::Listener listener;
    resource::ParentReference ref;
    const char* reason;
  };
  const Case cases[] = {
      {"HTTP", listener("http", "HTTP", 80), parent("gw"), "NotAllowedByListeners"},
      {"HTTPS", tls_listener("https", "HTTPS", 443, "", {"cert"}), parent("gw"),
       "NotAllowedByListeners"},
      {"section", passthrough("tls"), parent("gw", "nosuch"), "NoMatchingParent"},
      {"hostname", passthrough("tls", "example.org"), parent("gw"), "NoMatchingListenerHostname"},
  };
  for (const Case& c : cases) {
    auto cluster = with_services({c.listener});
    cluster.add(tls_route("infra/r", {c.ref}, {"abc.example.com"}, {{service_ref("one"), 1}}));
    const Compilation& result = cluster.compile();
    EXPECT_EQ(route_conditions(result, "infra/r"), refused(c.reason)) << c.what;
    EXPECT_EQ(find_gateway(result, "infra/gw")->listeners[0].attached_routes, 0U) << c.what;
  }
}

TEST(TlsRoutes, TerminateAndPassThroughOnOnePort) {
  auto cluster = with_services({tls_listener("term", "TLS", 443, "term.example.com", {"cert"}),
                                passthrough("pass", "pass.example.com")});
  cluster.add(tls_route("infra/r", {parent("gw")}, {"term.example.com", "pass.example.com"},
                        {{service_ref("one"), 1}}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/r"), kGood);
  EXPECT_EQ(backends(l4(result, "Gateway/infra/gw/term")),
            std::vector<std::string>{"Service/infra/one:8080/tcp*1"});
  EXPECT_EQ(backends(l4(result, "Gateway/infra/gw/pass")),
            std::vector<std::string>{"Service/infra/one:8080/tls*1"});
}

// ---- what all three have in common

struct Shape {
  const char* kind;
  resource::Listener listener;
  void (*add)(Cluster&, std::string_view, std::vector<resource::ParentReference>,
              std::vector<resource::BackendRef>);
  std::uint16_t port;
  const char* service;
};

const Shape kShapes[] = {
    {"TLSRoute", passthrough("l"),
     [](Cluster& cluster, std::string_view name, std::vector<resource::ParentReference> parents,
        std::vector<resource::BackendRef> refs) {
       cluster.add(tls_route(name, std::move(parents), {"a.example.com"}, std::move(refs)));
     },
     8080, "one"},
    {"TCPRoute", listener("l", "TCP", 9000),
     [](Cluster& cluster, std::string_view name, std::vector<resource::ParentReference> parents,
        std::vector<resource::BackendRef> refs) {
       cluster.add(tcp_route(name, std::move(parents), std::move(refs)));
     },
     8080, "one"},
    {"UDPRoute", listener("l", "UDP", 5300),
     [](Cluster& cluster, std::string_view name, std::vector<resource::ParentReference> parents,
        std::vector<resource::BackendRef> refs) {
       cluster.add(udp_route(name, std::move(parents), std::move(refs)));
     },
     53, "dns"},
};

TEST(L4Routes, ReferencesThatFailKeepTheirWeight) {
  auto unknown_kind = service_ref("one");
  unknown_kind.kind = "InvalidKind";
  struct Case {
    resource::BackendObjectReference ref;
    const char* reason;
  };
  const Case cases[] = {{service_ref("nosuch"), "BackendNotFound"},
                        {unknown_kind, "InvalidKind"},
                        {service_ref("web/far"), "RefNotPermitted"}};
  for (const Shape& shape : kShapes) {
    for (const Case& c : cases) {
      auto cluster = with_services({shape.listener});
      shape.add(cluster, "infra/r", {parent("gw")},
                {{c.ref, 4}, {service_ref(shape.service, shape.port), 1}});
      const Compilation& result = cluster.compile();
      EXPECT_EQ(route_conditions(result, "infra/r"),
                std::string("Accepted=True/Accepted ResolvedRefs=False/") + c.reason)
          << shape.kind;
      const auto& route = l4(result, "Gateway/infra/gw/l");
      ASSERT_EQ(route.backends.size(), 2U);
      EXPECT_EQ(route.backends[0].backend, nullptr);
      EXPECT_EQ(route.backends[0].error_status, 500);
      EXPECT_EQ(route.backends[0].weight, 4U);
      EXPECT_NE(route.backends[1].backend, nullptr) << shape.kind;
    }
  }
}

TEST(L4Routes, GrantsNameTheirKind) {
  for (const Shape& shape : kShapes) {
    auto cluster = with_services({shape.listener});
    cluster.add(service("web/dns", 53, "", "UDP"));
    const bool udp = shape.port == 53;
    shape.add(cluster, "infra/r", {parent("gw")},
              {{udp ? service_ref("web/dns", 53) : service_ref("web/far"), 1}});
    cluster.add(grant("web/g", "HTTPRoute", "infra", "", "Service"));
    EXPECT_EQ(route_conditions(cluster.compile(), "infra/r"),
              "Accepted=True/Accepted ResolvedRefs=False/RefNotPermitted")
        << shape.kind;

    cluster.add(grant("web/g", shape.kind, "infra", "", "Service"));
    EXPECT_EQ(route_conditions(cluster.compile(), "infra/r"), kGood) << shape.kind;
  }
}

TEST(L4Routes, OfTwoTcpOrUdpRoutesTheOldestGetsTheTraffic) {
  for (const Shape& shape : {kShapes[1], kShapes[2]}) {
    auto cluster = with_services({shape.listener});
    shape.add(cluster, "infra/b-younger", {parent("gw", "l")},
              {{service_ref(shape.service, shape.port), 1}});
    shape.add(cluster, "infra/a-older", {parent("gw", "l")},
              {{service_ref(shape.service, shape.port), 1}});

    const Compilation& result = cluster.compile();

    EXPECT_EQ(route_conditions(result, "infra/a-older"), kGood);
    EXPECT_EQ(route_conditions(result, "infra/b-younger"), kGood);
    EXPECT_EQ(find_listener(result, "infra/gw", "l")->attached_routes, 2U);
    EXPECT_EQ(route_ids(result, "Gateway/infra/gw/l"),
              std::vector<std::string>{std::string(shape.kind) + "/infra/a-older"});
  }
}

TEST(L4Routes, NeedListenersOfTheirProtocol) {
  for (const Shape& shape : kShapes) {
    auto cluster = with_services({listener("http", "HTTP", 80), listener("sctp", "x.io/SCTP", 81)});
    shape.add(cluster, "infra/r", {parent("gw")}, {{service_ref(shape.service, shape.port), 1}});
    EXPECT_EQ(route_conditions(cluster.compile(), "infra/r"), refused("NotAllowedByListeners"))
        << shape.kind;
  }
}

TEST(L4Routes, AttachToAllOrByPortAndSection) {
  const auto listeners = [](const char* protocol) {
    return std::vector{listener("a", protocol, 9001), listener("b", protocol, 9002)};
  };
  for (const Shape& shape : {kShapes[1], kShapes[2]}) {
    auto cluster = with_services(listeners(shape.listener.protocol.c_str()));
    const resource::BackendRef ref{service_ref(shape.service, shape.port), 1};
    shape.add(cluster, "infra/all", {parent("gw")}, {ref});
    shape.add(cluster, "infra/both", {parent("gw", "b", 9002)}, {ref});
    shape.add(cluster, "infra/wrong", {parent("gw", "b", 9001)}, {ref});

    const Compilation& result = cluster.compile();

    EXPECT_EQ(find_listener(result, "infra/gw", "a")->attached_routes, 1U);
    EXPECT_EQ(find_listener(result, "infra/gw", "b")->attached_routes, 2U);
    EXPECT_EQ(route_conditions(result, "infra/wrong"), refused("NoMatchingParent"));
  }
}

TEST(L4Routes, UdpNeedsAUdpPortAndTcpATcpPort) {
  auto cluster = with_services({listener("tcp", "TCP", 9000), listener("udp", "UDP", 9000)});
  cluster.add(udp_route("infra/u", {parent("gw", "udp")}, {{service_ref("one"), 1}}));
  cluster.add(tcp_route("infra/t", {parent("gw", "tcp")}, {{service_ref("dns", 53), 1}}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(route_conditions(result, "infra/u"),
            "Accepted=True/Accepted ResolvedRefs=False/UnsupportedProtocol");
  EXPECT_EQ(route_conditions(result, "infra/t"),
            "Accepted=True/Accepted ResolvedRefs=False/UnsupportedProtocol");
}

TEST(L4Routes, EndpointsAreThoseOfTheTransport) {
  auto cluster = with_services({listener("l", "UDP", 5300)});
  cluster.add(udp_route("infra/r", {parent("gw")}, {{service_ref("dns", 53), 1}}));

  const Compilation& result = cluster.compile();

  const auto& backend = *l4(result, "Gateway/infra/gw/l").backends[0].backend;
  EXPECT_EQ(backend.id, "Service/infra/dns:53/udp");
  EXPECT_EQ(backend.protocol, config::BackendProtocol::kUdp);
  EXPECT_EQ(std::get<std::vector<config::Endpoint>>(backend.destination),
            (std::vector<config::Endpoint>{{"10.0.0.53", 53}}));
}

}  // namespace
}  // namespace tidegate::gatewayapi
