#include "patterns/matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "patterns/characters.h"
#include "patterns/expression.h"

namespace tidegate::patterns {
namespace {

using Set = std::vector<std::uint32_t>;  // states of the Nfa, in order

// Of all sets together: bounds the time to compile.
constexpr std::size_t kMaxSetMembers = 2U << 20;

Result<ParsedExpression> add(const MatcherRule& rule, std::uint32_t number, Nfa& nfa) {
  if (rule.kind == MatcherRule::Kind::kExpression) {
    return add_expression(rule.text, rule.any_case, number, nfa);
  }
  auto parsed = add_words(rule.text, rule.any_case, number, nfa);
  if (parsed && rule.kind == MatcherRule::Kind::kPart) {
    parsed->word_begins = parsed->word_ends = false;
  }
  return parsed;
}

Result<ParsedExpression> add_checked(const MatcherRule& rule, std::uint32_t number,
                                     const Matcher::Limits& limits, Nfa& nfa) {
  auto parsed = add(rule, number, nfa);
  if (parsed && parsed->max_bytes > limits.max_match_bytes) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                fmt::format("could match {} bytes, more than the {} that are held back",
                            parsed->max_bytes, limits.max_match_bytes));
  }
  return parsed;
}

}  // namespace

class Matcher::Compiler {
 public:
  Compiler(std::span<const MatcherRule> rules, const Limits& limits)
      : rules_(rules), limits_(limits) {}

  Result<Matcher> compile() {
    Set all;
    Set inside;
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
      auto parsed = add_checked(rules_[i], i, limits_, nfa_);
      if (!parsed) {
        return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                    fmt::format("{}: {}", i, parsed.error().detail));
      }
      word_ends_.push_back(parsed->word_ends);
      all.push_back(parsed->start);
      if (!parsed->word_begins) inside.push_back(parsed->start);
    }
    find_classes();
    number_of(Set());  // kDead
    made_.start_ = number_of(close(std::move(all)));
    made_.start_inside_ = number_of(close(std::move(inside)));
    for (std::uint32_t state = 0; state < sets_.size(); ++state) {
      if (sets_.size() > limits_.max_states || members_ > kMaxSetMembers) {
        return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                    "0: the expressions together are too complex");
      }
      expand(state);
    }
    for (unsigned byte = 0; byte < 256; ++byte) {
      made_.may_begin_[byte] =
          made_.next_[made_.start_ * made_.classes_ + made_.class_of_[byte]] != kDead;
    }
    return std::move(made_);
  }

 private:
  // Bytes that no state tells apart are one class.
  void find_classes() {
    std::array<bool, 257> begins{};
    begins[0] = true;
    for (const auto& state : nfa_.states) {
      if (state.kind != Nfa::State::Kind::kBytes) continue;
      begins[state.low] = true;
      begins[state.high + 1U] = true;
    }
    std::size_t count = 0;
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (begins[byte]) {
        ++count;
        first_of_.push_back(static_cast<std::uint8_t>(byte));
      }
      made_.class_of_[byte] = static_cast<std::uint8_t>(count - 1);
    }
    made_.classes_ = count;
  }

  // What can be reached without reading; splits themselves are left out.
  Set close(Set todo) {
    Set out;
    ++mark_;
    marks_.resize(nfa_.states.size(), 0);
    while (!todo.empty()) {
      const auto at = todo.back();
      todo.pop_back();
      if (at == Nfa::kNone || marks_[at] == mark_) continue;
      marks_[at] = mark_;
      const auto& state = nfa_.states[at];
      if (state.kind == Nfa::State::Kind::kSplit) {
        todo.push_back(state.next);
        todo.push_back(state.other);
      } else {
        out.push_back(at);
      }
    }
    std::ranges::sort(out);
    return out;
  }

  std::uint32_t number_of(Set set) {
    const auto [entry, is_new] =
        numbers_.try_emplace(std::move(set), static_cast<std::uint32_t>(sets_.size()));
    if (is_new) {
      sets_.push_back(&entry->first);
      members_ += entry->first.size();
      add_endings(entry->first);
    }
    return entry->second;
  }

  void add_endings(const Set& set) {
    std::vector<std::uint32_t> rules;
    bool goes_on = false;
    for (const auto at : set) {
      const auto& state = nfa_.states[at];
      if (state.kind == Nfa::State::Kind::kAccept) rules.push_back(state.next);
      goes_on = goes_on || state.kind == Nfa::State::Kind::kBytes;
    }
    std::ranges::sort(rules);
    made_.accepts_.push_back({static_cast<std::uint32_t>(made_.endings_.size()),
                              static_cast<std::uint32_t>(rules.size())});
    for (const auto rule : rules) made_.endings_.push_back({rule, word_ends_[rule]});
    made_.goes_on_.push_back(goes_on);
  }

  void expand(std::uint32_t state) {
    for (std::size_t one = 0; one < made_.classes_; ++one) {
      Set next;
      for (const auto at : *sets_[state]) {
        const auto& from = nfa_.states[at];
        const bool reads = from.kind == Nfa::State::Kind::kBytes && from.low <= first_of_[one] &&
                           first_of_[one] <= from.high;
        if (reads) next.push_back(from.next);
      }
      made_.next_.push_back(next.empty() ? kDead : number_of(close(std::move(next))));
    }
  }

  const std::span<const MatcherRule> rules_;
  const Limits limits_;
  Nfa nfa_;
  std::vector<bool> word_ends_;         // by rule
  std::vector<std::uint8_t> first_of_;  // by class: one of its bytes
  std::map<Set, std::uint32_t> numbers_;
  std::vector<const Set*> sets_;  // by state
  std::size_t members_ = 0;
  std::vector<std::uint32_t> marks_;
  std::uint32_t mark_ = 0;
  Matcher made_;
};

