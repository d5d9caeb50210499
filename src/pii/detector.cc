#include "pii/detector.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "pii/check/digits.h"
#include "pii/open_end.h"
#include "pii/shape.h"

namespace tidegate::pii {
namespace {

// How far from a candidate words count: a sentence before it, a few words behind.
constexpr std::size_t kWordsBefore = 80;
constexpr std::size_t kWordsBehind = 32;
// Candidates that overlap in one chain are compared with so many of their neighbours.
constexpr std::size_t kMaxChain = 64;

bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_'; }

// A number that is a part of a longer one is none of its own: of a decimal, a version, a date.
bool stands_alone(std::string_view text, Span span) {
  const auto joins = [](char c) { return c == '.' || c == '-' || c == '/' || c == ','; };
  if (span.begin > 0) {
    const char before = text[span.begin - 1];
    if (is_word(before) && is_word(text[span.begin])) return false;
    const bool joined = joins(before) && span.begin > 1 && is_digit(text[span.begin - 2]);
    if (joined && is_digit(text[span.begin])) return false;
  }
  if (span.end < text.size()) {
    const char behind = text[span.end];
    if (is_word(behind) && is_word(text[span.end - 1])) return false;
    const bool joined = joins(behind) && span.end + 1 < text.size() && is_digit(text[span.end + 1]);
    if (joined && is_digit(text[span.end - 1])) return false;
  }
  return true;
}

bool needs_to_stand_alone(Shape shape) {
  return shape == Shape::kExact || shape == Shape::kIban || shape == Shape::kPhone;
}

std::string_view window(std::string_view text, std::size_t begin, std::size_t end,
                        std::array<char, kWordsBefore>& lowered) {
  const auto part = text.substr(begin, end - begin);
  std::ranges::transform(part, lowered.begin(), to_lower);
  return {lowered.data(), part.size()};
}

// Whole words, where they are of letters that have such.
bool contains_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !is_letter(text[at - 1]) || !is_letter(word.front());
    const bool ends = end == text.size() || !is_letter(text[end]) || !is_letter(word.back());
    if (begins && ends) return true;
  }
  return false;
}

bool has_context(std::string_view text, Span span, std::string_view words) {
  std::array<char, kWordsBefore> before_space{};
  std::array<char, kWordsBefore> behind_space{};
  const auto before =
      window(text, span.begin - std::min(span.begin, kWordsBefore), span.begin, before_space);
  const auto behind =
      window(text, span.end, std::min(text.size(), span.end + kWordsBehind), behind_space);
  while (!words.empty()) {
    const auto word = words.substr(0, words.find('|'));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    if (contains_word(before, word) || contains_word(behind, word)) return true;
  }
  return false;
}

// Of a candidate `name = value` what is to be replaced.
Span value_of(std::string_view text, Span span) {
  const auto mark = text.find_first_of(":=", span.begin);
  const auto value = text.find_first_not_of(":=> \t\"'", mark);
  return value < span.end ? Span{value, span.end} : span;
}

struct Candidate {
  Finding finding;
  std::uint32_t order;  // of its rule

  std::size_t size() const { return finding.end - finding.begin; }
};

bool is_better(const Candidate& a, const Candidate& b) {
  if (a.size() != b.size()) return a.size() > b.size();
  if (a.finding.score != b.finding.score) return a.finding.score > b.finding.score;
  if (a.finding.begin != b.finding.begin) return a.finding.begin < b.finding.begin;
  return a.order < b.order;
}

// Keeps the best of candidates that overlap in a chain, and with nothing that was kept before.
void resolve_chain(std::span<Candidate> chain, std::vector<Finding>& out) {
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  const auto from = out.empty() ? 0 : out.back().end;
  std::ranges::sort(chain, is_better);
  for (const auto& one : chain) {
    const auto overlaps = [&](const Finding& kept) {
      return one.finding.begin < kept.end && kept.begin < one.finding.end;
    };
    const bool taken = one.finding.begin < from;
    if (!taken && std::none_of(out.begin() + first, out.end(), overlaps)) {
      out.push_back(one.finding);
    }
  }
  std::sort(out.begin() + first, out.end(),
            [](const Finding& a, const Finding& b) { return a.begin < b.begin; });
}

