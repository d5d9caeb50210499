#include "gatewayapi/route/hostname.h"

#include <algorithm>

namespace tidegate::gatewayapi {

bool hostname_covers(std::string_view outer, std::string_view inner) {
  if (outer.empty() || outer == inner) return true;
  if (inner.empty() || !outer.starts_with("*.")) return false;
  const std::string_view suffix = outer.substr(1);  // ".example.com"
  // For a wildcard `inner` the star stands for the labels in front of the suffix.
  return inner.size() > suffix.size() && inner.ends_with(suffix);
}

bool hostnames_overlap(std::string_view a, std::string_view b) {
  return hostname_covers(a, b) || hostname_covers(b, a);
}

std::optional<std::vector<std::string>> intersect_hostnames(std::string_view listener,
                                                            std::span<const std::string> route) {
  std::vector<std::string> common;
  for (const std::string& hostname : route) {
    if (!hostnames_overlap(listener, hostname)) continue;
    const std::string_view narrower =
        hostname_covers(listener, hostname) ? std::string_view(hostname) : listener;
    if (std::ranges::find(common, narrower) == common.end()) common.emplace_back(narrower);
  }
  if (common.empty() && !route.empty()) return std::nullopt;
  return common;
}

}  // namespace tidegate::gatewayapi
