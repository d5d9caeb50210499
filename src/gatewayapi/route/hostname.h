// Hostnames of listeners and routes.
//
// A hostname is exact ("a.example.com"), a wildcard ("*.example.com": any number of labels in front
// of the suffix, at least one) or empty (every host). All are lower case.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::gatewayapi {

// Whether every host that `inner` stands for is also `outer`'s.
bool hostname_covers(std::string_view outer, std::string_view inner);

// Whether some host is both's.
bool hostnames_overlap(std::string_view a, std::string_view b);

// What a route's hostnames mean at a listener: for each that overlaps the listener's, the narrower
// of the two, in the route's order and without repeats. Empty: every host of the listener (the
// route names none). Absent: they have no host in common.
std::optional<std::vector<std::string>> intersect_hostnames(std::string_view listener,
                                                            std::span<const std::string> route);

}  // namespace tidegate::gatewayapi
