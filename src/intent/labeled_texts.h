// Texts to learn from or to be judged by, with what they want: one JSON object on each line.
//
//   {"text": "where is my order", "intent": "order_status"}
//   {"text": "tell me a joke"}                               none of the intents
//
// Thread: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tidegate::intent {

inline constexpr std::size_t kMaxLabeledTexts = 200'000;
inline constexpr std::size_t kMaxLabeledBytes = 65'536;  // of one text
// A decision tells its intent in a header field, and routes are matched by it.
inline constexpr std::size_t kMaxIntents = 64;

struct Labeled {
  std::string text;
  std::string intent;  // empty: none of them
};

// Lower case letters, digits, "-" and "_", 63 at most, and not "none".
bool is_intent_name(std::string_view name);

// Empty lines are passed over.
// Errors: kInvalidConfig, with the number of the first line that is wrong and why.
Result<std::vector<Labeled>> parse_labeled_texts(std::string_view lines);

}  // namespace tidegate::intent
