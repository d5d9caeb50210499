// Where to put a threshold between scores.   Thread: pure function.
#pragma once

#include <vector>

namespace tidegate::intent {

// The threshold from which on as many of `own` and as few of `foreign` scores lie as can be: the
// one with the best mean of both rates, in the middle of the gap where it stays the best.
// Without own scores: halfway from the best foreign one to 1. Without foreign ones: the lowest own
// one, less a tenth. Without any: 0.6.
float fit_threshold(std::vector<float> own, std::vector<float> foreign);

}  // namespace tidegate::intent
