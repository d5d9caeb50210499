#include "gatewayapi/backend/nearest.h"

namespace tidegate::gatewayapi {

using resource::TrafficDistribution;

std::vector<Nearness> wanted_nearness(const resource::Service& service, const BackendKey& key,
                                      const Location* location) {
  std::vector<Nearness> wanted;
  auto distribution = service.traffic_distribution;
  if (distribution == TrafficDistribution::kAnywhere && key.near) {
    distribution = TrafficDistribution::kPreferSameNode;
  }
  if (location != nullptr && distribution != TrafficDistribution::kAnywhere) {
    const bool by_node = distribution == TrafficDistribution::kPreferSameNode;
    if (by_node && !location->node.empty()) wanted.push_back(Nearness::kNode);
    if (!location->zone.empty()) wanted.push_back(Nearness::kZone);
  }
  wanted.push_back(Nearness::kAnywhere);
  return wanted;
}

bool is_near(const resource::SliceEndpoint& endpoint, Nearness nearness, const Location* location) {
  switch (nearness) {
    case Nearness::kNode:
      return endpoint.node == location->node;
    case Nearness::kZone:
      return endpoint.zone == location->zone;
    case Nearness::kAnywhere:
      break;
  }
  return true;
}

}  // namespace tidegate::gatewayapi
