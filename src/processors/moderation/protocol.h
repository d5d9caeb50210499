// What a moderation model is asked, and what it answers.
//
//   POST /v1/moderations  {"model":"omni-moderation-latest","input":["...","..."]}
//   {"id":"modr-1","model":"...","results":[{"flagged":true,"categories":{"violence":true,...},
//    "category_scores":{"violence":0.98,...}}]}          one result for each input, in order
//
// Mistral's results have no "flagged": any category that is true is as much.
// Source: OpenAI API reference, Moderations (2026-11); Mistral AI API, Classifiers, Moderations
// (2026-11).   Thread: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "processors/moderation/config.h"
#include "processors/text_view/shown.h"

namespace tidegate::processors::moderation {

// Of what an answer finds: their names go to clients.
inline constexpr std::size_t kMaxCategories = 64;
inline constexpr std::size_t kMaxCategoryBytes = 128;

// The body of a question about these texts: those that are longer than `max_text_bytes` are several
// inputs, cut between characters. `inputs` becomes their number.
// Errors: kLimit: more than Config::kMaxTexts inputs.
Result<std::string> format_question(const Config& config,
                                    std::span<const text_view::ShownText> texts,
                                    std::size_t& inputs);

// The categories that the answer finds in any input, each once, as the configuration or the
// provider orders them. Empty: nothing is wrong. Errors: kMalformed, origin upstream: not the shape
// above, another number of results, or a category
//         with a threshold that has no score, names that are too many or too long.
Result<std::vector<std::string>> find_flagged(std::string_view body, const Config& config,
                                              std::size_t inputs);

}  // namespace tidegate::processors::moderation