void resolve(std::vector<Candidate>& candidates, std::vector<Finding>& out) {
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    if (a.finding.begin != b.finding.begin) return a.finding.begin < b.finding.begin;
    return is_better(a, b);
  });
  for (std::size_t at = 0; at < candidates.size();) {
    auto end = candidates[at].finding.end;
    auto next = at + 1;
    while (next < candidates.size() && candidates[next].finding.begin < end &&
           next - at < kMaxChain) {
      end = std::max(end, candidates[next++].finding.end);
    }
    resolve_chain(std::span(candidates).subspan(at, next - at), out);
    at = next;
  }
}

}  // namespace

Result<Detector> Detector::make(const Options& options) {
  std::vector<const Rule*> rules;
  std::vector<patterns::Pattern> patterns;
  std::vector<std::string> unknown = options.ids;
  for (const auto table : {personal_rules(), identity_rules(), credential_rules()}) {
    for (const auto& rule : table) {
      const bool wanted =
          options.ids.empty() || std::ranges::find(options.ids, rule.id) != options.ids.end();
      if (!wanted) continue;
      std::erase(unknown, rule.id);
      rules.push_back(&rule);
      patterns.push_back({rule.pattern, true, true});
    }
  }
  if (!unknown.empty()) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "no rule '" + unknown[0] + "'");
  }
  TIDEGATE_TRY(compiled, patterns::PatternSet::share(patterns));
  return Detector(std::move(compiled), std::move(rules), options.threshold);
}

Result<void> Detector::find(std::string_view text, std::vector<Finding>& out) const {
  std::size_t open = 0;
  return find(text, out, open);
}

Result<std::size_t> Detector::find_so_far(std::string_view text, std::size_t from,
                                          std::vector<Finding>& out) const {
  std::size_t open = 0;
  if (!may_hold_any(text.substr(from))) {
    out.clear();
    return find_open_end(text);
  }
  TIDEGATE_TRY_VOID(find(text, out, open));
  std::size_t final_end = std::min(open, find_open_end(text));
  for (auto one = out.rbegin(); one != out.rend(); ++one) {
    if (one->begin < final_end && final_end < one->end) final_end = one->begin;
  }
  return final_end;
}

// `open`: the first candidate that words behind it, or more of itself, may still decide.
Result<void> Detector::find(std::string_view text, std::vector<Finding>& out,
                            std::size_t& open) const {
  out.clear();
  open = text.size();
  thread_local std::vector<patterns::Match> matches;
  thread_local std::vector<Candidate> candidates;
  TIDEGATE_TRY_VOID(patterns_.scan(text, matches));
  candidates.clear();
  for (const auto& match : matches) {
    const auto& rule = *rules_[match.pattern];
    auto span = take_shape(text, {match.begin, match.end}, rule);
    if (span.size() == 0 || (needs_to_stand_alone(rule.shape) && !stands_alone(text, span))) {
      continue;
    }
    const bool checked = rule.check == nullptr || rule.check(span.of(text));
    if (!checked && rule.unchecked == 0) continue;
    if (span.end + kWordsBehind >= text.size()) open = std::min(open, span.begin);
    auto score = checked ? rule.score : rule.unchecked;
    if (has_context(text, span, rule.context)) score = std::min(100, score + kContextGain);
    if (score < threshold_) continue;
    if (rule.shape == Shape::kAssigned) span = value_of(text, span);
    candidates.push_back({{span.begin, span.end, &rule, score}, match.pattern});
  }
  resolve(candidates, out);
  return {};
}

}  // namespace tidegate::pii
