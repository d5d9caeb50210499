// How much a model shall think, from one dialect's words into another's.
//
//   OpenAI     reasoning_effort: none, minimal, low, medium, high, xhigh   (Reasoning guide)
//   Anthropic  thinking.budget_tokens >= 1,024 and below max_tokens; "adaptive" with
//              output_config.effort low, medium, high, xhigh, max          (Extended thinking;
//              Effort)
//   Gemini     2.5: thinkingBudget, -1 dynamic, 0 off; 3: thinkingLevel minimal, low, medium, high
//                                                                          (Thinking)
// An effort and a budget stand for each other by Google's own table for OpenAI's words (OpenAI
// compatibility, 2026-11): minimal and low 1,024, medium 8,192, high 24,576.   Thread: pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "llm/conversation/conversation.h"

namespace tidegate::llm {

using Effort = Reasoning::Effort;

// "none", "minimal", "low", "medium", "high", "xhigh", "max".
std::string_view to_string(Effort effort);
// Empty for other words; case does not matter (Gemini's SDKs write "LOW").
std::optional<Effort> parse_effort(std::string_view word);

std::uint64_t budget_of(Effort effort);  // tokens; 0 for kNone
Effort effort_of(std::uint64_t budget);  // never above kHigh, which every reasoning model knows

// What the caller asked for as an effort: its own word, or what its budget stands for. Empty:
// nothing was asked, or the model shall decide.
std::optional<Effort> find_effort(const Reasoning& reasoning);
// An effort that the model's scale has: kNone becomes `least` where thinking cannot be switched
// off, and what lies above `most` becomes `most`.
Effort clamp_effort(Effort effort, Effort least, Effort most);

// Anthropic's budget_tokens. Empty: no thinking (off, nothing asked, or max_tokens leaves no room
// for the least budget of 1,024 below it).
std::optional<std::uint64_t> anthropic_budget(const Reasoning& reasoning, std::uint64_t max_tokens);

// Gemini's thinkingConfig for a model, by the scale of its generation.
struct GeminiThinking {
  std::optional<std::int64_t> budget;  // 2.5; -1: dynamic
  std::string_view level;              // 3 and later; empty: not told
  bool exact = true;  // false: the model has no such setting; the nearest was taken
};
// Gemini before 2.5, and models that are no Gemini, do not think: empty budget and level, and exact
// only where nothing was asked.
GeminiThinking gemini_thinking(const Reasoning& reasoning, std::string_view model);

// The generation of a Gemini model: 25 for "gemini-2.5-pro", 30 for "models/gemini-3-flash". 0:
// none. "gemini-flash-latest" and other moving names count as the newest, 30.
unsigned gemini_generation(std::string_view model);

}  // namespace tidegate::llm
