// What a request says about caches.   Thread: pure function.
// Source: RFC 9111 section 5.2.1; x-tidegate-cache-ttl: docs/reference/response-cache.md.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace tidegate::cache {

struct Directives {
  bool no_cache = false;        // do not answer out of the cache; a new answer may be kept
  bool no_store = false;        // have nothing to do with the cache
  bool only_if_cached = false;  // do not ask a backend
  std::optional<std::chrono::seconds> max_age;
  std::optional<std::chrono::seconds> ttl;  // of the answer that is kept
};

// Reads one Cache-Control value into `out`; what is not known or wrong is passed over, as the
// source says, but for a max-age that is no number, which counts as 0.
void read_cache_control(std::string_view value, Directives& out);

// A number of seconds. Empty: it is none.
std::optional<std::chrono::seconds> read_seconds(std::string_view value);

}  // namespace tidegate::cache
