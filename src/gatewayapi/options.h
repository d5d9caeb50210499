// What a compile must know besides resources: whose classes are served and what sockets there are.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/pipeline.h"

namespace tidegate::gatewayapi {

// Whether Gateways contend for sockets.
enum class Sockets : std::uint8_t {
  kShared,  // standalone: one process serves all Gateways; the older Gateway owns an address:port
  kPerGateway,  // cluster: each Gateway has a data plane of its own
};

// Where the gateway runs, as EndpointSlices say it of endpoints; empty: not known.
struct Location {
  std::string node;
  std::string zone;
  bool is_known() const { return !node.empty() || !zone.empty(); }
  friend bool operator==(const Location&, const Location&) = default;
};

struct CompileOptions {
  std::string controller_name = "tidegate.dev/gateway";
  // A Gateway of this class is served even where no GatewayClass of that name exists; empty: never.
  std::string default_class;
  Sockets sockets = Sockets::kShared;
  // Where the listeners of a Gateway without addresses are bound (kPerGateway: of every Gateway).
  std::vector<std::string> bind_addresses = {"0.0.0.0"};
  // What status tells for those; empty: the bind addresses themselves.
  std::vector<std::string> status_addresses;
  // kShared: the addresses that this machine can bind; absent: any address is taken on trust.
  std::optional<std::vector<std::string>> local_addresses;
  // kPerGateway: the addresses that the cluster gave to a Gateway, by "namespace/name"; none yet:
  // AddressNotAssigned.
  std::map<std::string, std::vector<std::string>> assigned_addresses;
  // Sockets that could not be bound, as "address:port" ("[::]:80"): their listeners are
  // PortUnavailable.
  std::vector<std::string> unavailable_sockets;
  // The processors there are; null: none, so every pipeline is Invalid. Outlives the compilations.
  const config::ProcessorCatalog* processors = nullptr;
  Location location;
  // gateway.networking.k8s.io/bundle-version of the installed CRDs; empty: not in a cluster.
  std::string crd_bundle_version;

  friend bool operator==(const CompileOptions&, const CompileOptions&) = default;
};

}  // namespace tidegate::gatewayapi
