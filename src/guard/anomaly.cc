#include "guard/anomaly.h"

#include <algorithm>
#include <string>

namespace tidegate::guard {
namespace {

enum Anomaly : std::size_t { kInvisible, kTags, kTwins, kRepetition };

Rule make(std::string id, Severity severity) {
  Rule rule;
  rule.id = std::move(id);
  rule.category = "anomaly";
  rule.severity = severity;
  return rule;
}

// Flags of England, Scotland and Wales have up to seven tags.
constexpr std::uint32_t kMaxTags = 14;
constexpr std::uint32_t kMaxInvisible = 8;
constexpr std::uint32_t kMaxTwins = 4;

// Whether some 32 bytes come again and again without a break, as in texts that are to push what
// stood before them out of the model's sight.
bool repeats(std::string_view text) {
  constexpr std::size_t kPeriods = 64;
  constexpr std::size_t kMinRun = 2048;
  if (text.size() < kMinRun) return false;
  const auto tail = text.substr(text.size() / 2, kMinRun / 2);
  for (std::size_t period = 2; period <= kPeriods; ++period) {
    if (period < tail.size() && tail.substr(period) == tail.substr(0, tail.size() - period)) {
      return std::ranges::count_if(tail, [](char c) { return c >= 'a' && c <= 'z'; }) * 3 >
             static_cast<std::ptrdiff_t>(tail.size());
    }
  }
  return false;
}

}  // namespace

std::span<const Rule> anomaly_rules() {
  static const std::vector<Rule> all = {make("anomaly.invisible", Severity::kWarning),
                                        make("anomaly.tags", Severity::kError),
                                        make("anomaly.mixed-alphabets", Severity::kWarning),
                                        make("anomaly.repetition", Severity::kNotice)};
  return all;
}

std::vector<std::size_t> find_anomalies(std::string_view folded, const FoldCounts& counts) {
  std::vector<std::size_t> out;
  if (counts.invisible > kMaxInvisible) out.push_back(kInvisible);
  if (counts.tags > kMaxTags) out.push_back(kTags);
  if (counts.twins > kMaxTwins) out.push_back(kTwins);
  if (repeats(folded)) out.push_back(kRepetition);
  return out;
}

}  // namespace tidegate::guard
