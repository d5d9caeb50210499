// A Service's port as a backend: its ready endpoints, protocol and TLS.
//
// Endpoints come from EndpointSlices alone, so headless Services and those without selector are no
// special case. A Service without ready endpoints is a backend without endpoints: 503.
#pragma once

#include "gatewayapi/backend/backend_table.h"

namespace tidegate::gatewayapi {

// Problems: BackendNotFound (no such Service or port), UnsupportedProtocol (appProtocol, or a port
// of the other transport), InvalidKind (ExternalName, refused because of CVE-2021-25740).
ResolvedBackend resolve_service(const BackendKey& key, const BackendInputs& inputs);

}  // namespace tidegate::gatewayapi
