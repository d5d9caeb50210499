// How the lanes of each dialect are numbered where its own numbers are not enough. Internal to
// src/llm/text, shared by the one who reads events and the one who writes them.
#pragma once

#include <cstdint>

namespace tidegate::llm::lanes {

// Chat Completions: the old function_call, which has no index.
inline constexpr std::uint32_t kFunctionCall = 0xffff'ffff;

// Lane::inner of tool calls: which of the two fields the text stands in (Chat Completions), or
// which event says it (Responses).
inline constexpr std::uint32_t kArguments = 0;
inline constexpr std::uint32_t kCustomInput = 1;
inline constexpr std::uint32_t kMcpArguments = 2;
inline constexpr std::uint32_t kInterpreterCode = 3;

// Responses, Lane::inner of reasoning: the parts of the summary come first, those of the text
// from here.
inline constexpr std::uint32_t kReasoningText = 0x1'0000;

}  // namespace tidegate::llm::lanes
