// References from one object to another.   Source: Gateway API v1.6.1, shared_types.go,
// object_reference_types.go, policy_types.go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resource/meta.h"

namespace tidegate::resource {

// Where a route wants to attach. Kept as written, because status repeats it verbatim.
struct ParentReference {
  std::optional<std::string> group;       // absent: gateway.networking.k8s.io
  std::optional<std::string> kind;        // absent: Gateway
  std::optional<std::string> namespace_;  // absent: the route's
  std::string name;
  std::optional<std::string> section_name;  // a listener
  std::optional<std::uint16_t> port;        // listeners of this port
  friend bool operator==(const ParentReference&, const ParentReference&) = default;
};

struct BackendObjectReference {
  std::string group;  // "": core
  std::string kind = "Service";
  std::optional<std::string> namespace_;  // absent: the referrer's
  std::string name;
  std::optional<std::uint16_t> port;  // required for Service
};

// A backend with its share of the traffic (L4 routes).
struct BackendRef {
  BackendObjectReference ref;
  std::uint32_t weight = 1;  // 0..1000000; 0: never chosen
};

struct SecretObjectReference {
  std::string group;
  std::string kind = "Secret";
  std::optional<std::string> namespace_;
  std::string name;
};

// CA certificates of a frontend: ConfigMap or Secret.
struct ObjectReference {
  std::string group;
  std::string kind;
  std::optional<std::string> namespace_;
  std::string name;
};

struct LocalObjectReference {
  std::string group;
  std::string kind;
  std::string name;
};

// infrastructure.parametersRef and GatewayClass.spec.parametersRef (which alone may name a
// namespace).
struct ParametersReference {
  std::string group;
  std::string kind;
  std::optional<std::string> namespace_;
  std::string name;
};

struct PolicyTargetReference {
  std::string group;
  std::string kind;
  std::string name;
  std::optional<std::string> section_name;  // Service: a port's name
};

}  // namespace tidegate::resource
