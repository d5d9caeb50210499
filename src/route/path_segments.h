// A path cut at its segments, with a hash of the path up to each cut.
//
// Prefix matching goes by whole segments: "/a/b" has the prefixes "", "/a" and "/a/b", never "/a/".
// One pass makes all hashes, so trying every prefix costs no more than reading the path once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "route/text_hash.h"

namespace tidegate::route {

// Deepest prefix that can be configured: the Gateway API allows 1024 characters, so 512 segments.
inline constexpr std::size_t kMaxPrefixSegments = 512;

// A prefix as matchers keep it: without trailing slashes; "" is the prefix of every path.
constexpr std::string_view trim_prefix(std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return prefix;
}

class PathSegments {
 public:
  struct Cut {
    std::uint32_t bytes;  // length of the path up to here
    std::uint64_t hash;
  };

  // Cuts `path` after at most `max_segments` segments. A path that does not begin with "/" has no
  // cut.
  PathSegments(std::string_view path, std::size_t max_segments) {
    if (!path.starts_with('/')) return;
    std::uint64_t hash = kHashSeed;
    cuts_[count_++] = Cut{.bytes = 0, .hash = hash};
    std::size_t slash = 0;
    while (count_ <= max_segments && count_ <= kMaxPrefixSegments && slash + 1 < path.size()) {
      std::size_t end = path.find('/', slash + 1);
      if (end == std::string_view::npos) end = path.size();
      hash = hash_text(path.substr(slash + 1, end - slash - 1), hash);
      cuts_[count_++] = Cut{.bytes = static_cast<std::uint32_t>(end), .hash = hash};
      slash = end;
    }
  }

  std::size_t count() const { return count_; }
  const Cut& operator[](std::size_t i) const { return cuts_[i]; }

 private:
  std::size_t count_ = 0;
  std::array<Cut, kMaxPrefixSegments + 1> cuts_;  // only the first count_ are set
};

}  // namespace tidegate::route
