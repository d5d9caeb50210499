// The Gateways that this controller serves, their ListenerSets and all their listeners, with every
// problem found so far: what routes attach to and what listener status is made from.
//
// Built once per compile from everything but routes and backends, and kept as it is while those
// inputs do not change. Thread: immutable once built.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/document.h"
#include "gatewayapi/condition.h"
#include "gatewayapi/index.h"
#include "gatewayapi/options.h"
#include "gatewayapi/permissions.h"
#include "gatewayapi/status.h"
#include "gatewayapi/tls/references.h"
#include "resource/resource_set.h"

namespace tidegate::gatewayapi {

enum class RouteKind : std::uint8_t { kHttp, kGrpc, kTls, kTcp, kUdp };
inline constexpr RouteKind kAllRouteKinds[] = {RouteKind::kHttp, RouteKind::kGrpc, RouteKind::kTls,
                                               RouteKind::kTcp, RouteKind::kUdp};
std::string_view to_string(RouteKind kind);  // "HTTPRoute", ...

// A set of route kinds.
class RouteKinds {
 public:
  constexpr void add(RouteKind kind) { bits_ |= bit(kind); }
  constexpr bool has(RouteKind kind) const { return (bits_ & bit(kind)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  static constexpr std::uint8_t bit(RouteKind kind) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
  }
  std::uint8_t bits_ = 0;
};

struct ServedListener {
  const resource::Listener* spec = nullptr;
  std::string id;             // as config::Listener::id
  std::uint32_t gateway = 0;  // index into Topology::gateways
  std::optional<std::uint32_t>
      listener_set;                // index into Topology::listener_sets; absent: the Gateway's own
  std::string_view own_namespace;  // of the Gateway or ListenerSet that lists it
  std::optional<config::ListenerProtocol> protocol;  // absent: not one we know
  RouteKinds kinds;                                  // that may attach
  std::shared_ptr<const config::ListenerTls> tls;
  std::vector<std::string> bind_addresses;

  std::optional<Problem> not_accepted;  // Accepted=False, conflicts apart
  std::optional<Problem>
      conflict;  // Conflicted=True, and Accepted and Programmed False with its reason
  std::optional<Problem> unresolved;  // ResolvedRefs=False
  std::optional<Problem> unusable;    // Programmed=False for another reason, such as no certificate
  bool overlapping_hostname = false;  // OverlappingTLSConfig

  std::string_view hostname() const {
    return spec->hostname ? std::string_view(*spec->hostname) : std::string_view();
  }
  bool accepted() const { return !not_accepted && !conflict; }
  bool programmed() const { return accepted() && !unusable; }
};

struct ServedGateway {
  std::shared_ptr<const resource::Gateway> object;
  std::string id;                        // "namespace/name"
  std::vector<std::uint32_t> listeners;  // its own, in the spec's order
  std::vector<std::string> bind_addresses;
  std::vector<AddressStatus> addresses;  // usable ones, for status
  std::optional<Problem> not_accepted;   // InvalidParameters, UnsupportedAddress: nothing is served
  std::optional<Problem>
      address_problem;                // Programmed=False/AddressNotUsable or AddressNotAssigned
  std::optional<Problem> unresolved;  // of its client certificate
  std::shared_ptr<const config::Certificate> client_certificate;  // for TLS backends; null: none
  bool insecure_frontend_validation = false;
  std::uint32_t attached_listener_sets = 0;  // that have a listener which works
};

struct ServedListenerSet {
  std::shared_ptr<const resource::ListenerSet> object;
  std::uint32_t gateway = 0;  // index into Topology::gateways
  std::optional<Problem>
      not_accepted;  // NotAllowed, ParentNotAccepted: its entries are not looked at
  std::vector<std::uint32_t> listeners;  // in the spec's order
};

struct Topology {
  std::vector<ServedGateway> gateways;           // oldest first
  std::vector<ServedListenerSet> listener_sets;  // of these Gateways, oldest first
  std::vector<ServedListener> listeners;         // Gateways' own first, then ListenerSets'
  std::unordered_map<ObjectName, std::uint32_t, ObjectNameHash> gateways_by_name;
  std::unordered_map<ObjectName, std::uint32_t, ObjectNameHash> listener_sets_by_name;
  std::vector<std::string> notes;  // objects that were passed over, and why
};

// Selects Gateways and ListenerSets and judges all their listeners.
Topology make_topology(const resource::ResourceSet& resources, const Lookup& lookup,
                       const CompileOptions& options);

// Whether a GatewayClass is this controller's.
bool is_ours(const resource::GatewayClass& gateway_class, const CompileOptions& options);

// Older first; equal ages by namespace, then name. The order of precedence everywhere in the
// Gateway API.
bool takes_precedence(const resource::ObjectMeta& a, const resource::ObjectMeta& b);

}  // namespace tidegate::gatewayapi
