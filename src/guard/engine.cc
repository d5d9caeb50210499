#include "guard/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "guard/anomaly.h"
#include "guard/normal/disguise.h"
#include "guard/normal/fold.h"

namespace tidegate::guard {
namespace {

// Disguises within disguises.
constexpr int kMaxDepth = 2;

std::vector<patterns::Pattern> patterns_of(const std::vector<Rule>& rules) {
  std::vector<patterns::Pattern> out;
  out.reserve(rules.size());
  for (const auto& rule : rules) out.push_back({rule.pattern, true, true});
  return out;
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

  // A folded text. Places of matches in it are told exactly if it is the text itself.
  Result<void> search(std::string_view folded, Disguise disguise, Place place, int depth) {
    for (const auto& list : engine_.lists_) {
      TIDEGATE_TRY_VOID(list->patterns.scan(folded, matches_));
      seen_.assign(list->rules.size(), false);
      for (const auto& match : matches_) {
        if (!is_wanted(*list, match.pattern)) continue;
        const auto at = depth == 0 ? raw_place(match.begin, match.end) : place;
        add(*list, match.pattern, disguise, at);
      }
    }
    return {};
  }

  Result<void> search_reading(const Reading& reading, Disguise outer, Place place, int depth) {
    for (const auto& list : engine_.lists_) {
      TIDEGATE_TRY_VOID(list->patterns.scan(reading.text, matches_));
      seen_.assign(list->rules.size(), false);
      for (const auto& match : matches_) {
        if (!is_wanted(*list, match.pattern)) continue;
        const auto at = depth == 0 ? place_in(reading, match) : place;
        add(*list, match.pattern, outer == Disguise::kNone ? reading.disguise : outer, at);
      }
    }
    return {};
  }

  // What of a reading is in the match, if one byte stands for one.
  Place place_in(const Reading& reading, const patterns::Match& match) {
    switch (reading.disguise) {
      case Disguise::kLeet:
      case Disguise::kRot13:
        return raw_place(match.begin, match.end);
      case Disguise::kReversed:
        return raw_place(reading.end - match.end, reading.end - match.begin);
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

  bool is_wanted(const List& list, std::uint32_t index) {
    const auto& rule = list.rules[index];
    if (list.uses[index] == Use::kOff) return false;
    if (!rule.channels.empty() && !rule.channels.has(channel_)) return false;
    if (seen_[index] && !engine_.policy_.all_places) return false;
    seen_[index] = true;
    return true;
  }

  void add(const List& list, std::uint32_t index, Disguise disguise, Place place) {
    hits_.push_back({&list.rules[index], channel_, disguise, list.uses[index] == Use::kCounts,
                     number_, place.begin, place.end});
  }

  void add_anomalies(std::string_view folded, const FoldCounts& counts) {
    const auto rules = anomaly_rules();
    for (const auto index : find_anomalies(folded, counts)) {
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
  std::vector<bool> seen_;
  Offsets offsets_;  // of the folded text; empty until needed
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
    auto compiled = patterns::PatternSet::share(patterns_of(rules));
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
