// Parameters of queries and of application/x-www-form-urlencoded bodies, as texts to look at.
//
// Lenient, since backends are: a broken escape stays as it is, and is told as a flaw.
// Thread: pure functions.   Source: WHATWG URL 5.1.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "waf/part.h"

namespace tidegate::waf {

// Adds names (kName) and values (`channel`) of "a=1&b=2", decoded once, '+' as a blank.
void read_form(std::string_view text, guard::Channel channel, Arena& arena, Parts& out);

// "%41" as "A". A view of `text` where nothing is escaped; `broken` is set where an escape is.
enum class Plus : std::uint8_t { kStays, kBlank };
std::string_view decode_percent(std::string_view text, Plus plus, Arena& arena, bool& broken);

}  // namespace tidegate::waf
