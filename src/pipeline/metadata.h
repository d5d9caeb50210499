// What processors tell each other of an exchange, by namespace: Envoy's dynamic metadata. A value
// is the bytes of a google.protobuf.Struct, which nobody here looks into: merging two is writing
// one behind the other.   Source: protobuf encoding, "Last One Wins" and merging of maps.
// Thread: the worker's.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidegate::pipeline {

class Metadata {
 public:
  // Empty: nothing was told in that namespace.
  std::string_view find(std::string_view name) const {
    const auto found = std::ranges::find(spaces_, name, &Space::first);
    return found == spaces_.end() ? std::string_view() : std::string_view(found->second);
  }
  // Adds to what the namespace has; of equal keys the later one counts.
  void merge(std::string_view name, std::string_view bytes) {
    const auto found = std::ranges::find(spaces_, name, &Space::first);
    if (found != spaces_.end()) {
      found->second += bytes;
    } else {
      spaces_.emplace_back(name, bytes);
    }
  }

 private:
  using Space = std::pair<std::string, std::string>;
  std::vector<Space> spaces_;  // a few
};

}  // namespace tidegate::pipeline
