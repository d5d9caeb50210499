// Usage as Anthropic's Messages API reports it (API reference, "Usage" of the Message object).
//
//   {"input_tokens":I,"cache_creation_input_tokens":W,"cache_read_input_tokens":C,"output_tokens":O,
//    "cache_creation":{"ephemeral_5m_input_tokens":W5,"ephemeral_1h_input_tokens":W1}}
// I excludes W and C; W = W5 + W1. Where cache_creation is missing, W is five-minute writes.
//   input_uncached = I   cache_read = C   cache_write_5m = W - W1   cache_write_1h = W1   output =
//   O
// O includes thinking, which is not reported apart.
// In a stream, message_start carries all of them and message_delta those that changed; the counts
// "are cumulative" (Streaming messages), so a later report replaces an earlier one, member by
// member.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "json/writer.h"
#include "llm/usage.h"

namespace tidegate::llm::anthropic {

// Collects the usage objects of one reply.
class UsageTally {
 public:
  // Takes the text of one usage object. Null, a non-object and missing members change nothing; a
  // member never goes down, since some servers repeat input_tokens as 0 in message_delta.
  void add(std::string_view json);
  // Empty until a usage object has been seen.
  std::optional<Usage> usage() const;

 private:
  bool seen_ = false;
  std::uint64_t input_ = 0;
  std::uint64_t cache_read_ = 0;
  std::uint64_t cache_write_ = 0;
  std::uint64_t cache_write_1h_ = 0;
  std::uint64_t output_ = 0;
};

// Appends the usage object of a message, the buckets as they are, and the service tier (in OpenAI's
// words) where Anthropic has a word for it.
void write_usage(json::Writer& writer, const Usage& usage, std::string_view service_tier = {});

// usage.service_tier ("standard", "priority", "batch") in OpenAI's words; empty: not told.
std::string_view read_service_tier(std::string_view usage);

}  // namespace tidegate::llm::anthropic
