#include "guard/turns.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "base/ascii.h"

namespace tidegate::guard {
namespace {

constexpr std::size_t kMaxWords = 512;
constexpr std::size_t kMinMatched = 2;
constexpr std::size_t kRun = 3;  // turns that rise, and pairs that repeat

struct Evidence {
  std::uint32_t turn;
  int points;  // in hundredths
};

const Rule& turns_rule() {
  static const Rule rule = [] {
    Rule made;
    made.id = "turns.conversation";
    made.category = "turns";
    return made;
  }();
  return rule;
}

bool is_word(char c) {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || static_cast<unsigned char>(c) >= 128;
}

// The hashes of a turn's word trigrams, each once, ascending.
std::vector<std::uint32_t> trigrams_of(std::span<const TurnText> texts) {
  std::vector<std::uint32_t> words;  // hashed
  for (const auto& one : texts) {
    for (std::size_t at = 0; at < one.plain.size() && words.size() < kMaxWords;) {
      std::uint32_t hash = 0x811c9dc5;
      const auto begin = at;
      for (; at < one.plain.size() && is_word(one.plain[at]); ++at) {
        hash = (hash ^ static_cast<unsigned char>(to_lower(one.plain[at]))) * 0x01000193U;
      }
      if (at == begin) {
        ++at;
      } else {
        words.push_back(hash);
      }
    }
  }
  std::vector<std::uint32_t> out;
  for (std::size_t at = 0; at + 2 < words.size(); ++at) {
    out.push_back((words[at] * 0x9E3779B1U + words[at + 1]) * 0x85EBCA77U + words[at + 2]);
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

bool are_alike(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::vector<std::uint32_t> common;
  std::ranges::set_intersection(a, b, std::back_inserter(common));
  return !common.empty() && common.size() * 2 > a.size() + b.size() - common.size();
}

// The texts of the last turns.
std::span<const TurnText> last_turns(std::span<const TurnText> texts, std::size_t turns) {
  std::size_t begin = texts.size();
  for (std::size_t count = 0; begin > 0; --begin) {
    if (begin == texts.size() || texts[begin - 1].turn != texts[begin].turn) ++count;
    if (count > turns) break;
  }
  return texts.subspan(begin);
}

// Of each turn the points of its rules, each rule once; and all their categories.
class Gathered {
 public:
  Gathered(std::span<const Hit> hits, std::span<const TurnText> texts, const Policy& policy) {
    for (const auto& one : texts) {
      if (turns_.empty() || turns_.back().turn != one.turn) {
        turns_.push_back({one.turn, 0});
        counted_.clear();
      }
      for (const auto& hit : std::ranges::equal_range(hits, one.text, {}, &Hit::text)) {
        if (hit.counts) take(hit, policy);
      }
    }
  }

  const std::vector<Evidence>& turns() const { return turns_; }
  std::size_t categories() const { return categories_.size(); }

 private:
  void take(const Hit& hit, const Policy& policy) {
    const Rule& rule = *hit.rule;
    if (rule.soft || std::ranges::find(counted_, &rule) != counted_.end()) return;
    counted_.push_back(&rule);
    turns_.back().points += rule.points() * policy.weights[static_cast<std::size_t>(hit.channel)];
    if (std::ranges::find(categories_, rule.category) == categories_.end())
      categories_.push_back(rule.category);
  }

  std::vector<Evidence> turns_;
  std::vector<const Rule*> counted_;  // of the last turn
  std::vector<std::string_view> categories_;
};

bool rises(std::span<const Evidence> turns) {
  std::size_t run = 0;
  int before = 0;
  for (const auto& one : turns) {
    run = one.points == 0 ? 0 : one.points > before ? run + 1 : 1;
    before = one.points;
    if (run >= kRun) return true;
  }
  return false;
}

}  // namespace

bool repeats_turns(std::span<const TurnText> texts) {
  std::size_t run = 0;
  std::vector<std::uint32_t> before;
  for (std::size_t at = 0; at < texts.size();) {
    auto end = at + 1;
    while (end < texts.size() && texts[end].turn == texts[at].turn) ++end;
    auto trigrams = trigrams_of(texts.subspan(at, end - at));
    run = are_alike(before, trigrams) ? run + 1 : 0;
    if (run >= kRun) return true;
    before = std::move(trigrams);
    at = end;
  }
  return false;
}

void add_turns(std::span<const Hit> hits, std::span<const TurnText> texts, const Policy& policy,
               const TurnsPolicy& turns, int threshold, Score& score) {
  if (turns.last == 0 || names_rule(policy.exclude, turns_rule())) return;
  const auto recent = last_turns(texts, turns.last);
  const Gathered gathered(hits, recent, policy);
  const auto& all = gathered.turns();
  const auto matched = static_cast<std::size_t>(
      std::ranges::count_if(all, [](auto& one) { return one.points > 0; }));
  if (matched < kMinMatched) return;
  const int peak = std::ranges::max(all, {}, &Evidence::points).points;
  int sum = std::min(100, peak * kTurnsThreshold / (threshold * 100));
  sum += turns.ratio * static_cast<int>(matched) / static_cast<int>(all.size());
  sum += turns.category * static_cast<int>(gathered.categories() - 1);
  if (rises(all)) sum += turns.rising;
  if (repeats_turns(recent)) sum += turns.repetition;
  score.turns = std::clamp(sum, 0, 100);
  const int missing = score.turns * threshold * 100 / kTurnsThreshold - score.points;
  if (missing <= 0) return;
  if (names_rule(policy.shadow, turns_rule())) {
    score.shadow.push_back(&turns_rule());
    return;
  }
  score.rules.push_back(&turns_rule());
  score.categories.push_back({turns_rule().category, missing});
  score.points += missing;
}

}  // namespace tidegate::guard
