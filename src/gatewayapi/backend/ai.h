// spec.ai of a Backend as the data plane takes it.
#pragma once

#include "config/ai.h"
#include "gatewayapi/condition.h"
#include "llm/provider.h"
#include "resource/backend.h"

namespace tidegate::gatewayapi {

// Refuses a provider that nobody knows when nothing says what it speaks.
std::optional<Problem> check_ai(const resource::Backend& backend);

config::Ai make_ai(const resource::BackendAi& ai);

// The provider that it means, for what depends on it: where an API key goes.
const llm::Provider& provider_of(const resource::BackendAi& ai);

}  // namespace tidegate::gatewayapi
