// What counts, where and how much; and the sum of it.
//
// A rule counts once per request, with its severity times the weight of the channel, as anomaly
// scores of the OWASP Core Rule Set do. Rules above the paranoia level and shadow rules are told
// and count nothing.   Thread: plain values.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/normal/disguise.h"
#include "guard/rule.h"

namespace tidegate::guard {

struct Policy {
  int paranoia = 1;
  // Rules up to this level are looked for; those above `paranoia` as shadow rules.
  int detection_paranoia = 1;
  // By Channel, in percent; 0: not looked at.
  std::array<int, kChannels> weights = [] {
    std::array<int, kChannels> all{};
    all.fill(100);
    return all;
  }();
  // Ids, categories, tags, or beginnings of ids ("roleplay.*").
  std::vector<std::string> exclude;
  std::vector<std::string> shadow;
  // Added once where something counted was in disguise.
  int disguise_points = 2;
  // What soft rules add at most, all together: where no other rule counts, they do not block.
  int soft_points = 4;
  // Every place of a match is told, not the first one of each reading.
  bool all_places = false;
};

struct Hit {
  const Rule* rule = nullptr;
  Channel channel = Channel::kUser;
  Disguise disguise = Disguise::kNone;
  bool counts = true;       // false: a shadow rule
  std::uint32_t text = 0;   // which of the texts
  std::uint32_t begin = 0;  // in the text
  std::uint32_t end = 0;
};

// Points in hundredths, as weights are percent.
struct CategoryScore {
  std::string_view category;
  int points = 0;
};

struct Score {
  int points = 0;
  std::vector<CategoryScore> categories;  // that have points, in the order of their first hit
  std::vector<const Rule*> rules;         // that counted
  std::vector<const Rule*> shadow;        // that would have
  int turns = 0;                          // of the conversation, 0 to 100 (guard/turns.h)
};

Score add_up(std::span<const Hit> hits, const Policy& policy);

// "score=7.00; turns=80; categories=a:7.00; rules=a.b,a.d; shadow=e.f", as headers and logs tell
// it; of many rules the first 16.
std::string describe(const Score& score);

// Whether a list as Policy::exclude names the rule.
bool names_rule(std::span<const std::string> list, const Rule& rule);

}  // namespace tidegate::guard
