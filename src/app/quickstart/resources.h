// The YAML that `tidegate quickstart` makes of what it found.
#pragma once

#include <string>

#include "app/quickstart/findings.h"
#include "io/address.h"

namespace tidegate::app {

// One Gateway, one HTTPRoute, a Backend for each provider; the simulator when nothing was found.
// Models whose name begins with "claude-" and the Anthropic API go to Anthropic, a model of a local
// server goes there, everything else to OpenAI, or else to the first of what there is.
// No secret is in it: it refers to those of format_secrets().
std::string format_resources(const Findings& findings, const io::Address& listen);

// The Secrets with the keys; empty when there are none. For a file that only its owner may read.
std::string format_secrets(const Findings& findings);

}  // namespace tidegate::app
