// "Did you mean ...?": the nearest of the known words.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace tidegate::decode {

// The known word nearest to `word`, when it is near enough to be a slip: other case, or up to a
// third of its letters (at most 3) inserted, left out, replaced or swapped. Absent otherwise.
std::optional<std::string_view> find_similar(std::string_view word,
                                             std::span<const std::string_view> known);

}  // namespace tidegate::decode
