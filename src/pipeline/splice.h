// Edits of a payload as splices: what no edit touches goes out byte for byte.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "pipeline/effects.h"

namespace tidegate::pipeline {

// Sorts `edits` by place. Insertions at one place keep their order.
// Errors: kMalformed, origin internal: an edit is outside of `size` bytes, or two overlap.
Result<void> arrange(std::vector<PayloadEdit>& edits, std::size_t size);

// REQUIRES: arrange() took the edits.
std::string splice(std::string_view text, const std::vector<PayloadEdit>& edits);

}  // namespace tidegate::pipeline
