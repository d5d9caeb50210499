// Certificates and client validation of TLS listeners.
#pragma once

#include "gatewayapi/listener/topology.h"

namespace tidegate::gatewayapi {

// Sets tls of a listener that terminates TLS, or unresolved, unusable and not_accepted as its
// references fail. `owner` is the Gateway or ListenerSet whose ReferenceGrants count for
// certificates; `gateway` has the client validation of the listener's port. Needs judge_protocol().
void judge_tls(ServedListener& listener, const Referrer& owner, const resource::Gateway& gateway,
               const Lookup& lookup);

// Whether some validation of a Gateway lets clients without a valid certificate pass.
bool uses_insecure_fallback(const resource::GatewayTls& tls);

}  // namespace tidegate::gatewayapi
