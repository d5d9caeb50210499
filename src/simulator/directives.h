// How one simulated request behaves: the simulator's settings, changed by fields of the request.
//
// A test steers each request by itself with these fields (whole numbers; milliseconds where named):
//   x-simulator-ttft-ms                    time to first token
//   x-simulator-itl-ms                     delay between tokens
//   x-simulator-jitter-ms                  uniform in [0, jitter], added to each of the two above
//   x-simulator-output-tokens              natural length of the answer
//   x-simulator-error-status               answer with this status and the dialect's error
//   x-simulator-retry-after                Retry-After of that error, in seconds
//   x-simulator-stall-after-tokens         send so many tokens, then nothing more
//   x-simulator-cut-after-tokens           send so many tokens, then reset the connection
//   x-simulator-stream-error-after-tokens  send so many tokens, then an error event, and end
//   x-simulator-tool-calls                 number of tool calls in the answer (0: none)
//   x-simulator-cached-tokens              part of the prompt that usage reports as read from cache
//   x-simulator-cache-write-tokens         part of the prompt that usage reports as written to it
//   x-simulator-reasoning-tokens           length of the thinking: shown where the request asks for
//                                          it, else hidden and reported by usage
// For the "-after-tokens" fields 0 means never, as in the settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "config/backend.h"
#include "http/header_map.h"

namespace tidegate::simulator {

// The largest answer that anyone may ask for, in tokens.
inline constexpr std::uint64_t kMaxOutputTokens = 1'000'000;

struct Directives {
  std::chrono::microseconds time_to_first_token{0};
  std::chrono::microseconds inter_token_delay{0};
  std::chrono::microseconds jitter{0};
  std::uint64_t output_tokens = 16;
  std::uint16_t error_status = 0;  // 0: none
  std::uint64_t retry_after_seconds = 0;
  std::uint64_t stall_after_tokens = 0;
  std::uint64_t cut_after_tokens = 0;
  std::uint64_t error_after_tokens = 0;
  std::uint64_t cached_tokens = 0;
  std::uint64_t cache_write_tokens = 0;
  std::uint64_t reasoning_tokens = 0;
  std::optional<std::uint64_t> tool_calls;
};

// Settings and fields in one. The error of `settings.error_ratio` is not decided here.
// Errors: kMalformed, origin downstream, naming the field whose value is no number in its range.
Result<Directives> parse_directives(const config::SimulatorSettings& settings,
                                    const http::HeaderMap& fields);

}  // namespace tidegate::simulator
