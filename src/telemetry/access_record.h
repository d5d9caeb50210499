// What is known about one exchange when it is over: the access log writes it, the metrics count it.
//
// All texts are views that must live until format_access_record() or ExchangeMetrics::record()
// returns; an empty text or an absent optional is left out of the log. Thread: owning worker only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/micro_usd.h"

namespace tidegate::telemetry {

// How an exchange ended.
enum class Termination : std::uint8_t {
  kComplete,       // the whole answer was handed to the client's connection
  kClientGone,     // the client reset, or closed before the end
  kUpstreamReset,  // the upstream failed after the answer had begun: the client saw a cut or an
                   // error event
  kTimeout,        // a deadline of the exchange passed
  kDrain,          // the gateway went down and could not wait longer
};
std::string_view to_string(Termination termination);
inline constexpr std::size_t kTerminations = 5;

// Tokens as the provider counted them. Cached and cache-write tokens are part of input; reasoning
// tokens are part of output.
struct TokenUsage {
  std::uint64_t input = 0;
  std::uint64_t cached_input = 0;
  std::uint64_t cache_write_input = 0;
  std::uint64_t output = 0;
  std::uint64_t reasoning_output = 0;
};

enum class Delivery : std::uint8_t { kWhole, kStream };

// An exchange whose payload was understood.
struct AiRecord {
  std::string_view provider;          // "OpenAI"
  std::string_view dialect;           // "openai", as the client spoke it
  std::string_view operation;         // "chat", "text_completion", "embeddings"
  std::string_view model;             // as asked for
  std::string_view upstream_model;    // as sent
  std::string_view translation_loss;  // fields that could not cross dialects; empty: none
  Delivery delivery = Delivery::kWhole;
  std::optional<TokenUsage> usage;  // absent: the provider did not say
  std::optional<std::chrono::microseconds> first_token;
  std::optional<MicroUsd> cost;       // absent: no usage, or no price is known
  std::optional<TokenUsage> avoided;  // that a kept reply took when it was made, and not now
};

// One try of an exchange at a member of a group.
struct TryRecord {
  std::string_view backend;
  std::string_view endpoint;  // empty: none was reached
  std::string_view region;
  std::string_view outcome;  // a status, or why it ended: "429", "connect", "first-token-timeout"
};

// What a processor may come to, in the order of metric variants.
inline constexpr std::array<std::string_view, 13> kProcessorVerdicts = {
    "skip",         "continue",       "mutate",          "reroute",       "answer",
    "reject",       "cancelled",      "failed-open",     "failed-closed", "failed-fallback",
    "timeout-open", "timeout-closed", "timeout-fallback"};

// One processor of a payload pipeline in one phase.
struct ProcessorRecord {
  std::string_view processor;  // "ns/pipeline/name"
  std::string_view phase;      // "RequestBody"
  std::string_view verdict;    // "mutate", "failed-open"
  std::uint64_t microseconds = 0;
  std::uint32_t runs = 1;   // events of a stream
  bool reports = false;     // mode Report: what it wanted was not done
  std::string_view detail;  // its own word: "hit"; empty: none
};

struct AccessRecord {
  WallTime time;  // when the request head was complete
  std::string_view listener;
  std::string_view route;
  std::string_view rule;
  std::string_view backend;
  std::string_view endpoint;  // "10.0.0.1:8080"
  std::string_view region;    // where that is
  std::string_view method;
  std::string_view host;
  std::string_view target;    // path and query as received; secrets in it are not written
  std::string_view protocol;  // "HTTP/1.1", "HTTP/2"
  std::string_view client_address;
  std::string_view request_id;
  std::string_view user_agent;
  std::uint16_t status = 0;     // 0: no head was sent
  std::uint64_t bytes_in = 0;   // request body
  std::uint64_t bytes_out = 0;  // response body
  std::chrono::microseconds duration{0};
  std::optional<std::chrono::microseconds> first_byte;  // of the response, from `time`
  std::uint32_t attempts = 0;                           // tries on a backend; 0: none was needed
  Termination termination = Termination::kComplete;
  std::optional<ErrorCode> error;
  Origin error_origin = Origin::kInternal;
  std::string_view error_detail;
  const AiRecord* ai = nullptr;      // null: the payload was not looked at
  std::span<const TryRecord> tries;  // of a group, in order; the first kMaxLoggedTries are written
  std::string_view regions;          // that a policy locks the exchange to: "eu,us"; empty: none
  std::span<const ProcessorRecord>
      processors;  // that ran, in order; the first kMaxLoggedProcessors
};
inline constexpr std::size_t kMaxLoggedTries = 16;
inline constexpr std::size_t kMaxLoggedProcessors = 256;

// Appends one JSON object and a newline. Long texts are cut (target 2048 bytes, others 512); bytes
// that are not UTF-8 are replaced; values of query parameters that look like credentials become
// "***".
void format_access_record(const AccessRecord& record, std::string& out);

// The target with the values of credential parameters replaced; `scratch` holds the result when one
// was.
std::string_view redact_target(std::string_view target, std::string& scratch);

}  // namespace tidegate::telemetry
