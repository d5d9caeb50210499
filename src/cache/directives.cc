#include "cache/directives.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace tidegate::cache {
namespace {

constexpr std::int64_t kMostSeconds = 0x7FFFFFFF;  // as large as a cache must be able to tell

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
  });
  return out;
}

}  // namespace

std::optional<std::chrono::seconds> read_seconds(std::string_view value) {
  value = trim(value);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  if (value.empty() || !std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  std::int64_t number = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc()) number = kMostSeconds;
  return std::chrono::seconds(std::min(number, kMostSeconds));
}

void read_cache_control(std::string_view value, Directives& out) {
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    const std::string_view directive = value.substr(0, end);
    value.remove_prefix(std::min(end + 1, value.size()));
    const std::size_t equals = std::min(directive.find('='), directive.size());
    const std::string name = lower(trim(directive.substr(0, equals)));
    if (name == "no-cache") out.no_cache = true;
    if (name == "no-store") out.no_store = true;
    if (name == "only-if-cached") out.only_if_cached = true;
    if (name != "max-age") continue;
    const std::string_view argument =
        equals == directive.size() ? std::string_view() : directive.substr(equals + 1);
    out.max_age = read_seconds(argument).value_or(std::chrono::seconds(0));
  }
}

}  // namespace tidegate::cache
