// GatewayClass, Gateway and ListenerSet.   Source: Gateway API v1.6.1 (experimental channel),
// gatewayclass_types.go, gateway_types.go, listenerset_types.go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resource/meta.h"
#include "resource/references.h"

namespace tidegate::resource {

struct GatewayClass {
  ObjectMeta meta;
  Source source;
  std::string controller_name;  // "tidegate.dev/gateway" is ours
  std::optional<ParametersReference> parameters_ref;
  std::optional<std::string> description;
};

enum class FromNamespaces : std::uint8_t { kAll, kSelector, kSame, kNone };

// Who may attach, by namespace: routes to a listener (never kNone), ListenerSets to a Gateway.
struct NamespaceRule {
  FromNamespaces from = FromNamespaces::kSame;
  std::optional<LabelSelector> selector;  // for kSelector; absent there: matches nothing
};

struct RouteGroupKind {
  std::string group = kGatewayGroup;
  std::string kind;
  friend bool operator==(const RouteGroupKind&, const RouteGroupKind&) = default;
};

struct AllowedRoutes {
  NamespaceRule namespaces;           // default Same
  std::vector<RouteGroupKind> kinds;  // <= 8; empty: what the protocol allows
};

enum class TlsMode : std::uint8_t { kTerminate, kPassthrough };

struct ListenerTlsConfig {
  TlsMode mode = TlsMode::kTerminate;
  std::vector<SecretObjectReference> certificate_refs;  // <= 64
  StringMap options;                                    // <= 16
};

// A listener of a Gateway, or a ListenerSet's entry: the fields are the same.
struct Listener {
  std::string name;
  std::optional<std::string>
      hostname;  // lower case; may start with "*."; absent and "": every host
  std::uint16_t port = 0;
  std::string protocol;  // HTTP, HTTPS, TLS, TCP, UDP; anything else is reported as unsupported
  std::optional<ListenerTlsConfig> tls;
  AllowedRoutes allowed_routes;
};

struct GatewayAddress {
  std::string type = "IPAddress";  // IPAddress, Hostname, NamedAddress or domain-prefixed
  std::string value;               // "": any address of that type
};

struct GatewayInfrastructure {
  StringMap labels;       // <= 8
  StringMap annotations;  // <= 8
  std::optional<ParametersReference> parameters_ref;
};

enum class FrontendValidationMode : std::uint8_t { kAllowValidOnly, kAllowInsecureFallback };

struct FrontendTlsValidation {
  std::vector<ObjectReference> ca_certificate_refs;  // 1..16
  FrontendValidationMode mode = FrontendValidationMode::kAllowValidOnly;
};

struct FrontendTlsPort {
  std::uint16_t port = 0;
  std::optional<FrontendTlsValidation> validation;  // absent: no client validation on this port
};

struct FrontendTls {
  std::optional<FrontendTlsValidation> default_validation;  // default.validation
  std::vector<FrontendTlsPort> per_port;                    // <= 64, ports unique
};

struct GatewayTls {
  std::optional<SecretObjectReference>
      backend_client_certificate_ref;  // backend.clientCertificateRef
  std::optional<FrontendTls> frontend;
};

enum class DefaultScope : std::uint8_t { kUnset, kAll, kNone };

struct Gateway {
  ObjectMeta meta;
  Source source;
  std::string gateway_class_name;
  std::vector<Listener> listeners;        // 1..64
  std::vector<GatewayAddress> addresses;  // <= 16
  std::optional<GatewayInfrastructure> infrastructure;
  // allowedListeners.namespaces; absent: None.
  NamespaceRule allowed_listeners{FromNamespaces::kNone, std::nullopt};
  std::optional<GatewayTls> tls;
  DefaultScope default_scope = DefaultScope::kUnset;
};

struct ParentGatewayReference {
  std::string group = kGatewayGroup;
  std::string kind = "Gateway";
  std::optional<std::string> namespace_;
  std::string name;
};

struct ListenerSet {
  ObjectMeta meta;
  Source source;
  ParentGatewayReference parent_ref;
  std::vector<Listener> listeners;  // 1..64
};

}  // namespace tidegate::resource
