// `tidegate quickstart`: a gateway from what this machine has, with no file to write first.
#pragma once

#include <string>

#include "app/gateway.h"
#include "app/quickstart/findings.h"

namespace tidegate::app {

enum class Sources : std::uint8_t {
  kFound,      // keys of the environment and local model servers; the simulator when there are none
  kSimulator,  // the simulator whatever there is
};

struct QuickstartSettings {
  std::string listen = "127.0.0.1:8080";
  Sources sources = Sources::kFound;
  GatewaySettings gateway;
};

// Writes the YAML it chooses to the state directory ($XDG_STATE_HOME/tidegate/quickstart, else
// ~/.local/state/..., else ./tidegate-quickstart): gateway.yaml, and secrets.yaml with the keys,
// which only its owner can read. Then tells what it found and what to try, and serves until a
// signal ends it. Returns an exit code.   Thread: main, before any other thread starts.
int run_quickstart(QuickstartSettings settings, const Environment& environment);

// Prints the YAML that would be chosen, without keys, and serves nothing. Returns an exit code.
int print_quickstart(const QuickstartSettings& settings, const Environment& environment);

}  // namespace tidegate::app
