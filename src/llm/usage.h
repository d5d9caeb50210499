// Tokens of one exchange, in buckets that do not overlap.
//
// Providers count differently: OpenAI's prompt_tokens includes cached tokens, Anthropic's
// input_tokens excludes them. Here every token is in exactly one of the first five buckets, so that
// a price per bucket or a sum is right for every provider. The last three are parts *of* those
// buckets, for information and for separate prices; adding them to a sum would count twice. The
// conversion of each provider's own fields: dialect/openai/usage.h, dialect/anthropic/usage.h.
#pragma once

#include "base/token_count.h"

namespace tidegate::llm {

struct Usage {
  TokenCount input_uncached;
  TokenCount cache_read;      // input served from the provider's prompt cache
  TokenCount cache_write_5m;  // input written to it, five-minute life (Anthropic's default)
  TokenCount cache_write_1h;  // input written to it, one-hour life
  TokenCount output;          // with reasoning

  TokenCount reasoning;     // part of output
  TokenCount audio_input;   // part of the input buckets
  TokenCount audio_output;  // part of output

  TokenCount input() const { return input_uncached + cache_read + cache_write_5m + cache_write_1h; }
  TokenCount total() const { return input() + output; }
  friend bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace tidegate::llm