Result<Matcher> Matcher::compile(std::span<const MatcherRule> rules, const Limits& limits) {
  return Compiler(rules, limits).compile();
}

Result<void> Matcher::check(const MatcherRule& rule, const Limits& limits) {
  Nfa nfa;
  TIDEGATE_TRY(parsed, add_checked(rule, 0, limits, nfa));
  static_cast<void>(parsed);
  return {};
}

// A match that begins at `begin`, where the automaton is in `state`.
Matcher::Found Matcher::find_at(std::string_view text, std::size_t begin, std::uint32_t state,
                                Rest rest) const {
  Found found;
  bool waits = false;  // for what stands behind the text
  auto at = begin;
  while (at < text.size()) {
    state = next_[state * classes_ + class_of_[static_cast<unsigned char>(text[at])]];
    if (state == kDead) break;
    ++at;
    const auto& accept = accepts_[state];
    for (std::uint32_t i = accept.first; i < accept.first + accept.count; ++i) {
      const auto& ending = endings_[i];
      if (ending.word_ends) {
        if (at == text.size() && rest == Rest::kMayFollow) {
          waits = true;
          continue;
        }
        auto behind = text.substr(at);
        if (!behind.empty() && is_word_char(take_char(behind))) continue;
      }
      found = {Found::Kind::kMatch, begin, at, ending.rule};
      break;
    }
  }
  const bool open =
      rest == Rest::kMayFollow && at == text.size() && state != kDead && (waits || goes_on_[state]);
  if (open) return {Found::Kind::kOpen, begin, text.size(), 0};
  return found;
}

Matcher::Found Matcher::find(std::string_view text, std::size_t from, Rest rest) const {
  for (auto at = from; at < text.size(); ++at) {
    if (!may_begin_[static_cast<unsigned char>(text[at])] || is_continuation(text[at])) continue;
    const bool inside = is_word_char(last_char(text.substr(0, at)));
    const auto start = inside ? start_inside_ : start_;
    if (start == kDead) continue;
    const auto found = find_at(text, at, start, rest);
    if (found.kind != Found::Kind::kNothing) return found;
  }
  return {};
}

std::size_t Matcher::size_bytes() const {
  return next_.size() * sizeof(next_[0]) + accepts_.size() * sizeof(Accept) +
         endings_.size() * sizeof(Ending) + goes_on_.size() / 8;
}

}  // namespace tidegate::patterns
