// Configuration of Moderation.   Reference: docs/reference/moderation.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "processors/text_view/selection.h"

namespace tidegate::processors::moderation {

// A category of the provider's and the score from which on it counts.
struct Threshold {
  std::string category;
  double score = 0;
};

struct Config {
  // What a moderation model takes at once is bounded by its context: 32,768 tokens of OpenAI's.
  static constexpr std::size_t kMaxTexts = 64;

  std::string path = "/v1/moderations";
  std::string model = "omni-moderation-latest";
  std::vector<Threshold> thresholds;  // empty: the provider's own verdict
  std::size_t max_text_bytes = 16 * 1024;
  std::uint16_t status = 403;
  text_view::Selection selection;

  Config();
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::moderation
