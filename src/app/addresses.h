// Addresses as people type them on a command line.
#pragma once

#include <string_view>

#include "base/error.h"
#include "io/address.h"

namespace tidegate::app {

// "127.0.0.1:15000", "[::1]:15000", ":15000" (every address) or "localhost:15000".
// Errors: kInvalidConfig that quotes the text.
Result<io::Address> parse_listen_address(std::string_view text);

}  // namespace tidegate::app
