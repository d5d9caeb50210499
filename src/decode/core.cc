#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "decode/base64.h"
#include "decode/kinds.h"
#include "decode/parts.h"

namespace tidegate::decode {
namespace {

constexpr std::string_view kProtocols[] = {"TCP", "UDP", "SCTP"};
constexpr Text kPortName{.max = 63};

// A port's number or a container port's name.
void read_target_port(const Node& node, std::variant<std::uint16_t, std::string>& out) {
  if (node.value.kind() == yaml::Kind::kString) {
    constexpr Text kName{
        .min = 1, .max = 15, .valid = is_dns_label, .must = "be a port's number or name"};
    kName(node, out.emplace<std::string>());
  } else {
    kPort(node, out.emplace<std::uint16_t>());
  }
}

void read_service_port(const Node& node, resource::ServicePort& out) {
  ObjectReader object(node);
  object.optional("name", out.name,
                  Text{.max = 63, .valid = is_dns_label, .must = "be a lower case DNS label"});
  object.optional("protocol", out.protocol, Word{kProtocols});
  object.required("port", out.port, kPort);
  object.optional("targetPort", out.target_port, read_target_port);
  object.optional("appProtocol", out.app_protocol, kAnyText);
  object.ignore({"nodePort"});
}

void check_service(const ObjectReader& spec, const resource::Service& service) {
  const bool named = service.ports.size() > 1;
  for (std::size_t i = 0; named && i < service.ports.size(); ++i) {
    if (service.ports[i].name.empty())
      spec.fail_item("ports", i, "needs a name when there are several");
  }
  if (named) {
    check_unique(
        spec, "ports", service.ports, [](const auto& port) { return port.name; },
        "has the name of a port that came before");
  }
  check_unique(
      spec, "ports", service.ports, [](const auto& p) { return std::pair(p.port, p.protocol); },
      "has the number and protocol of a port that came before");
  const bool portless = service.type == "ExternalName" || service.cluster_ip == "None";
  if (service.ports.empty() && !portless) spec.fail("ports", "is required");
  if (service.type == "ExternalName" && service.external_name.empty()) {
    spec.fail("externalName", "is required when type is ExternalName");
  }
}

constexpr Choice<resource::TrafficDistribution> kDistributions[] = {
    {"PreferClose", resource::TrafficDistribution::kPreferSameZone},
    {"PreferSameZone", resource::TrafficDistribution::kPreferSameZone},
    {"PreferSameNode", resource::TrafficDistribution::kPreferSameNode}};

void read_service(const Node& node, resource::Service& out) {
  constexpr std::string_view kTypes[] = {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"};
  ObjectReader spec(node);
  spec.optional("type", out.type, Word{kTypes});
  spec.optional("clusterIP", out.cluster_ip, kAnyText);
  spec.optional("externalName", out.external_name, Text{.max = 253});
  spec.optional("selector", out.selector, Strings{});
  spec.list("ports", out.ports, {}, read_service_port);
  spec.optional("trafficDistribution", out.traffic_distribution, one_of(kDistributions));
  spec.ignore({"allocateLoadBalancerNodePorts", "clusterIPs", "externalIPs",
               "externalTrafficPolicy", "healthCheckNodePort", "internalTrafficPolicy",
               "ipFamilies", "ipFamilyPolicy", "loadBalancerClass", "loadBalancerIP",
               "loadBalancerSourceRanges", "publishNotReadyAddresses", "sessionAffinity",
               "sessionAffinityConfig"});
  check_service(spec, out);
}

void read_endpoint(const Node& node, resource::SliceEndpoint& out) {
  ObjectReader object(node);
  object.required_list("addresses", out.addresses, {.min = 1, .max = 100},
                       Text{.min = 1, .max = 253});
  object.object("conditions", [&out](ObjectReader& conditions) {
    conditions.optional("ready", out.ready, read_bool);
    conditions.optional("serving", out.serving, read_bool);
    conditions.optional("terminating", out.terminating, read_bool);
  });
  object.optional("nodeName", out.node, Text{.max = 253});
  object.optional("zone", out.zone, Text{.max = 253});
  object.ignore({"hostname", "hints", "targetRef", "deprecatedTopology"});
}

void read_slice_port(const Node& node, resource::SlicePort& out) {
  ObjectReader object(node);
  object.optional("name", out.name, kPortName);
  object.optional("protocol", out.protocol, Word{kProtocols});
  object.optional("port", out.port, kPort);
  object.optional("appProtocol", out.app_protocol, kAnyText);
}

void check_addresses(const ObjectReader& root, const resource::EndpointSlice& slice) {
  if (slice.address_type != "IPv4" && slice.address_type != "IPv6") return;
  const bool v6 = slice.address_type == "IPv6";
  for (std::size_t i = 0; i < slice.endpoints.size(); ++i) {
    for (const auto& address : slice.endpoints[i].addresses) {
      const bool has_colon = address.find(':') != std::string::npos;
      if (!address.empty() && is_ip_address(address) && has_colon == v6) continue;
      root.fail_item("endpoints", i,
                     fmt::format("has an address that is not {}", slice.address_type));
      break;
    }
  }
}

// Puts a value under a key; a later one replaces an earlier one.
template <class T>
void put(std::vector<std::pair<std::string, T>>& data, std::string_view key, T value) {
  const auto found = std::ranges::find(data, key, &std::pair<std::string, T>::first);
  if (found != data.end()) {
    found->second = std::move(value);
  } else {
    data.emplace_back(key, std::move(value));
  }
}

// A map of names to texts, base64 or plain, into pairs of T. Values never come into a message.
enum class Encoding : std::uint8_t { kPlain, kBase64 };
template <Encoding kEncoding, class T>
void read_data(const Node& node, std::vector<std::pair<std::string, T>>& out) {
  constexpr Text kKey{.min = 1,
                      .max = 253,
                      .valid = is_data_key,
                      .must = "be letters, digits, \"-\", \"_\" and \".\""};
  for_each_entry(node, [&](const Path& path, const yaml::Entry& entry) {
    const Node key{entry.key, path, node.reporter};
    const Node value{entry.value, path, node.reporter};
    if (!kKey.check(key) || !value.is(yaml::Kind::kString)) return;
    if constexpr (kEncoding == Encoding::kPlain) {
      put(out, entry.key.text(), T(std::string(entry.value.text())));
    } else if (auto bytes = parse_base64(entry.value.text())) {
      put(out, entry.key.text(), T(std::move(*bytes)));
    } else {
      value.fail("must be base64");
    }
  });
}

bool has_key(const resource::SecretObject& secret, std::string_view key) {
  return std::ranges::any_of(secret.data, [key](const auto& pair) { return pair.first == key; });
}

}  // namespace

void read_body(ObjectReader& root, Version, resource::Service& out) {
  root.required("spec", out, read_service);
}

void read_body(ObjectReader& root, Version, resource::EndpointSlice& out) {
  constexpr std::string_view kTypes[] = {"IPv4", "IPv6", "FQDN"};
  root.required("addressType", out.address_type, Word{kTypes});
  root.list("endpoints", out.endpoints, {.max = 1000}, read_endpoint);
  root.list("ports", out.ports, {.max = 100}, read_slice_port);
  check_addresses(root, out);
}

void read_body(ObjectReader& root, Version, resource::SecretObject& out) {
  root.optional("type", out.type, kAnyText);
  root.optional("data", out.data, read_data<Encoding::kBase64, Secret>);
  root.optional("stringData", out.data, read_data<Encoding::kPlain, Secret>);
  root.ignore({"immutable"});
  if (out.type != "kubernetes.io/tls") return;
  for (const std::string_view key : {"tls.crt", "tls.key"}) {
    if (!has_key(out, key))
      root.fail("data", fmt::format("must have {} for type {}", key, out.type));
  }
}

void read_body(ObjectReader& root, Version, resource::ConfigMap& out) {
  root.optional("data", out.data, read_data<Encoding::kPlain, std::string>);
  root.optional("binaryData", out.data, read_data<Encoding::kBase64, std::string>);
  root.ignore({"immutable"});
}

void read_body(ObjectReader& root, Version, resource::Namespace&) { root.ignore({"spec"}); }

}  // namespace tidegate::decode
