#include "guard/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "guard/anomaly.h"
#include "guard/builtin_rules.h"
#include "guard/normal/disguise.h"
#include "guard/normal/fold.h"
#include "guard/rule_file.h"

namespace tidegate::guard {
namespace {

// Disguises within disguises.
constexpr int kMaxDepth = 2;
// How far before the end of a match its sentence is looked for.
constexpr std::uint32_t kMaxSentence = 400;

// Where the sentence of a match begins: what leads to it belongs to it.
std::uint32_t begin_of_sentence(std::string_view text, std::uint32_t end) {
  const auto limit = end - std::min(end, kMaxSentence);
  auto begin = end == 0 ? end : end - 1;
  while (begin > limit && !std::string_view(".!?\n").contains(text[begin - 1])) --begin;
  while (begin + 1 < end && (text[begin] == ' ' || is_continuation(text[begin]))) ++begin;
  return begin;
}

}  // namespace

// One text, while it is looked at.
class Engine::Look {
 public:
  Look(const Engine& engine, std::string_view text, Channel channel, std::uint32_t number,
       std::vector<Hit>& hits)
      : engine_(engine), text_(text), channel_(channel), number_(number), hits_(hits) {}

  Result<void> run() {
    const auto whole = Place{0, static_cast<std::uint32_t>(text_.size())};
    return look(text_, Disguise::kNone, whole, 0);
  }

 private:
  struct Place {
    std::uint32_t begin;
    std::uint32_t end;
  };

  // `place`: where `raw` comes from.
  Result<void> look(std::string_view raw, Disguise disguise, Place place, int depth) {
    std::string folded;
    FoldCounts counts;
    fold(raw, folded, counts);
    offsets_.clear();
    TIDEGATE_TRY_VOID(search(folded, disguise, place, depth));
    if (depth == 0) add_anomalies(folded, counts);
    std::vector<Reading> readings;
    read_spellings(folded, readings);
    for (const auto& one : readings) {
      TIDEGATE_TRY_VOID(search_reading(one, disguise, place, depth));
    }
    if (depth == kMaxDepth) return {};
    readings.clear();
    read_encodings(raw, readings);
    for (const auto& one : readings) {
      const auto from = depth == 0 ? Place{one.begin, one.end} : place;
      TIDEGATE_TRY_VOID(look(one.text, one.disguise, from, depth + 1));
    }
    return {};
  }

  // A folded text, which `raw` is exactly where `depth` is 0.
  Result<void> search(std::string_view folded, Disguise disguise, Place place, int depth) {
    return find(folded, disguise, [&](std::uint32_t end) {
      return depth == 0 ? raw_place(begin_of_sentence(folded, end), end) : place;
    });
  }

  Result<void> search_reading(const Reading& reading, Disguise outer, Place place, int depth) {
    const auto disguise = outer == Disguise::kNone ? reading.disguise : outer;
    return find(reading.text, disguise, [&](std::uint32_t end) {
      return depth == 0 ? place_in(reading, begin_of_sentence(reading.text, end), end) : place;
    });
  }

  // Adds a hit for each rule that matches; `place_of(end)` is where the match stands.
  template <class PlaceOf>
  Result<void> find(std::string_view text, Disguise disguise, const PlaceOf& place_of) {
    for (const auto& list : engine_.lists_) {
      TIDEGATE_TRY_VOID(list->patterns.scan(text, matches_));
      last_.assign(matches_.empty() ? 0 : list->rules.size(), 0);
      for (const auto& match : matches_) {
        if (!is_wanted(*list, match.pattern)) continue;
        const auto place = place_of(match.end);
        auto& last = last_[match.pattern];
        if (last != 0 && hits_[last - 1].begin == place.begin) {
          hits_[last - 1].end = std::max(hits_[last - 1].end, place.end);
          continue;
        }
        hits_.push_back({&list->rules[match.pattern], channel_, disguise,
                         list->uses[match.pattern] == Use::kCounts, number_, place.begin,
                         place.end});
        last = hits_.size();
      }
    }
    return {};
  }

  // Of a reading of this text, if one byte stands for one.
  Place place_in(const Reading& reading, std::uint32_t begin, std::uint32_t end) {
    switch (reading.disguise) {
      case Disguise::kLeet:
      case Disguise::kRot13:
        return raw_place(begin, end);
      case Disguise::kReversed:
        return raw_place(reading.end - end, reading.end - begin);
      case Disguise::kNone:
      case Disguise::kSpaced:
      case Disguise::kEscapes:
      case Disguise::kBase64:
      case Disguise::kHex:
        break;
    }
    return raw_place(reading.begin, reading.end);
  }

  Place raw_place(std::uint32_t begin, std::uint32_t end) {
    if (offsets_.empty()) {
      std::string folded;
      FoldCounts unused;
      fold(text_, folded, unused, &offsets_);
    }
    return {offsets_[begin], offsets_[end]};
  }

  bool is_wanted(const List& list, std::uint32_t index) const {
    const auto& rule = list.rules[index];
    if (list.uses[index] == Use::kOff) return false;
    if (!rule.channels.empty() && !rule.channels.has(channel_)) return false;
    return last_[index] == 0 || engine_.policy_.all_places;
  }

  void add_anomalies(std::string_view folded, const FoldCounts& counts) {
    const auto rules = anomaly_rules();
    for (const auto index : find_anomalies(folded, counts, channel_)) {
      const auto use = engine_.anomaly_uses_[index];
      if (use == Use::kOff) continue;
      hits_.push_back({&rules[index], channel_, Disguise::kNone, use == Use::kCounts, number_, 0,
                       static_cast<std::uint32_t>(text_.size())});
    }
  }

  const Engine& engine_;
  std::string_view text_;
  Channel channel_;
  std::uint32_t number_;
  std::vector<Hit>& hits_;
  std::vector<patterns::Match> matches_;
  std::vector<std::size_t> last_;  // by rule: its last hit in this search, plus one
  Offsets offsets_;                // of the folded text; empty until needed
};

Engine::Use Engine::use_of(const Rule& rule) const {
  if (rule.paranoia > std::max(policy_.paranoia, policy_.detection_paranoia)) return Use::kOff;
  if (names_rule(policy_.exclude, rule)) return Use::kOff;
  if (rule.paranoia > policy_.paranoia || names_rule(policy_.shadow, rule)) return Use::kShadow;
  return Use::kCounts;
}

Result<Engine> Engine::make(std::vector<std::vector<Rule>> lists, Policy policy) {
  Engine engine(std::move(policy));
  for (auto& rules : lists) {
    if (rules.empty()) continue;
    auto compiled = patterns::PatternSet::share(patterns_of(rules), compiled_prompt_rules());
    if (!compiled) return std::unexpected(std::move(compiled).error());
    std::vector<Use> uses;
    for (const auto& rule : rules) uses.push_back(engine.use_of(rule));
    engine.lists_.push_back(
        std::make_shared<const List>(std::move(rules), std::move(*compiled), std::move(uses)));
  }
  for (const auto& rule : anomaly_rules()) engine.anomaly_uses_.push_back(engine.use_of(rule));
  return engine;
}

Result<void> Engine::look(std::string_view text, Channel channel, std::uint32_t number,
                          std::vector<Hit>& hits) const {
  if (policy_.weights[static_cast<std::size_t>(channel)] == 0) return {};
  return Look(*this, text, channel, number, hits).run();
}

std::size_t Engine::size_bytes() const {
  std::size_t size = 0;
  for (const auto& list : lists_) size += list->patterns.size_bytes();
  return size;
}

}  // namespace tidegate::guard
