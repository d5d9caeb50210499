// Texts of a stream in smaller pieces: for a whole reply that is played as one.   Thread: pure
// function.
#pragma once

#include <cstddef>
#include <vector>

#include "llm/conversation/reply.h"

namespace tidegate::llm {

// Splits texts and arguments into deltas of about `bytes` (at least 1), never within a character or
// an escape.
void split_texts(std::vector<ReplyStep>& steps, std::size_t bytes);

}  // namespace tidegate::llm
