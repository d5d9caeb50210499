#include "gatewayapi/backend/group.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gatewayapi/backend/extensions.h"
#include "gatewayapi/permissions.h"

namespace tidegate::gatewayapi {
namespace {

// A field that was written replaces the default.
template <class T, class From>
void put(const std::optional<From>& from, T& to) {
  if (from) to = static_cast<T>(*from);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// Statuses that say "not here, not now" rather than "not you".
constexpr std::uint16_t kUsualStatuses[] = {408, 429, 500, 502, 503, 504, 529};

config::Triggers make_triggers(const resource::FailoverTriggers& wanted) {
  config::Triggers triggers;
  triggers.statuses.assign(std::begin(kUsualStatuses), std::end(kUsualStatuses));
  put(wanted.statuses, triggers.statuses);
  put(wanted.first_token_timeout, triggers.first_token_timeout);
  put(wanted.min_tokens_per_second, triggers.min_tokens_per_second);
  put(wanted.throughput_window, triggers.throughput_window);
  put(wanted.context_window_exceeded, triggers.context_window_exceeded);
  put(wanted.content_policy, triggers.content_policy);
  put(wanted.stream_errors, triggers.stream_errors);
  put(wanted.timeouts, triggers.timeouts);
  return triggers;
}

config::GroupMember make_member(const resource::GroupMember& wanted,
                                std::shared_ptr<const config::Backend> backend) {
  config::GroupMember member;
  member.priority = wanted.priority;
  member.weight = wanted.weight;
  member.region = backend->region.empty() ? wanted.region : backend->region;
  member.condition.models = wanted.models;
  for (const auto& header : wanted.headers) {
    member.condition.headers.push_back({lower(header.name), header.value});
  }
  member.backend = std::move(backend);
  return member;
}

// For those who look at a group from outside: it is a model provider when a member is one, and
// offers what they offer together.
std::optional<config::Ai> combine(std::span<const config::GroupMember> members) {
  std::optional<config::Ai> all;
  for (const config::GroupMember& member : members) {
    if (!member.backend->ai) continue;
    if (!all) {
      all.emplace();
      all->provider = member.backend->ai->provider;
      all->dialect = member.backend->ai->dialect;
    }
    for (const config::Model& model : member.backend->ai->models) {
      const bool known =
          std::ranges::find(all->models, model.name, &config::Model::name) != all->models.end();
      if (known) continue;
      all->models.push_back(model);
      all->models.back().upstream_name.clear();
    }
  }
  return all;
}

}  // namespace

const resource::GroupDestination* find_group(const resource::Backend& backend) {
  return std::get_if<resource::GroupDestination>(&backend.destination);
}

std::optional<Problem> check_group(const resource::Backend& backend, const Lookup& lookup) {
  if (auto problem = check_extensions(backend, lookup.processors)) return problem;
  const auto& members = find_group(backend)->members;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto key = member_key(backend, members[i], BackendUse::kHttp, lookup);
    if (!key) continue;
    const resource::Backend& member = *find_object(*key, lookup.index);
    const std::string path = fmt::format("destination.group.members[{}]", i);
    if (find_group(member) != nullptr) {
      return Problem{Reason::kInvalid,
                     fmt::format("{}: {} is a group; groups do not nest", path, member.meta.name)};
    }
    if (!members[i].region.empty() && !member.region.empty() &&
        members[i].region != member.region) {
      return Problem{Reason::kInvalid, fmt::format("{}.region: Backend {} says it is in {}", path,
                                                   member.meta.name, member.region)};
    }
  }
  return std::nullopt;
}

std::expected<BackendKey, Problem> member_key(const resource::Backend& backend,
                                              const resource::GroupMember& member, BackendUse use,
                                              const Lookup& lookup) {
  const auto& ref = member.ref;
  const auto kind = resource::find_backend_kind(ref.group, ref.kind);
  if (!kind) {
    return std::unexpected(Problem{Reason::kInvalidKind,
                                   fmt::format("{}/{} cannot be a member of a group",
                                               ref.group.empty() ? "core" : ref.group, ref.kind)});
  }
  const std::string ns = ref.namespace_.value_or(backend.meta.namespace_);
  const bool permitted = lookup.grants.permits(
      {group_of(backend.kind), to_string(backend.kind), backend.meta.namespace_, {}},
      {ref.group, ref.kind, ns, ref.name});
  if (!permitted) {
    return std::unexpected(
        Problem{Reason::kRefNotPermitted,
                fmt::format("no ReferenceGrant in namespace {} allows the reference to {} {}", ns,
                            ref.kind, ref.name)});
  }
  if (lookup.index.backends.find(*kind, ns, ref.name) == nullptr) {
    return std::unexpected(Problem{Reason::kBackendNotFound,
                                   fmt::format("{} {}/{} does not exist", ref.kind, ns, ref.name)});
  }
  return BackendKey{.namespace_ = ns,
                    .name = ref.name,
                    .port = ref.port.value_or(0),
                    .use = use,
                    .own_kind = kind,
                    .client_of = {}};
}

std::shared_ptr<config::Backend> make_group(
    const resource::Backend& backend, std::string id,
    std::span<const std::shared_ptr<const config::Backend>> members) {
  const resource::GroupDestination& wanted = *find_group(backend);
  auto group = std::make_shared<config::Group>();
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i] == nullptr) continue;
    config::GroupMember member = make_member(wanted.members[i], members[i]);
    const auto behind = std::ranges::upper_bound(group->members, member.priority, {},
                                                 &config::GroupMember::priority);
    group->members.insert(behind, std::move(member));
  }
  if (group->members.empty()) return nullptr;
  group->triggers = make_triggers(wanted.failover);
  if (wanted.balance) group->balance = make_balance(*wanted.balance);
  put(wanted.retry.max_tries, group->max_tries);
  put(wanted.retry.budget_ratio, group->budget.ratio);
  put(wanted.retry.budget_min_per_second, group->budget.min_per_second);
  if (wanted.sticky) {
    config::Sticky& sticky = group->sticky.emplace();
    sticky.header = lower(wanted.sticky->header.value_or(""));
    put(wanted.sticky->provider_state, sticky.provider_state);
    if (wanted.sticky->time_to_live) {
      sticky.time_to_live = std::chrono::ceil<std::chrono::seconds>(*wanted.sticky->time_to_live);
    }
  }
  if (wanted.hedge) {
    config::Hedge& hedge = group->hedge.emplace();
    hedge.delay = wanted.hedge->delay;
    put(wanted.hedge->budget_ratio, hedge.budget_ratio);
  }
  auto made = std::make_shared<config::Backend>();
  made->id = std::move(id);
  made->ai = combine(group->members);
  made->group = std::move(group);
  return made;
}

