// Configuration of SemanticRouter.   Reference: docs/reference/semantic-router.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "intent/exemplars.h"
#include "processors/embeddings.h"

namespace tidegate::processors::semantic_router {

// Where a request goes. All empty: as it would without this.
struct Target {
  std::string model;
  std::string backend;   // of the pipeline's list
  bool reroute = false;  // routes are matched again for the model
};

// Decides before likeness does: all that it says holds.
struct Rule {
  std::size_t intent = 0;
  std::vector<std::string> keywords;  // one of them
  std::optional<std::uint64_t> min_characters;
  std::optional<std::uint64_t> max_characters;
};

struct Config {
  enum class Input : std::uint8_t { kLastUserMessage, kUserMessages };

  Embeddings embeddings;
  std::string trained_file;  // of `tidegate route train`, instead of examples
  Input input = Input::kLastUserMessage;
  std::uint64_t max_bytes = 2048;
  double margin = 0.02;
  std::string header = "x-tidegate-intent";
  std::vector<Rule> rules;
  std::vector<intent::Intent> intents;
  std::vector<Target> targets;  // of the intents
  std::vector<std::string> out_of_scope;
  Target fallback;
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::semantic_router
