// Configuration of ResponseCache.   Reference: docs/reference/response-cache.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::processors::response_cache {

enum class Match : std::uint8_t { kExact, kWording };
enum class RequestControls : std::uint8_t { kHonor, kIgnore };

// Answers that replicas share: in the Redis that is the processor's backendRef.
struct StoreConfig {
  std::chrono::milliseconds timeout{50};  // of a lookup; then it is a miss
  std::string key_prefix = "tidegate";
  std::uint32_t database = 0;
};

struct Config {
  std::chrono::milliseconds ttl{std::chrono::hours(1)};
  std::chrono::milliseconds max_ttl{std::chrono::hours(24)};  // that a request may ask for
  std::uint64_t max_bytes = std::uint64_t{64} << 20;
  std::uint64_t max_entry_bytes = std::uint64_t{1} << 20;
  std::uint64_t max_request_bytes = std::uint64_t{1} << 20;
  // Fields whose values tell tenants apart. By default what callers prove themselves with.
  std::vector<std::string> partition_by = {"authorization", "x-api-key", "api-key",
                                           "x-goog-api-key"};
  std::vector<std::string> ignore;  // top-level members of the request
  Match match = Match::kExact;
  std::vector<std::vector<std::string>> synonyms;  // of kWording, beside the usual ones
  RequestControls request_controls = RequestControls::kHonor;
  bool tool_calls = false;                     // replies that end with a tool call are kept
  std::chrono::milliseconds max_wait{20'000};  // for an equal request; 0: none waits
  std::chrono::milliseconds pace{0};           // between two events of a stream that is replayed
  std::optional<StoreConfig> store;            // absent: memory alone
};

// Reads the JSON of a processor's `config`. Returns what is wrong, each with its path.
std::vector<std::string> read(std::string_view json, Config& out);

}  // namespace tidegate::processors::response_cache
