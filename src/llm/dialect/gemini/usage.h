// Usage as Gemini reports it (generateContent reference, UsageMetadata; 2026-11).
//
//   {"promptTokenCount":P,"cachedContentTokenCount":C,"candidatesTokenCount":O,
//    "toolUsePromptTokenCount":U,"thoughtsTokenCount":T,"totalTokenCount":P+U+O+T,
//    "promptTokensDetails":[{"modality":"AUDIO","tokenCount":A}],
//    "candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":B}]}
// P includes C; T stands apart from O. Some servers count T within O: the total tells.
//   input_uncached = P - C + U   cache_read = C   output = O + T   reasoning = T
//   audio_input = A   audio_output = B
// Back: P = input, O = output - reasoning, T = reasoning. U cannot come back: it is prompt then.
#pragma once

#include <optional>
#include <string_view>

#include "json/writer.h"
#include "llm/usage.h"

namespace tidegate::llm::gemini {

// Converts a usageMetadata object (validated). Empty for what is no object and for one without any
// count, which chunks of a stream may carry.
std::optional<Usage> parse_usage(std::string_view metadata);

// Writes a usageMetadata object.
void write_usage(json::Writer& writer, const Usage& usage);

}  // namespace tidegate::llm::gemini
