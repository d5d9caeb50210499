// The core kinds a gateway reads: Service, EndpointSlice, Secret, ConfigMap, Namespace. Only the
// fields that matter here; decoding ignores the others.   Source: Kubernetes core/v1, discovery/v1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/secret.h"
#include "resource/meta.h"

namespace tidegate::resource {

struct ServicePort {
  std::string name;  // empty only when the Service has one port
  std::string protocol = "TCP";
  std::uint16_t port = 0;
  std::optional<std::string>
      app_protocol;  // kubernetes.io/h2c, kubernetes.io/ws, kubernetes.io/wss, ...
  std::variant<std::uint16_t, std::string> target_port = std::uint16_t{0};  // 0: same as port
};

// Which endpoints of a Service are preferred, as long as there are ready ones.
// Source: Kubernetes v1.35 Service API, spec.trafficDistribution (KEP-3015).
enum class TrafficDistribution : std::uint8_t {
  kAnywhere,
  kPreferSameZone,  // also as "PreferClose"
  kPreferSameNode,  // then those of the zone
};

struct Service {
  ObjectMeta meta;
  Source source;
  std::string type = "ClusterIP";  // ClusterIP, NodePort, LoadBalancer, ExternalName
  std::string cluster_ip;          // "None": headless
  std::string external_name;
  StringMap selector;
  std::vector<ServicePort> ports;
  TrafficDistribution traffic_distribution = TrafficDistribution::kAnywhere;
};

// Absent conditions are unknown: ready counts as true, serving as ready, terminating as false.
struct SliceEndpoint {
  std::vector<std::string> addresses;  // 1..100; all are equal, the first is used
  std::optional<bool> ready;
  std::optional<bool> serving;
  std::optional<bool> terminating;
  std::string node;  // empty: not known
  std::string zone;
};

struct SlicePort {
  std::string name;  // equals the Service port's name
  std::string protocol = "TCP";
  std::optional<std::uint16_t> port;
  std::optional<std::string> app_protocol;
};

struct EndpointSlice {
  ObjectMeta meta;  // label kubernetes.io/service-name says whose
  Source source;
  std::string address_type;  // IPv4, IPv6, FQDN
  std::vector<SliceEndpoint> endpoints;
  std::vector<SlicePort> ports;
};

// `data` (base64 decoded) and `stringData`, merged; values are bytes.
struct SecretObject {
  ObjectMeta meta;
  Source source;
  std::string type = "Opaque";
  std::vector<std::pair<std::string, Secret>> data;
};

struct ConfigMap {
  ObjectMeta meta;
  Source source;
  StringMap data;  // with binaryData, decoded
};

struct Namespace {
  ObjectMeta meta;  // name and labels
  Source source;
};

}  // namespace tidegate::resource