config::Health make_health(const resource::BackendHealth& health) {
  config::Health made;
  if (health.passive) {
    config::PassiveHealth& passive = made.passive.emplace();
    put(health.passive->consecutive_failures, passive.consecutive_failures);
    put(health.passive->failure_ratio, passive.failure_ratio);
    put(health.passive->min_requests, passive.min_requests);
    put(health.passive->window, passive.window);
    put(health.passive->ejection_time, passive.ejection_time);
    put(health.passive->max_ejection_time, passive.max_ejection_time);
    put(health.passive->max_ejected_percent, passive.max_ejected_percent);
  }
  if (health.active) {
    config::ActiveHealth& active = made.active.emplace();
    put(health.active->path, active.path);
    put(health.active->interval, active.interval);
    put(health.active->timeout, active.timeout);
    put(health.active->healthy_threshold, active.healthy_threshold);
    put(health.active->unhealthy_threshold, active.unhealthy_threshold);
  }
  return made;
}

config::Balance make_balance(resource::Balance balance) {
  switch (balance) {
    case resource::Balance::kWeighted:
      return config::Balance::kWeighted;
    case resource::Balance::kLeastBusy:
      return config::Balance::kLeastBusy;
    case resource::Balance::kLowestLatency:
      return config::Balance::kLowestLatency;
    case resource::Balance::kLowestCost:
      return config::Balance::kLowestCost;
  }
  return config::Balance::kWeighted;
}

}  // namespace tidegate::gatewayapi
