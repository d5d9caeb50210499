// spec.ai of a Backend as the data plane takes it.
#pragma once

#include "config/ai.h"
#include "llm/provider.h"
#include "resource/backend_ai.h"

namespace tidegate::gatewayapi {

config::Ai make_ai(const resource::BackendAi& ai);

// The provider that it means, for what depends on it: where an API key goes.
const llm::Provider& provider_of(const resource::BackendAi& ai);

}  // namespace tidegate::gatewayapi
