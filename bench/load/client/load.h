// The load client: opens its connections, warms up, measures a window, prints one JSON object.
//
// Closed loop (rate 0): every connection asks again as soon as it is answered.
// Open loop: requests are due at a constant rate whether or not earlier ones were answered, and
// latency counts from the due instant, so a stall of the proxy is seen by every request that it
// delayed.
#pragma once

#include <cstdint>
#include <string>

#include "bench/load/instant.h"
#include "bench/load/work/work.h"

namespace tidegate::bench {

enum class Protocol : std::uint8_t { kHttp1, kHttp1Tls, kHttp2, kHttp2Tls };

struct LoadOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string host = "bench.test";
  Protocol protocol = Protocol::kHttp1;
  int connections = 64;
  int streams = 1;  // per HTTP/2 connection
  Work work;
  double rate = 0;       // requests per second in all; 0: closed loop
  Duration ramp{0};      // closed loop: over which the first requests are spread
  Duration warmup{0};    // not measured
  Duration duration{0};  // of the measured window; 0: until `requests` are answered
  std::int64_t requests = 0;
  std::string watch_pids;  // processes whose CPU time is measured, "311,312"; empty: none
};

// SIGTERM ends the measured window early; the result covers what was measured until then.
// Returns the exit status: 0, or 1 when any reply was wrong or a connection broke.
int run_load(const LoadOptions& options);

}  // namespace tidegate::bench
