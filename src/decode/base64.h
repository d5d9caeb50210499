// Base64 as Secrets and ConfigMaps carry it.   Source: RFC 4648 section 4; line ends inside are
// skipped.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidegate::decode {

// The decoded bytes; absent when the text is not base64 with its padding.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace tidegate::decode
