#include "credential/url.h"

#include <algorithm>
#include <charconv>

namespace tidegate::credential {
namespace {

std::unexpected<Error> unusable(std::string_view what) {
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
              std::string("token URL: ").append(what));
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

Result<std::uint16_t> parse_port(std::string_view text, std::uint16_t usual) {
  if (text.empty()) return usual;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), port);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (text.front() != ':' || !whole || port == 0) return unusable("not a port");
  return port;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  Url url;
  text = text.substr(0, text.find('#'));
  url.tls = take_prefix(text, "https://");
  if (!url.tls && !take_prefix(text, "http://")) return unusable("neither http nor https");
  if (!is_visible(text)) return unusable("not visible ASCII");
  std::string_view authority = text.substr(0, text.find_first_of("/?"));
  const std::string_view target = text.substr(authority.size());
  if (authority.find_first_of("@\\") != authority.npos) return unusable("user information");
  const bool literal = authority.starts_with('[');
  const auto host_end = literal ? authority.find(']') : authority.find(':');
  if (literal && host_end == authority.npos) return unusable("not an IPv6 address");
  url.host = literal ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
  if (url.host.empty()) return unusable("no host");
  const std::string_view written =
      literal ? authority.substr(0, host_end + 1) : authority.substr(0, host_end);
  const std::uint16_t usual = url.tls ? 443 : 80;
  TIDEGATE_TRY(port, parse_port(authority.substr(written.size()), usual));
  url.port = port;
  url.authority = written;
  if (port != usual) url.authority += ":" + std::to_string(port);
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return url;
}

}  // namespace tidegate::credential
