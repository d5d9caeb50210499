// What each processor did, for the access log and the metrics.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "pipeline/chain.h"

namespace tidegate::pipeline {

enum class RunVerdict : std::uint8_t {
  kSkip,  // `when` did not hold
  kContinue,
  kMutate,
  kReroute,
  kAnswer,
  kReject,
  kCancelled,  // another one of its group had rejected, or the client left
  kFailedOpen,
  kFailedClosed,
  kFailedFallback,
  kTimeoutOpen,
  kTimeoutClosed,
  kTimeoutFallback,
};
inline constexpr std::size_t kRunVerdicts = 13;
// "mutate", "failed-open", ...
std::string_view to_string(RunVerdict verdict);

struct RunRecord {
  const CompiledProcessor* processor = nullptr;
  Phase phase = Phase::kRequestHeaders;
  RunVerdict verdict = RunVerdict::kContinue;  // in StreamChunk the gravest of all events
  std::chrono::nanoseconds time{0};            // in StreamChunk the sum
  std::uint64_t ticks = 0;                     // that are not part of `time` yet
  std::uint32_t runs = 1;
  std::string_view detail;  // the last word that it said of itself; lives as long as the exchange
};

}  // namespace tidegate::pipeline
