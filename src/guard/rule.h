// Signature rules: what a text must not say, how grave that is, and where it counts.
//
// Thread: plain values.   Source: OWASP Core Rule Set 4, "Anomaly Scoring" and "Paranoia Levels".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::guard {

// Points of a match, as in the Core Rule Set.
enum class Severity : std::uint8_t { kNotice = 2, kWarning = 3, kError = 4, kCritical = 5 };

// Where a text was found: in a model call, or in an HTTP request.
enum class Channel : std::uint8_t {
  kSystem,
  kUser,
  kAssistant,
  kReasoning,
  kToolCall,
  kToolResult,
  kToolDescription,
  kDocument,
  kPath,
  kQuery,
  kField,
  kBody,
  kFileName,
  kName,
  kHeader,
  kCookie,
  kUpload,
};
inline constexpr std::size_t kChannels = 17;
// "toolResult", as configuration spells it.
std::string_view to_string(Channel channel);
std::optional<Channel> parse_channel(std::string_view name);

class ChannelSet {
 public:
  constexpr void add(Channel channel) { bits_ |= bit(channel); }
  constexpr bool has(Channel channel) const { return (bits_ & bit(channel)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  static constexpr std::uint32_t bit(Channel channel) {
    return 1U << static_cast<unsigned>(channel);
  }
  std::uint32_t bits_ = 0;
};

// What is done to a text of an HTTP request before the rule looks at it, behind what is done to all
// (waf/normal.h). Rules of prompts have none.
enum class Form : std::uint8_t { kText, kSql, kShell, kPath };
inline constexpr std::size_t kForms = 4;

struct Rule {
  std::string id;        // "override.en.previous"
  std::string category;  // "override"
  std::string pattern;   // for patterns::PatternSet, over folded texts
  Severity severity = Severity::kCritical;
  bool soft = false;    // says that a text is odd, not what it says: see Policy::soft_points
  int paranoia = 1;     // 1 to 4: counts where the policy's level is as high
  ChannelSet channels;  // empty: all that are usual
  Form form = Form::kText;
  std::vector<std::string> tags;
  // Texts in which it must match, and in which it must not.
  std::vector<std::string> match;
  std::vector<std::string> miss;

  int points() const { return static_cast<int>(severity); }
};

}  // namespace tidegate::guard
