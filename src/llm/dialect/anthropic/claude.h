// What a Claude model can be asked for, by its name, and the words that Anthropic's API and Bedrock
// share for it.   Thread: pure functions.   Source: Anthropic, Models overview; Extended and
// adaptive thinking; Effort; Structured outputs; Migration guide (2026-11).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "json/writer.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/losses.h"
#include "llm/conversation/where.h"

namespace tidegate::llm::anthropic {

// The generation of a Claude model in tenths: 45 for "claude-sonnet-4-5-20250929",
// "us.anthropic.claude-sonnet-4-5-20250929-v1:0" and "claude-opus-4-5@20251101"; 37 for
// "claude-3-7-sonnet-latest". Names that say Claude but no number count as the newest; 0: no
// Claude.
unsigned claude_generation(std::string_view model);

inline constexpr unsigned kNewestClaude = 99;
inline constexpr unsigned kThinks = 37;       // thinking.budget_tokens
inline constexpr unsigned kTakesSchema = 45;  // output_config.format, strict tools
inline constexpr unsigned kAdapts = 46;       // thinking.type adaptive, output_config.effort
inline constexpr unsigned kNoBudget = 47;     // and neither budgets nor sampling parameters
inline constexpr unsigned kHides = 40;        // thinking.display
inline constexpr unsigned kOneSampler = 41;   // temperature or top_p, not both

// How a request asks a Claude model to think.
struct Thinking {
  enum class Mode : std::uint8_t { kUnsaid, kOff, kBudget, kAdaptive };
  Mode mode = Mode::kUnsaid;
  std::uint64_t budget = 0;                 // kBudget
  std::optional<Reasoning::Effort> effort;  // output_config.effort
  std::optional<bool> show;                 // display; kBudget: only where it shall not be shown
  std::uint64_t max_tokens = 0;             // of the whole answer, thinking included

  bool on() const { return mode == Mode::kBudget || mode == Mode::kAdaptive; }
};

// What the caller asked for, as the model takes it, and the limit of tokens: the caller's own, or
// `default_max_tokens` on top of what is thought. A budget stays below the limit. Thinking is left
// off, as a loss, where the history ends within a round of tool calls whose thoughts the caller has
// not kept: Claude refuses such a history, but for models that adapt.
Thinking plan_thinking(const Conversation& conversation, const std::vector<Message>& turns,
                       std::string_view model, std::uint64_t default_max_tokens, Losses& losses);

// Members "thinking" and "output_config" (effort and `format`, a raw object; empty: none).
void write_thinking(json::Writer& writer, const Thinking& thinking, std::string_view format);

// thinking: {"type":"enabled","budget_tokens":N,"display":"omitted"} |
// {"type":"adaptive","display":"summarized"} |
// {"type":"disabled"}.
Result<void> read_thinking(std::string_view thinking, const Where& where,
                           std::optional<Reasoning>& reasoning);
// output_config: {"effort":"high","format":{...}}; other members go to `unknown`.
Result<void> read_output_config(std::string_view config, const Where& where,
                                Conversation& conversation, Arena& arena);
// {"type":"json_schema","schema":{...}}
Result<void> read_format(std::string_view format, const Where& where, OutputFormat& output);

// Sampling parameters that go with a model and its thinking; empty: not said.
struct Sampling {
  std::string_view temperature;
  std::string_view top_p;
  std::string_view top_k;
};
// Leaves out, as losses, what the model refuses; a temperature above 1, the top of Claude's scale,
// becomes 1.
Sampling plan_sampling(const Conversation& conversation, std::string_view model, bool thinks,
                       Losses& losses);

// Whether a thought can be shown to Claude again: it is signed, and not by Gemini, or redacted.
bool is_signed(const ReasoningPart& part);

}  // namespace tidegate::llm::anthropic
