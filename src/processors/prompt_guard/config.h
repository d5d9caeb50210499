// Configuration of PromptGuard.   Reference: docs/reference/prompt-guard.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guard/policy.h"
#include "guard/rule.h"
#include "guard/turns.h"

namespace tidegate::processors::prompt_guard {

// From the mildest to the gravest.
enum class Action : std::uint8_t { kReport, kFlag, kRedact, kBlock };

// A category that is judged for itself, and then counts for nothing else.
struct CategoryRule {
  std::string category;
  Action action = Action::kBlock;
  std::uint64_t threshold = 5;
};

struct Config {
  Action action = Action::kBlock;
  std::uint64_t threshold = 5;  // points
  std::vector<CategoryRule> categories;
  std::string header = "x-tidegate-prompt-guard";
  std::string mark = "[removed]";  // what Redact puts in place
  tidegate::guard::Policy policy;
  tidegate::guard::TurnsPolicy turns;
  std::vector<tidegate::guard::Rule> rules;  // the user's own

  bool uses(Action wanted) const;
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::prompt_guard
