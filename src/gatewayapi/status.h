// The status of every object that a compile looked at, as a cluster would be told.
//
// Only objects that this controller answers for have one: Gateways of its GatewayClasses,
// ListenerSets and routes that name them, policies that act on them. Objects are named by their
// metadata, shared with the resource, so a status costs little more than its conditions. Thread:
// immutable once built.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gatewayapi/condition.h"
#include "resource/gateway.h"
#include "resource/meta.h"
#include "resource/references.h"

namespace tidegate::gatewayapi {

// Shares ownership of the resource it belongs to.
using MetaPtr = std::shared_ptr<const resource::ObjectMeta>;

struct GatewayClassStatus {
  MetaPtr meta;
  std::vector<Condition> conditions;
  // The features to write are gatewayapi::supported_features(), the same for every class of ours.
};

struct ListenerStatus {
  std::string name;
  std::vector<resource::RouteGroupKind> supported_kinds;
  std::uint32_t attached_routes = 0;
  std::vector<Condition> conditions;
};

struct AddressStatus {
  std::string type;  // never empty: IPAddress or Hostname
  std::string value;
  friend bool operator==(const AddressStatus&, const AddressStatus&) = default;
};

struct GatewayStatus {
  MetaPtr meta;
  std::vector<Condition> conditions;
  std::vector<AddressStatus> addresses;
  std::vector<ListenerStatus> listeners;  // one per spec listener, in the spec's order
  std::uint32_t attached_listener_sets = 0;
};

struct ListenerSetStatus {
  MetaPtr meta;
  std::vector<Condition> conditions;
  std::vector<ListenerStatus> listeners;  // empty when the Gateway does not allow the set
};

struct RouteParentStatus {
  std::shared_ptr<const resource::ParentReference> parent_ref;  // verbatim
  std::vector<Condition> conditions;                            // always Accepted and ResolvedRefs
};

struct RouteStatus {
  std::string_view kind;  // "HTTPRoute", "GRPCRoute", ...
  MetaPtr meta;
  std::vector<RouteParentStatus> parents;  // only parents of ours; empty: what was there must go
};

// A Gateway for which a policy takes effect.
struct PolicyAncestorStatus {
  std::string gateway_namespace;
  std::string gateway_name;
  std::vector<Condition> conditions;
};

struct PolicyStatus {
  std::string_view kind;  // "BackendTLSPolicy"
  MetaPtr meta;
  std::vector<PolicyAncestorStatus> ancestors;  // <= 16
};

struct BackendStatus {
  std::string_view kind = "Backend";  // or XBackendDestination
  MetaPtr meta;
  std::vector<Condition> conditions;
};

struct AccessPolicyStatus {
  MetaPtr meta;
  std::vector<Condition> conditions;
};

struct PipelineStatus {
  MetaPtr meta;
  std::vector<Condition> conditions;
};

struct Statuses {
  std::vector<GatewayClassStatus> gateway_classes;
  std::vector<GatewayStatus> gateways;
  std::vector<ListenerSetStatus> listener_sets;
  // All route kinds. A route whose status did not change keeps its pointer from compile to compile.
  std::vector<std::shared_ptr<const RouteStatus>> routes;
  std::vector<PolicyStatus> policies;
  std::vector<BackendStatus> backends;
  std::vector<AccessPolicyStatus> access_policies;
  std::vector<PipelineStatus> pipelines;
};

}  // namespace tidegate::gatewayapi
