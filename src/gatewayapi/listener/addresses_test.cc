// spec.addresses, sockets and what status tells of them.
#include "gatewayapi/listener/addresses.h"

#include <gtest/gtest.h>

#include "gatewayapi/fixture/cluster.h"

namespace tidegate::gatewayapi {
namespace {

using namespace fixture;

resource::Gateway with_addresses(std::string_view name,
                                 std::vector<resource::GatewayAddress> list) {
  auto object = gateway(name, {listener("http", "HTTP", 80)});
  object.addresses = std::move(list);
  return object;
}

TEST(Addresses, StaticOnesAreJudgedOneByOne) {
  Cluster cluster;
  cluster.options.local_addresses = {"192.0.2.1"};
  cluster.add(with_addresses(
      "infra/gw",
      {{"test/fake-invalid-type", "x"}, {"IPAddress", "203.0.113.9"}, {"IPAddress", "192.0.2.1"}}));
  EXPECT_EQ(gateway_conditions(cluster.compile(), "infra/gw"),
            "Accepted=False/UnsupportedAddress Programmed=False/Invalid "
            "ResolvedRefs=True/ResolvedRefs");

  cluster.add(
      with_addresses("infra/gw", {{"IPAddress", "203.0.113.9"}, {"IPAddress", "192.0.2.1"}}));
  EXPECT_EQ(
      gateway_conditions(cluster.compile(), "infra/gw"),
      "Accepted=True/Accepted Programmed=False/AddressNotUsable ResolvedRefs=True/ResolvedRefs");

  cluster.add(with_addresses("infra/gw", {{"IPAddress", "192.0.2.1"}}));
  const Compilation& result = cluster.compile();
  EXPECT_EQ(gateway_conditions(result, "infra/gw"),
            "Accepted=True/Accepted Programmed=True/Programmed ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(find_gateway(result, "infra/gw")->addresses,
            (std::vector<AddressStatus>{{"IPAddress", "192.0.2.1"}}));
  EXPECT_EQ(find_config(result, "Gateway/infra/gw/http")->address, "192.0.2.1");
}

TEST(Addresses, ATypeWithoutValueGetsTheDefault) {
  Cluster cluster;
  cluster.options.status_addresses = {"198.51.100.7"};
  cluster.add(with_addresses("infra/gw", {{"IPAddress", ""}}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(find_gateway(result, "infra/gw")->addresses,
            (std::vector<AddressStatus>{{"IPAddress", "198.51.100.7"}}));
  EXPECT_EQ(find_config(result, "Gateway/infra/gw/http")->address, "0.0.0.0");
}

TEST(Addresses, TwoAddressesAreTwoSocketsOfOneListener) {
  Cluster cluster;
  cluster.add(with_addresses("infra/gw", {{"IPAddress", "127.0.0.2"}, {"IPAddress", "::1"}}));

  const Compilation& result = cluster.compile();

  ASSERT_EQ(result.document->listeners.size(), 2U);
  EXPECT_EQ(result.document->listeners[0].address, "127.0.0.2");
  EXPECT_EQ(result.document->listeners[1].address, "::1");
  EXPECT_EQ(result.document->listeners[0].id, result.document->listeners[1].id);
  EXPECT_EQ(find_gateway(result, "infra/gw")->addresses.size(), 2U);
}

TEST(Addresses, ANameIsNotAnIpAddress) {
  Cluster cluster;
  cluster.add(with_addresses("infra/gw", {{"IPAddress", "localhost"}}));

  EXPECT_EQ(
      gateway_conditions(cluster.compile(), "infra/gw"),
      "Accepted=True/Accepted Programmed=False/AddressNotUsable ResolvedRefs=True/ResolvedRefs");
}

TEST(Addresses, TheOlderGatewayOwnsASharedSocket) {
  Cluster cluster;
  cluster.add(aged(gateway("infra/younger", {listener("http", "HTTP", 80)}), 200));
  cluster.add(aged(gateway("infra/older", {listener("http", "HTTP", 80)}), 100));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(
      listener_conditions(result, "infra/younger", "http"),
      "Accepted=False/PortUnavailable Programmed=False/Invalid ResolvedRefs=True/ResolvedRefs "
      "Conflicted=False/NoConflicts");
  EXPECT_EQ(
      gateway_conditions(result, "infra/younger"),
      "Accepted=False/ListenersNotValid Programmed=False/Invalid ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(gateway_conditions(result, "infra/older"),
            "Accepted=True/Accepted Programmed=True/Programmed ResolvedRefs=True/ResolvedRefs");
  ASSERT_EQ(result.document->listeners.size(), 1U);
  EXPECT_EQ(result.document->listeners[0].gateway, "infra/older");
}

TEST(Addresses, DifferentAddressesOrTransportsAreDifferentSockets) {
  Cluster cluster;
  cluster.add(with_addresses("infra/one", {{"IPAddress", "127.0.0.2"}}));
  cluster.add(with_addresses("infra/two", {{"IPAddress", "127.0.0.3"}}));
  cluster.add(gateway("infra/tcp", {listener("dns", "TCP", 53)}));
  cluster.add(gateway("infra/udp", {listener("dns", "UDP", 53)}));

  EXPECT_EQ(cluster.compile().document->listeners.size(), 4U);
}

TEST(Addresses, GatewaysWithDataPlanesOfTheirOwnShareNothing) {
  Cluster cluster;
  cluster.options.sockets = Sockets::kPerGateway;
  cluster.options.assigned_addresses = {{"infra/one", {"10.1.0.1"}}, {"infra/two", {"10.1.0.2"}}};
  cluster.add(gateway("infra/one", {listener("http", "HTTP", 80)}));
  cluster.add(gateway("infra/two", {listener("http", "HTTP", 80)}));
  cluster.add(gateway("infra/fresh", {listener("http", "HTTP", 80)}));
  cluster.add(with_addresses("infra/wants", {{"IPAddress", "10.9.9.9"}}));

  const Compilation& result = cluster.compile();

  EXPECT_EQ(find_gateway(result, "infra/one")->addresses,
            (std::vector<AddressStatus>{{"IPAddress", "10.1.0.1"}}));
  EXPECT_EQ(find_gateway(result, "infra/two")->addresses,
            (std::vector<AddressStatus>{{"IPAddress", "10.1.0.2"}}));
  EXPECT_EQ(gateway_conditions(result, "infra/fresh"),
            "Accepted=True/Accepted Programmed=False/AddressNotAssigned "
            "ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(
      gateway_conditions(result, "infra/wants"),
      "Accepted=True/Accepted Programmed=False/AddressNotUsable ResolvedRefs=True/ResolvedRefs");
  EXPECT_EQ(result.document->listeners.size(), 4U);
}

TEST(Addresses, ASocketThatCannotBeBoundMakesItsListenersUnavailable) {
  Cluster cluster;
  cluster.add(gateway("infra/gw", {listener("http", "HTTP", 80), listener("alt", "HTTP", 8080)}));
  cluster.compile();
  cluster.options.unavailable_sockets = {"0.0.0.0:80"};

  const Compilation& result = cluster.compile();

  EXPECT_EQ(find_listener(result, "infra/gw", "http")->conditions[0].reason, "PortUnavailable");
  EXPECT_EQ(find_listener(result, "infra/gw", "alt")->conditions[0].reason, "Accepted");
  EXPECT_EQ(result.document->listeners.size(), 1U);
}

TEST(Addresses, SocketsAreWrittenAsUsual) {
  EXPECT_EQ(format_socket("0.0.0.0", 80), "0.0.0.0:80");
  EXPECT_EQ(format_socket("::", 80), "[::]:80");
}

}  // namespace
}  // namespace tidegate::gatewayapi
