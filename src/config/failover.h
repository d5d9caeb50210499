// What may become of a request after the first backend: the members of a group, when the next one
// is tried, and how much strain a backend may be put to.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/filters.h"

namespace tidegate::config {

struct Backend;

// Which requests a member takes; all that is given must hold.
struct MemberCondition {
  std::vector<std::string> models;  // as clients ask for them; empty: any
  std::vector<NameValue> headers;   // equal; names lower case
  friend bool operator==(const MemberCondition&, const MemberCondition&) = default;
};

struct GroupMember {
  std::shared_ptr<const Backend> backend;  // never null; no group itself
  std::uint32_t priority = 0;              // lower ones first
  std::uint32_t weight = 1;                // 0: only when the others of its priority failed
  std::string region;  // the backend's, else as the group says; empty: nobody said
  MemberCondition condition;
  friend bool operator==(const GroupMember&, const GroupMember&) = default;
};

// How one of the members of a priority, or of the endpoints of a backend, is taken.
enum class Balance : std::uint8_t { kWeighted, kLeastBusy, kLowestLatency, kLowestCost };

// What ends a try in favour of the next member. A failure to connect (DNS, TCP, TLS) always does.
struct Triggers {
  std::vector<std::uint16_t> statuses;               // of answers
  std::chrono::milliseconds first_token_timeout{0};  // 0: none
  // Output tokens per second over `throughput_window` from the first one; 0: none. Output is kept
  // back for as long.
  double min_tokens_per_second = 0;
  std::chrono::milliseconds throughput_window{1000};
  bool context_window_exceeded = true;
  bool content_policy = false;  // another provider may have other rules: only when asked for
  bool stream_errors = true;    // a provider's error inside a 200, before any output
  bool timeouts = true;         // no answer in time
  friend bool operator==(const Triggers&, const Triggers&) = default;
};

// Tries after the first, as a share of the requests: a failing provider is not buried in retries.
struct RetryBudget {
  double ratio = 0.2;                 // of the requests of the last ten seconds
  std::uint32_t min_per_second = 10;  // allowed in any case
  friend bool operator==(const RetryBudget&, const RetryBudget&) = default;
};

// Requests that belong together go to the member that served the first of them.
struct Sticky {
  std::string header;          // names the session; lower case; empty: none
  bool provider_state = true;  // by response, file and conversation ids in the payload
  std::chrono::seconds time_to_live{3600};
  friend bool operator==(const Sticky&, const Sticky&) = default;
};

// A second try beside the first one when that is slow; the first answer wins.
struct Hedge {
  std::chrono::milliseconds delay{0};
  double budget_ratio = 0.05;  // of the requests
  friend bool operator==(const Hedge&, const Hedge&) = default;
};

struct Group {
  std::vector<GroupMember> members;  // by priority, then as written
  Triggers triggers;
  Balance balance = Balance::kWeighted;
  std::uint32_t max_tries = 0;  // in all; 0: each member once
  RetryBudget budget;
  std::optional<Sticky> sticky;
  std::optional<Hedge> hedge;
  friend bool operator==(const Group&, const Group&) = default;
};

// When an endpoint is left alone for a while because of how its answers were. A client's own error
// (4xx but 408 and 429) never counts.
struct PassiveHealth {
  std::uint32_t consecutive_failures = 5;  // 0: not looked at
  double failure_ratio = 0;                // over `window`; 0: not looked at
  std::uint32_t min_requests = 20;         // of the window, for the ratio
  std::chrono::milliseconds window{10'000};
  std::chrono::milliseconds ejection_time{10'000};  // the first time; doubled each time again
  std::chrono::milliseconds max_ejection_time{300'000};
  std::uint32_t max_ejected_percent = 100;  // of the backend's endpoints at once
  friend bool operator==(const PassiveHealth&, const PassiveHealth&) = default;
};

// Questions to endpoints beside the traffic.
struct ActiveHealth {
  std::string path;  // GET, any 2xx is well; empty: connecting is enough
  std::chrono::milliseconds interval{10'000};
  std::chrono::milliseconds timeout{2'000};
  std::uint32_t healthy_threshold = 2;
  std::uint32_t unhealthy_threshold = 3;
  friend bool operator==(const ActiveHealth&, const ActiveHealth&) = default;
};

struct Health {
  std::optional<PassiveHealth> passive;
  std::optional<ActiveHealth> active;
  friend bool operator==(const Health&, const Health&) = default;
};

}  // namespace tidegate::config
