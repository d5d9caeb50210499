// What passages are looked up for: what users say last.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "llm/text/text.h"

namespace tidegate::processors::retrieval {

// The texts of users in the last `messages` messages that have any, in their order, a line each.
// Of more than `most` bytes both ends: what is asked stands before or after what it is about.
std::string find_question(std::span<const llm::Text> texts, std::size_t messages, std::size_t most);

// Bytes of whole characters: at most `most` from the beginning, or from the end.
std::string_view cut_front(std::string_view text, std::size_t most);
std::string_view cut_back(std::string_view text, std::size_t most);

}  // namespace tidegate::processors::retrieval
