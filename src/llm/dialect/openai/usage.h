// Usage as OpenAI's API and those compatible with it report it.
//
// Chat, completions, embeddings ("Usage object", API reference, Chat completion object):
//   {"prompt_tokens":P,"completion_tokens":O,"total_tokens":P+O,
//    "prompt_tokens_details":{"cached_tokens":C,"audio_tokens":A},
//    "completion_tokens_details":{"reasoning_tokens":R,"audio_tokens":B,...}}
// Responses ("usage" of the Response object):
//   {"input_tokens":P,"input_tokens_details":{"cached_tokens":C},
//    "output_tokens":O,"output_tokens_details":{"reasoning_tokens":R},"total_tokens":P+O}
// P includes C and A; O includes R and B. DeepSeek reports C as prompt_cache_hit_tokens.
//   input_uncached = P - C   cache_read = C   output = O   reasoning = R (part of output)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "json/counts.h"
#include "json/writer.h"
#include "llm/usage.h"

namespace tidegate::llm::openai {

// Converts the text of a usage object. Members that are missing or null count 0; empty for null,
// for what is no object, and for an object that has neither prompt_tokens nor input_tokens.
std::optional<Usage> parse_usage(std::string_view json);

// Writes the usage object of either format, with its details. chat also tells what was written to
// a cache, as OpenRouter does: "prompt_tokens_details":{"cache_write_tokens":W}, part of P.
void write_chat_usage(json::Writer& writer, const Usage& usage);
void write_responses_usage(json::Writer& writer, const Usage& usage);

// The same from members that were read in place. kOdd: a known name stands twice, which
// parse_usage() refuses; `usage` is untouched.
enum class CountsReading : std::uint8_t { kRead, kOdd };
CountsReading read_usage(const json::Counts& counts, std::optional<Usage>& usage);

}  // namespace tidegate::llm::openai
