// How an endpoint, or a whole backend, has been doing: what its answers say (passive), what
// questions beside the traffic say (active), and whether it is left alone for now.
//
// A circuit is closed while all is well; open while the endpoint is ejected; half-open afterwards,
// when one request at a time may try it: success closes it, failure opens it for twice as long.
// What is the client's own fault counts for nothing.   No I/O; the caller tells the time.
// Thread: one owner.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "config/failover.h"

namespace tidegate::upstream {

// What a try says of the endpoint it was made at.
enum class Verdict : std::uint8_t {
  kSuccess,
  kFailure,
  kSilent,  // says nothing: the client's own fault, or the client went
};

// 408, 429 and 5xx are failures; other 4xx are the client's own.
Verdict judge_status(std::uint16_t status);
// Connecting, TLS, DNS, timeouts and broken answers are failures; cancelling and limits of our own
// are silent.
Verdict judge_error(const Error& error);

enum class Circuit : std::uint8_t { kClosed, kOpen, kHalfOpen };
std::string_view to_string(Circuit circuit);

class EndpointHealth {
 public:
  // Whether a request may go there. In a half-open circuit only one may at a time: start() takes
  // its place.
  bool available(SteadyTime now) const;
  Circuit circuit(SteadyTime now) const;
  // When the ejection ends; only while the circuit is open.
  SteadyTime open_until() const { return open_until_; }

  void start(SteadyTime now);
  // The end of what start() began. `may_eject`: whether the share of ejected endpoints allows one
  // more. Returns whether this ejected it.
  bool finish(const config::PassiveHealth& policy, Verdict verdict, bool may_eject, SteadyTime now);
  // The endpoint asked to be left alone (Retry-After). Bounded by the policy's longest ejection.
  void cool_down(const config::PassiveHealth& policy, std::chrono::milliseconds time,
                 SteadyTime now);

  // One more answer took so long. An exponentially weighted average; older ones fade within a
  // dozen.
  void note_latency(std::chrono::microseconds latency);
  // Zero: nothing is known yet.
  std::chrono::microseconds latency() const { return std::chrono::microseconds(latency_us_); }

  // One more answer of an active check.
  void note_check(const config::ActiveHealth& policy, bool well);
  bool passes_checks() const { return passes_checks_; }

 private:
  // Requests and failures of one slice of the window.
  struct Slice {
    std::int64_t number = -1;  // since the epoch of the clock
    std::uint32_t requests = 0;
    std::uint32_t failures = 0;
  };
  static constexpr std::size_t kSlices = 8;

  void count(const config::PassiveHealth& policy, Verdict verdict, SteadyTime now);
  bool over_ratio(const config::PassiveHealth& policy, SteadyTime now) const;
  void open(const config::PassiveHealth& policy, SteadyTime now);
  void close();

  std::array<Slice, kSlices> slices_{};
  std::uint32_t consecutive_ = 0;
  std::uint32_t ejections_ = 0;  // in a row, for how long the next one is
  bool opened_ = false;          // open, or half-open once open_until_ has passed
  bool probing_ = false;         // the one request of a half-open circuit is under way
  SteadyTime open_until_{};
  SteadyTime probe_until_{};  // a probe that nobody finished does not block for ever
  std::int64_t latency_us_ = 0;
  bool passes_checks_ = true;
  std::uint32_t checks_in_a_row_ = 0;
};

// Retry-After of a reply as a time from now: seconds, or an HTTP date. Empty: not given, or not
// understood. Source: RFC 9110 10.2.3.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, WallTime now);

}  // namespace tidegate::upstream
