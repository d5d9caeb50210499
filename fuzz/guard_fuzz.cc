// Any text, looked at by all rules: places lie within it, and what is read in other ways is no
// longer than the text.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "guard/engine.h"
#include "guard/normal/disguise.h"
#include "guard/normal/fold.h"
#include "guard/rule_file.h"

namespace {

using namespace tidegate::guard;

void require(bool condition) {
  if (!condition) std::abort();
}

const Engine& engine() {
  static const auto made = [] {
    Policy policy;
    policy.paranoia = 4;
    policy.all_places = true;
    return Engine::make({*builtin_prompt_rules()}, policy);
  }();
  require(made.has_value());
  return *made;
}

void check_fold(std::string_view text) {
  std::string plain;
  std::string mapped;
  FoldCounts counts;
  Offsets offsets;
  fold(text, plain, counts);
  fold(text, mapped, counts, &offsets);
  require(plain == mapped && offsets.size() == plain.size() + 1 && offsets.back() == text.size());
  for (std::size_t i = 1; i < offsets.size(); ++i) require(offsets[i - 1] <= offsets[i]);
  std::vector<Reading> readings;
  read_spellings(plain, readings);
  for (const auto& one : readings) require(one.begin <= one.end && one.end <= plain.size());
  readings.clear();
  read_encodings(text, readings);
  for (const auto& one : readings) {
    require(one.begin <= one.end && one.end <= text.size() && one.text.size() <= text.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_fold(text);
  std::vector<Hit> hits;
  if (!engine().look(text, Channel::kToolResult, 0, hits)) return 0;
  for (const auto& hit : hits) require(hit.begin <= hit.end && hit.end <= size);
  add_up(hits, engine().policy());
  std::vector<Rule> rules;
  if (!parse_rules(text, Syntax::kProse, rules)) require(rules.empty());
  return 0;
}
