// Durations of the Gateway API.   Source: GEP-2257.
#pragma once

#include <chrono>
#include <string_view>

#include "base/error.h"

namespace tidegate::resource {

// Parses "1h30m", "500ms", "0s": one to four pairs of digits (1 to 5) and a unit out of h, m, s,
// ms. Errors: kInvalidConfig for anything else, negative, fractional and unit-less values included.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace tidegate::resource
