// Moments as token endpoints and signatures write them.   Thread: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tidegate::credential {

// "20150830T123600Z" (ISO 8601 basic), in seconds.
std::string format_basic_time(WallTime time);
// RFC 3339: "2015-08-30T12:36:00Z", with a fraction (dropped) or an offset.
std::optional<WallTime> parse_timestamp(std::string_view text);

}  // namespace tidegate::credential
