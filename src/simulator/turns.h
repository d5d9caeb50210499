// Whether a conversation holds together as the providers demand: every call of a tool is answered
// by the turn behind it, nothing else is answered, and signatures come back as they went.
//
// These are the checks that a gateway between two dialects fails first, so the simulator makes them
// as the real services do. Thread: pure functions.   Source: the refusals of each API (2026-11).
#pragma once

#include <optional>
#include <string>

#include "simulator/model_request.h"

namespace tidegate::simulator {

// The API's words for what is wrong with request.input, which is validated JSON; empty: nothing.
std::optional<std::string> find_turn_problem(const ModelRequest& request);

}  // namespace tidegate::simulator
