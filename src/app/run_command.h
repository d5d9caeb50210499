// `tidegate run`: the gateway from YAML files, until a signal ends it.
#pragma once

#include <string>
#include <vector>

#include "app/gateway.h"

namespace tidegate::app {

// Exit codes that scripts can rely on.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;       // it could not run
inline constexpr int kExitUsage = 2;         // the command line is wrong
inline constexpr int kExitBadResources = 3;  // files were read and are wrong

// Serves the resources in `paths` and follows their changes. SIGTERM and SIGINT drain; a second one
// stops at once; SIGHUP opens the access log again. Returns an exit code.
int run_gateway(GatewaySettings settings, std::vector<std::string> paths);

}  // namespace tidegate::app
