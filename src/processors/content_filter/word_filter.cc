#include "processors/content_filter/word_filter.h"

namespace tidegate::processors::content_filter {
namespace {

using patterns::Matcher;
using Kind = Matcher::Found::Kind;

// A letter before a match decides whether a word begins there.
constexpr std::size_t kContextBytes = 8;

}  // namespace

WordFilter::WordFilter(const RuleSet& rules, const Time& time, Findings& findings, bool is_json)
    : rules_(rules),
      time_(time),
      findings_(findings),
      text_(is_json, kContextBytes, llm::LaneText::Outside::kHidden),
      reported_(is_json, kContextBytes, llm::LaneText::Outside::kHidden) {}

Result<bool> WordFilter::feed(std::string_view piece, std::string& out) {
  if (blocks_) return true;
  const bool had = text_.has_untold();
  if (had && time_.max_held.count() > 0 && time_.now - held_since_ >= time_.max_held) {
    text_.tell(text_.plain().size(), out);
  }
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
  if (holds && !had) held_since_ = time_.now;
  text_.compact();
  return had || changed || holds;
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
