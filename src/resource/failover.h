// The parts of Backend (tidegate.dev/v1alpha1) about other places to go and about strain.
//
//   spec:
//     destination:
//       type: Group
//       group:
//         members:
//         - {backendRef: {name: openai-us}, priority: 0, weight: 3, region: us}
//         - {backendRef: {name: azure-eu}, priority: 1, condition: {models: [gpt-4o]}}
//         failover: {statuses: [429, 503], firstTokenTimeout: 5s, contentPolicy: true}
//         balance: LowestLatency
//         retry: {maxTries: 3, budget: {ratio: 0.2, minPerSecond: 10}}
//         sticky: {header: x-session-id}
//         hedge: {delay: 800ms, budgetRatio: 0.05}
//     region: us
//     health: {passive: {consecutiveFailures: 5}, active: {path: /health}}
//     limits: {maxConnections: 100, maxPendingRequests: 50, maxRequests: 200}
//     balance: LeastBusy
//
// Absent fields keep their defaults: config/failover.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resource/references.h"

namespace tidegate::resource {

struct HeaderEquals {
  std::string name;
  std::string value;
};

struct GroupMember {
  BackendObjectReference ref;  // group and kind default to our Backend here
  std::uint32_t priority = 0;  // 0..100
  std::uint32_t weight = 1;
  std::string region;
  std::vector<std::string> models;    // condition.models
  std::vector<HeaderEquals> headers;  // condition.headers
};

enum class Balance : std::uint8_t { kWeighted, kLeastBusy, kLowestLatency, kLowestCost };

struct FailoverTriggers {
  std::optional<std::vector<std::uint16_t>> statuses;
  std::optional<std::chrono::milliseconds> first_token_timeout;
  std::optional<double> min_tokens_per_second;
  std::optional<std::chrono::milliseconds> throughput_window;
  std::optional<bool> context_window_exceeded;
  std::optional<bool> content_policy;
  std::optional<bool> stream_errors;
  std::optional<bool> timeouts;
};

struct GroupRetry {
  std::optional<std::uint32_t> max_tries;
  std::optional<double> budget_ratio;
  std::optional<std::uint32_t> budget_min_per_second;
};

struct StickySessions {
  std::optional<std::string> header;
  std::optional<bool> provider_state;
  std::optional<std::chrono::milliseconds> time_to_live;
};

struct HedgedTries {
  std::chrono::milliseconds delay{0};
  std::optional<double> budget_ratio;
};

struct GroupDestination {
  std::vector<GroupMember> members;  // 1..32
  FailoverTriggers failover;
  std::optional<Balance> balance;
  GroupRetry retry;
  std::optional<StickySessions> sticky;
  std::optional<HedgedTries> hedge;
};

struct PassiveHealth {
  std::optional<std::uint32_t> consecutive_failures;
  std::optional<double> failure_ratio;
  std::optional<std::uint32_t> min_requests;
  std::optional<std::chrono::milliseconds> window;
  std::optional<std::chrono::milliseconds> ejection_time;
  std::optional<std::chrono::milliseconds> max_ejection_time;
  std::optional<std::uint32_t> max_ejected_percent;
};

struct ActiveHealth {
  std::optional<std::string> path;
  std::optional<std::chrono::milliseconds> interval;
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<std::uint32_t> healthy_threshold;
  std::optional<std::uint32_t> unhealthy_threshold;
};

struct BackendHealth {
  std::optional<PassiveHealth> passive;
  std::optional<ActiveHealth> active;
};

struct BackendLimits {
  std::optional<std::uint32_t> max_connections;
  std::optional<std::uint32_t> max_pending_requests;
  std::optional<std::uint32_t> max_requests;
};

}  // namespace tidegate::resource
