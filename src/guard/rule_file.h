// Rules as they stand in YAML files (data/guard) and in configurations.
//
//   lists:                      # words that patterns name
//     prior: [previous, "prior|above"]
//   rules:
//   - id: override.previous
//     category: override
//     severity: critical        # critical, error, warning, notice
//     paranoia: 1
//     channels: [user]          # usually: all; of HTTP requests all but header and upload
//     tags: [stacked]           # names by which it is excluded
//     form: sql                 # of HTTP requests: text, sql, shell, path
//     pattern: "ignore ~(?:{prior}) instructions"
//     tests: {match: [...], miss: [...]}
//
// In a pattern of prose a blank is up to three characters that are no letters, `~3` is up to three
// words of one sentence (18 characters), `~` up to seven, and {prior} is one word of the list. The
// rest is Hyperscan's part of PCRE, and all of it in patterns of HTTP requests but for {prior}.
// Case does not matter, nor do accents.   Thread: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "decode/field_reader.h"
#include "guard/rule.h"
#include "patterns/pattern_set.h"

namespace tidegate::guard {

inline constexpr std::size_t kMaxPattern = 4096;

// Lists of words, by name; each is a piece of a regular expression.
using WordLists = std::map<std::string, std::string, std::less<>>;

enum class Syntax : std::uint8_t { kProse, kPlain };

// Reads one rule; fails for what is wrong with it, a pattern that does not compile included where
// `compile` says so.
enum class Compile : std::uint8_t { kNo, kYes };
void read_rule(const decode::Node& node, const WordLists& lists, Syntax syntax, Compile compile,
               Rule& out);

// Reads a file of rules and appends them.
// Errors: kInvalidConfig, with all that is wrong, each with its path and line.
Result<void> parse_rules(std::string_view yaml, Syntax syntax, std::vector<Rule>& out);

// As rules are compiled. Views into `rules`.
std::vector<patterns::Pattern> patterns_of(const std::vector<Rule>& rules);

// The rules of this binary: of prompts (data/guard/prompt), of HTTP requests (data/guard/web).
Result<std::vector<Rule>> builtin_prompt_rules();
Result<std::vector<Rule>> builtin_web_rules();

}  // namespace tidegate::guard
