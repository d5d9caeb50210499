#include "app/quickstart/findings.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "json/cursor.h"
#include "json/scan.h"

namespace tidegate::app {
namespace {

constexpr std::size_t kMaxModels = 32;

Error bad_url(std::string_view text) {
  return Error(ErrorCode::kInvalidConfig, Origin::kInternal,
               fmt::format("\"{}\" is no http:// or https:// URL", text));
}

}  // namespace

Result<BaseUrl> parse_base_url(std::string_view text) {
  BaseUrl url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
    url.tls = false;
    url.port = 80;
  } else {
    return std::unexpected(bad_url(text));
  }
  const std::size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  if (slash != rest.npos) url.path = rest.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  const std::size_t colon = authority.rfind(':');
  if (colon != authority.npos && !authority.ends_with(']')) {
    const std::string_view digits = authority.substr(colon + 1);
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, url.port);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::unexpected(bad_url(text));
    authority = authority.substr(0, colon);
  }
  url.host = authority;
  if (url.host.empty() || url.host.find_first_of("@?#\"' ") != std::string::npos || url.port == 0 ||
      url.path.find_first_of("?#\"' \\\n") != std::string::npos) {
    return std::unexpected(bad_url(text));
  }
  return url;
}

Result<Findings> find_keys(const Environment& environment) {
  Findings found;
  if (auto key = environment("OPENAI_API_KEY"); !key.empty()) found.openai_key = Secret(key);
  if (auto key = environment("ANTHROPIC_API_KEY"); !key.empty()) found.anthropic_key = Secret(key);
  if (const auto text = environment("OPENAI_BASE_URL"); !text.empty()) {
    auto url = parse_base_url(text);
    if (!url) {
      return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                  "OPENAI_BASE_URL: " + url.error().detail);
    }
    found.openai_url = std::move(*url);
  }
  return found;
}

std::vector<std::string> parse_model_ids(std::string_view json) {
  std::vector<std::string> ids;
  if (!json::validate(json, Origin::kInternal)) return ids;
  json::ArrayCursor entries(json::find_member(json, "data").value_or("[]"));
  while (const auto entry = entries.next()) {
    const auto id = json::unquote(json::find_member(*entry, "id").value_or(""));
    // Names with escapes would need quoting in YAML, and no model has one.
    const bool plain = !id.empty() && id.size() <= 253 && id.find_first_of("\\\"'") == id.npos;
    if (plain && ids.size() < kMaxModels) ids.emplace_back(id);
  }
  return ids;
}

}  // namespace tidegate::app
