#include "processors/content_filter/word_filter.h"

namespace tidegate::processors::content_filter {
namespace {

using patterns::Matcher;
using Kind = Matcher::Found::Kind;

// A letter before a match decides whether a word begins there.
constexpr std::size_t kContextBytes = 8;

}  // namespace

WordFilter::WordFilter(const RuleSet& rules, const HoldBack& hold, Findings& findings, bool is_json)
    : rules_(rules),
      hold_(hold),
      findings_(findings),
      text_(is_json, kContextBytes, llm::LaneText::Outside::kHidden),
      reported_(is_json, kContextBytes, llm::LaneText::Outside::kHidden) {}

Result<bool> WordFilter::feed(std::string_view piece, std::string& out) {
  if (blocks_) return true;
  const bool had = text_.has_untold();
  TIDEGATE_TRY_VOID(release(hold_.now, out));
  if (blocks_) return true;
  const std::size_t before = text_.plain().size();
  text_.append(piece);
  bool changed = false;
  if (rules_.enforced() != nullptr) {
    changed = enforce(Matcher::Rest::kMayFollow, out);
  } else {
    text_.tell(text_.plain().size(), out);
  }
  if (rules_.reported() != nullptr) {
    reported_.append(piece);
    report(Matcher::Rest::kMayFollow);
  }
  const bool holds = text_.has_untold();
  // What is held may be another part of the text by now.
  if (holds && (!had || text_.told() >= before)) held_since_ = hold_.now;
  text_.compact();
  return had || changed || holds;
}

SteadyTime WordFilter::held_until() const {
  // The beginning of an escape alone is no text yet.
  const bool holds = !blocks_ && text_.told() < text_.plain().size();
  return holds ? hold_.until(held_since_) : SteadyTime::max();
}

Result<void> WordFilter::release(SteadyTime now, std::string& out) {
  if (held_until() > now) return {};
  // What is a match as it stands is one, though the word might go on.
  enforce(Matcher::Rest::kNone, out);
  return {};
}

Result<void> WordFilter::finish(std::string& out) {
  if (blocks_) return {};
  text_.finish();
  if (rules_.enforced() != nullptr) enforce(Matcher::Rest::kNone, out);
  if (!blocks_) text_.tell(text_.plain().size(), out);
  if (rules_.reported() != nullptr) {
    reported_.finish();
    report(Matcher::Rest::kNone);
  }
  return {};
}

// Tells what is decided. Returns whether something was put in place of a part of it.
bool WordFilter::enforce(Matcher::Rest rest, std::string& out) {
  bool changed = false;
  while (true) {
    const auto found = rules_.enforced()->find(text_.plain(), text_.told(), rest);
    if (found.kind != Kind::kMatch) {
      text_.tell(found.kind == Kind::kOpen ? found.begin : text_.plain().size(), out);
      return changed;
    }
    changed = true;
    const auto category = rules_.category_of_enforced(found.rule);
    findings_.count(category);
    text_.tell(found.begin, out);
    if (rules_.action_of(category) == Action::kBlock) {
      findings_.blocked = &rules_.category(category);
      blocks_ = true;
      return true;
    }
    text_.replace(found.end, rules_.category(category).replacement, out);
  }
}

void WordFilter::report(Matcher::Rest rest) {
  unused_.clear();
  while (true) {
    const auto found = rules_.reported()->find(reported_.plain(), reported_.told(), rest);
    if (found.kind != Kind::kMatch) {
      reported_.tell(found.kind == Kind::kOpen ? found.begin : reported_.plain().size(), unused_);
      break;
    }
    findings_.count(rules_.category_of_reported(found.rule));
    reported_.tell(found.end, unused_);
  }
  reported_.compact();
}

}  // namespace tidegate::processors::content_filter
