#include "app/addresses.h"

#include <fmt/format.h>

#include <charconv>

namespace tidegate::app {

Result<io::Address> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::uint16_t port = 0;
  const std::string_view digits = colon == text.npos ? std::string_view() : text.substr(colon + 1);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                fmt::format("\"{}\" is not an ADDRESS:PORT", text));
  }
  std::string_view host = text.substr(0, colon);
  if (host.empty()) host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  return io::Address::parse(host, port);
}

}  // namespace tidegate::app
