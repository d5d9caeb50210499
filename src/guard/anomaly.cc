#include "guard/anomaly.h"

#include <algorithm>
#include <string>

#include "guard/marks.h"

namespace tidegate::guard {
namespace {

enum Anomaly : std::size_t {
  kInvisible,
  kTags,
  kTwins,
  kRepetition,
  kRoles,
  kManyShot,
  kTokens,
  kScripts,
  kInstructions,
};

Rule make(std::string id, Severity severity) {
  Rule rule;
  rule.id = std::move(id);
  rule.category = "anomaly";
  rule.severity = severity;
  rule.soft = true;
  return rule;
}

// Flags of England, Scotland and Wales have up to seven tags.
constexpr std::uint32_t kMaxTags = 14;
constexpr std::uint32_t kMaxInvisible = 8;
constexpr std::uint32_t kMaxTwins = 4;
constexpr std::size_t kMaxRoles = 5;
// Examples for a task are seldom more; jailbreaks of the kind begin to work with some dozens.
constexpr std::size_t kMaxShots = 24;
// Of so many bytes one may begin a token of a chat template, once there are some.
constexpr std::size_t kMaxTokens = 2;
constexpr std::size_t kBytesPerToken = 256;
// A text that is about another language has fewer, and one in two languages not at every other
// word.
constexpr std::size_t kMaxSwitches = 24;
constexpr std::size_t kMaxOrders = 3;  // of 32 words

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
                                        make("anomaly.repetition", Severity::kNotice),
                                        make("anomaly.role-markers", Severity::kNotice),
                                        make("anomaly.many-shot", Severity::kWarning),
                                        make("anomaly.special-tokens", Severity::kWarning),
                                        make("anomaly.script-switches", Severity::kNotice),
                                        make("anomaly.instructions", Severity::kNotice)};
  return all;
}

std::vector<std::size_t> find_anomalies(std::string_view folded, const FoldCounts& counts,
                                        Channel channel) {
  std::vector<std::size_t> out;
  if (counts.invisible > kMaxInvisible) out.push_back(kInvisible);
  if (counts.tags > kMaxTags) out.push_back(kTags);
  if (counts.twins > kMaxTwins) out.push_back(kTwins);
  if (repeats(folded)) out.push_back(kRepetition);
  const auto lines = count_line_marks(folded);
  if (lines.answers > kMaxShots) {
    out.push_back(kManyShot);
  } else if (lines.roles > kMaxRoles) {
    out.push_back(kRoles);
  }
  const auto tokens = count_special_tokens(folded);
  if (tokens > kMaxTokens && tokens * kBytesPerToken > folded.size()) out.push_back(kTokens);
  if (counts.foreign > kMaxSwitches) {
    const auto scripts = count_script_switches(folded);
    if (scripts.switches > kMaxSwitches && scripts.switches * 2 > scripts.words)
      out.push_back(kScripts);
  }
  // What people ask for is full of orders.
  const bool orders = channel == Channel::kToolResult || channel == Channel::kDocument;
  if (orders && densest_instructions(folded) > kMaxOrders) out.push_back(kInstructions);
  return out;
}

}  // namespace tidegate::guard
