// What is odd about a text whatever it says: characters that nobody sees, words that mix alphabets.
//
// Anomalies are rules without a pattern: they have ids, count and are excluded as others are.
// Honest texts can be odd: all together they have no more points than Policy::soft_points. Thread:
// pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "guard/normal/fold.h"
#include "guard/rule.h"

namespace tidegate::guard {

std::span<const Rule> anomaly_rules();

// Positions in anomaly_rules() of what is odd about a text, given folded.
std::vector<std::size_t> find_anomalies(std::string_view folded, const FoldCounts& counts,
                                        Channel channel);

}  // namespace tidegate::guard
