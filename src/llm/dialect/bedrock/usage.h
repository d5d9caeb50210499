// Usage as Converse reports it (Bedrock API reference, TokenUsage; 2026-11).
//
//   {"inputTokens":I,"outputTokens":O,"totalTokens":T,"cacheReadInputTokens":C,
//    "cacheWriteInputTokens":W,"cacheDetails":[{"ttl":"1h","inputTokens":W1},{"ttl":"5m",...}]}
// I excludes C and W, as Claude's own count does; T counts all of them (Prompt caching for faster
// model inference).
//   input_uncached = I   cache_read = C   cache_write_1h = W1   cache_write_5m = W - W1   output =
//   O
#pragma once

#include <optional>
#include <string_view>

#include "json/writer.h"
#include "llm/usage.h"

namespace tidegate::llm::bedrock {

// `usage` is raw JSON, validated. Empty where it is no object.
std::optional<Usage> read_usage(std::string_view usage);
// Appends the object.
void write_usage(json::Writer& writer, const Usage& usage);

}  // namespace tidegate::llm::bedrock
