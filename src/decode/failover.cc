#include "decode/failover.h"

#include <algorithm>

#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::Balance;

constexpr Number kShare{.min = 0, .max = 1};
constexpr Int<std::uint32_t> kAtLeastOne{.min = 1};

void read_balance(const Node& node, Balance& out) {
  constexpr Choice<Balance> kWays[] = {{"Weighted", Balance::kWeighted},
                                       {"LeastBusy", Balance::kLeastBusy},
                                       {"LowestLatency", Balance::kLowestLatency},
                                       {"LowestCost", Balance::kLowestCost}};
  one_of(kWays)(node, out);
}

void read_positive_duration(const Node& node, std::chrono::milliseconds& out) {
  read_duration(node, out);
  if (out.count() == 0) node.fail("must be longer than 0s");
}

void read_member_ref(const Node& node, resource::BackendObjectReference& out) {
  out.group = resource::kTidegateGroup;
  out.kind = "Backend";
  ObjectReader object(node);
  object.optional("group", out.group, kGroup);
  object.optional("kind", out.kind, kKind);
  object.optional("namespace", out.namespace_, kNamespace);
  object.required("name", out.name, kObjectName);
  object.optional("port", out.port, kPort);
}

void read_header(const Node& node, resource::HeaderEquals& out) {
  ObjectReader object(node);
  object.required("name", out.name, kHeaderName);
  object.required("value", out.value, kHeaderValue);
}

void read_member(const Node& node, resource::GroupMember& out) {
  ObjectReader object(node);
  object.required("backendRef", out.ref, read_member_ref);
  object.optional("priority", out.priority, Int<std::uint32_t>{.max = 100});
  object.optional("weight", out.weight, kWeight);
  object.optional("region", out.region, read_region);
  object.object("condition", [&out](ObjectReader& condition) {
    condition.list("models", out.models, {.min = 1, .max = 64}, Text{.min = 1, .max = 253});
    condition.list("headers", out.headers, {.min = 1, .max = 16}, read_header);
  });
}

void read_status(const Node& node, std::uint16_t& out) {
  Int<std::uint16_t>{.min = 400, .max = 599}(node, out);
}

void read_triggers(const Node& node, resource::FailoverTriggers& out) {
  ObjectReader object(node);
  object.optional("statuses", out.statuses, [](const Node& list, auto& into) {
    ObjectReader::read_list(list, into, {.max = 32}, read_status);
  });
  object.optional("firstTokenTimeout", out.first_token_timeout, read_positive_duration);
  object.optional("minTokensPerSecond", out.min_tokens_per_second, Number{.min = 0, .max = 1e6});
  object.optional("throughputWindow", out.throughput_window, read_positive_duration);
  object.optional("contextWindowExceeded", out.context_window_exceeded, read_bool);
  object.optional("contentPolicy", out.content_policy, read_bool);
  object.optional("streamErrors", out.stream_errors, read_bool);
  object.optional("timeouts", out.timeouts, read_bool);
}

void read_retry(const Node& node, resource::GroupRetry& out) {
  ObjectReader object(node);
  object.optional("maxTries", out.max_tries, Int<std::uint32_t>{.min = 1, .max = 32});
  object.object("budget", [&out](ObjectReader& budget) {
    budget.optional("ratio", out.budget_ratio, kShare);
    budget.optional("minPerSecond", out.budget_min_per_second, Int<std::uint32_t>{.max = 100'000});
  });
}

void read_sticky(const Node& node, resource::StickySessions& out) {
  ObjectReader object(node);
  object.optional("header", out.header, kHeaderName);
  object.optional("providerState", out.provider_state, read_bool);
  object.optional("timeToLive", out.time_to_live, read_positive_duration);
}

void read_hedge(const Node& node, resource::HedgedTries& out) {
  ObjectReader object(node);
  object.required("delay", out.delay, read_positive_duration);
  object.optional("budgetRatio", out.budget_ratio, kShare);
}

void read_passive(const Node& node, resource::PassiveHealth& out) {
  ObjectReader object(node);
  object.optional("consecutiveFailures", out.consecutive_failures, Int<std::uint32_t>{});
  object.optional("failureRatio", out.failure_ratio, kShare);
  object.optional("minRequests", out.min_requests, kAtLeastOne);
  object.optional("window", out.window, read_positive_duration);
  object.optional("ejectionTime", out.ejection_time, read_positive_duration);
  object.optional("maxEjectionTime", out.max_ejection_time, read_positive_duration);
  object.optional("maxEjectedPercent", out.max_ejected_percent, Int<std::uint32_t>{.max = 100});
}

bool is_path(std::string_view text) {
  return text.starts_with('/') &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

void read_active(const Node& node, resource::ActiveHealth& out) {
  constexpr Text kPath{
      .min = 1, .max = 1024, .valid = is_path, .must = "be a path that begins with /"};
  ObjectReader object(node);
  object.optional("path", out.path, kPath);
  object.optional("interval", out.interval, read_positive_duration);
  object.optional("timeout", out.timeout, read_positive_duration);
  object.optional("healthyThreshold", out.healthy_threshold, kAtLeastOne);
  object.optional("unhealthyThreshold", out.unhealthy_threshold, kAtLeastOne);
}

}  // namespace

void read_group(const Node& node, resource::GroupDestination& out) {
  ObjectReader object(node);
  object.required_list("members", out.members, {.min = 1, .max = 32}, read_member);
  object.optional("failover", out.failover, read_triggers);
  object.optional("balance", out.balance, read_balance);
  object.optional("retry", out.retry, read_retry);
  object.optional("sticky", out.sticky, read_sticky);
  object.optional("hedge", out.hedge, read_hedge);
}

void read_health(const Node& node, resource::BackendHealth& out) {
  ObjectReader object(node);
  object.optional("passive", out.passive, read_passive);
  object.optional("active", out.active, read_active);
}

void read_limits(const Node& node, resource::BackendLimits& out) {
  ObjectReader object(node);
  object.optional("maxConnections", out.max_connections, kAtLeastOne);
  object.optional("maxPendingRequests", out.max_pending_requests, kAtLeastOne);
  object.optional("maxRequests", out.max_requests, kAtLeastOne);
}

void read_endpoint_balance(const Node& node, Balance& out) {
  constexpr Choice<Balance> kWays[] = {{"LeastBusy", Balance::kLeastBusy},
                                       {"LowestLatency", Balance::kLowestLatency}};
  one_of(kWays)(node, out);
}

void read_region(const Node& node, std::string& out) {
  constexpr Text kRegion{
      .min = 1, .max = 63, .valid = is_dns_label, .must = "be a lower case region name"};
  kRegion(node, out);
}

}  // namespace tidegate::decode
