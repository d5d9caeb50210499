// Matches, filters and endpoints in words.   Thread: pure functions.
#pragma once

#include <string>
#include <vector>

#include "config/http_route.h"
#include "pipeline/chain.h"

namespace tidegate::app {

// "path prefix /v1, method POST, header x-a = b, query q ~ [0-9]+"
std::string describe_match(const config::HttpMatch& match);
// In the order of their effect; timeouts and retries at the end.
std::vector<std::string> describe_filters(const config::HttpRule& rule);
// "127.0.0.1:8000", "api.example.com:443", "simulator"; none when no endpoint is ready.
std::vector<std::string> describe_endpoints(const config::Backend& backend);

// "PromptTools RequestBody, when stream, timeout 200ms, Open, Report, group guards"
std::string describe_processor(const pipeline::CompiledProcessor& processor);

}  // namespace tidegate::app
