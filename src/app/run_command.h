// `tidegate run`: the gateway from YAML files, until a signal ends it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/gateway.h"

namespace tidegate::app {

// Serves the resources in `paths` and follows their changes. SIGTERM and SIGINT drain; a second one
// stops at once; SIGHUP reads all files again, the price file too, retries ports that were in use
// and opens the access log again. on_serving: called once, when the first configuration is in
// effect; may be empty. Returns an exit code.   Thread: main, before any other thread starts.
int run_gateway(GatewaySettings settings, std::vector<std::string> paths,
                const std::function<void(const Gateway&)>& on_serving);

}  // namespace tidegate::app
