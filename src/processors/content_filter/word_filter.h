// The filter of one text: what is redacted is replaced, what blocks ends it, what is reported is
// counted. Back is held only what may still become a match.   Thread: one owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "llm/text/lane_text.h"
#include "processors/content_filter/rule_set.h"
#include "processors/text_filter.h"

namespace tidegate::processors::content_filter {

// What was found in an exchange, in one direction.
struct Findings {
  std::vector<std::uint32_t> by_category;  // how often
  const Category* blocked = nullptr;       // what must not pass
  bool changed = false;                    // since the last look at `changed`

  void count(std::size_t category) {
    if (by_category.size() <= category) by_category.resize(category + 1);
    ++by_category[category];
    changed = true;
  }
};

class WordFilter final : public TextFilter {
 public:
  // All outlive the object.
  WordFilter(const RuleSet& rules, const HoldBack& hold, Findings& findings, bool is_json);

  Result<bool> feed(std::string_view piece, std::string& out) override;
  Result<void> finish(std::string& out) override;
  SteadyTime held_until() const override;
  Result<void> release(SteadyTime now, std::string& out) override;
  bool blocks() const override { return blocks_; }

 private:
  bool enforce(patterns::Matcher::Rest rest, std::string& out);
  void report(patterns::Matcher::Rest rest);

  const RuleSet& rules_;
  const HoldBack& hold_;
  Findings& findings_;
  llm::LaneText text_;
  llm::LaneText reported_;  // the same text, looked at apart
  std::string unused_;
  SteadyTime held_since_;
  bool blocks_ = false;
};

}  // namespace tidegate::processors::content_filter
