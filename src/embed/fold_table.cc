#include "embed/fold_table.h"

namespace tidegate::embed {
namespace {

#include "embed/fold_table.inc"

}  // namespace

std::span<const CharRange> char_ranges() { return kRanges; }
std::span<const FoldRun> fold_runs() { return kRuns; }
std::span<const LongFold> long_folds() { return kLongFolds; }

}  // namespace tidegate::embed
