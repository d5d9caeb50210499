#include "route/host_table.h"

#include <algorithm>
#include <cstring>

namespace tidegate::route {
namespace {

constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// Whether a letter is upper case; looks at all bytes, sixteen at a time when compiled.
bool has_upper(std::string_view host) {
  unsigned found = 0;
  for (const char c : host) found |= static_cast<unsigned>(is_upper(c));
  return found != 0;
}

// The authority without its port: "[::1]:80" keeps its brackets.
std::string_view without_port(std::string_view authority) {
  if (authority.empty()) return authority;
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    return bracket == std::string_view::npos ? authority : authority.substr(0, bracket + 1);
  }
  const void* colon = std::memchr(authority.data(), ':', authority.size());
  if (colon == nullptr) return authority;
  return {authority.data(), static_cast<const char*>(colon)};
}

}  // namespace

std::string_view normalize_host(std::string_view authority, std::span<char> buffer) {
  std::string_view host = without_port(authority);
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() > kMaxHostBytes || host.size() > buffer.size()) return {};
  if (!has_upper(host)) return host;
  std::ranges::transform(host, buffer.begin(), [](char c) {
    return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return {buffer.data(), host.size()};
}

void HostTable::reserve(std::size_t count) {
  index_.reserve(count);
  entries_.reserve(count);
}

std::uint32_t HostTable::add(std::string_view hostname, std::uint32_t value) {
  if (hostname.empty()) {
    if (catch_all_ == kAbsent) catch_all_ = value;
    return catch_all_;
  }
  const bool wildcard = hostname.starts_with("*.");
  const std::string_view text = wildcard ? hostname.substr(2) : hostname;
  if (const std::uint32_t present = find_entry(text, wildcard); present != kAbsent) return present;
  index_.insert(hash_of(text, wildcard), static_cast<std::uint32_t>(entries_.size()));
  entries_.push_back(Entry{.text = text, .value = value, .wildcard = wildcard});
  if (wildcard) {
    longest_suffix_ = std::max(longest_suffix_, text.size());
  } else {
    ++exact_count_;
  }
  return value;
}

std::uint32_t HostTable::find(std::string_view host) const {
  std::uint32_t found = kAbsent;
  walk(host, [&found](std::uint32_t value) {
    found = value;
    return true;
  });
  return found;
}

}  // namespace tidegate::route
