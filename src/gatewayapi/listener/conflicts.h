// Listeners that cannot be told apart, or that want the same socket.
//
// Within a Gateway no conflicting listener wins; between a Gateway and its ListenerSets the Gateway
// wins, then the older set. Source: Gateway API v1.6.1, GatewaySpec.listeners "Handling indistinct
// Listeners", ListenerSetSpec.listeners.
#pragma once

#include "gatewayapi/listener/topology.h"

namespace tidegate::gatewayapi {

// Sets conflict (ProtocolConflict, HostnameConflict) on listeners of the same Gateway.
// HTTP and TCP have their port for themselves; HTTPS and TLS share one and are told apart by SNI;
// UDP never meets the others.
void find_conflicts_within_gateways(Topology& topology);

// Sockets::kShared: a socket belongs to the oldest Gateway that uses it, the others' listeners
// there are not accepted (PortUnavailable). Also for sockets that could not be bound.
void find_conflicts_between_gateways(Topology& topology, const CompileOptions& options);

// Sets overlapping_hostname on HTTPS listeners of a port whose hostnames cover each other.
void find_overlapping_hostnames(Topology& topology);

}  // namespace tidegate::gatewayapi
