#include "http/authority.h"

#include "http/char_blocks.h"
#include "http/header_map.h"

namespace tidegate::http {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  std::uint32_t port = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (port == 0 || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

// Hexadecimal digits and colons, perhaps with a dotted IPv4 tail. Whether it is a possible address
// is for those who connect to it; here it must only be unambiguous text.
bool is_ipv6_text(std::string_view text) {
  if (text.size() < 2 || text.size() > 45) return false;
  int colons = 0;
  for (const char c : text) {
    if (c == ':') ++colons;
    if (c != ':' && c != '.' && hex_value(c) < 0) return false;
  }
  return colons >= 2 && colons <= 8;
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  Authority out;
  std::string_view rest;
  if (!text.empty() && text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    out.host = text.substr(1, close - 1);
    out.ipv6 = true;
    if (!is_ipv6_text(out.host)) return std::nullopt;
    rest = text.substr(close + 1);
  } else {
    const char* const end = text.data() + text.size();
    const char* const stop = skip_host(text.data(), end);
    const auto length = static_cast<std::size_t>(stop - text.data());
    if (length == 0 || length > 255) return std::nullopt;
    out.host = text.substr(0, length);
    rest = text.substr(length);
  }
  if (rest.empty()) return out;
  if (rest.front() != ':') return std::nullopt;
  out.port = parse_port(rest.substr(1));
  if (!out.port) return std::nullopt;
  return out;
}

bool same_authority(std::string_view a, std::string_view b, std::uint16_t default_port) {
  const auto left = parse_authority(a);
  const auto right = parse_authority(b);
  return left && right && iequals(left->host, right->host) && left->ipv6 == right->ipv6 &&
         left->port.value_or(default_port) == right->port.value_or(default_port);
}

}  // namespace tidegate::http
