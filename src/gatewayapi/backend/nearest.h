// Which endpoints of a Service the gateway prefers: those that are near, while there are ready
// ones.
#pragma once

#include "gatewayapi/backend/backend_table.h"

namespace tidegate::gatewayapi {

// How near an endpoint has to be.
enum class Nearness : std::uint8_t { kNode, kZone, kAnywhere };

// What is tried in turn: the first that has a ready endpoint is it.
std::vector<Nearness> wanted_nearness(const resource::Service& service, const BackendKey& key,
                                      const Location* location);
bool is_near(const resource::SliceEndpoint& endpoint, Nearness nearness, const Location* location);

}  // namespace tidegate::gatewayapi
