// What no document may contain, whatever its syntax: bytes that are not UTF-8, and control
// characters.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "yaml/parse.h"

namespace tidegate::yaml {

// The first line of `text` that is not clean, if any. `first_line` is the number of the text's
// first line.
std::optional<Problem> find_unclean_text(std::string_view text, std::uint32_t first_line);

}  // namespace tidegate::yaml
