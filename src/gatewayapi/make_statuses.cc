#include "gatewayapi/make_statuses.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gatewayapi/backend/destination.h"
#include "gatewayapi/features.h"

namespace tidegate::gatewayapi {
namespace {

// "v1.6.1" and "v1.6.0-rc.1" are the same to us: major and minor decide.
std::string_view minor_version(std::string_view version) {
  const std::size_t first = version.find('.');
  const std::size_t second = first == std::string_view::npos ? first : version.find('.', first + 1);
  return version.substr(0, second);
}

GatewayClassStatus make_class_status(const std::shared_ptr<const resource::GatewayClass>& object,
                                     const CompileOptions& options) {
  const std::int64_t generation = object->meta.generation;
  std::optional<Problem> not_accepted;
  if (object->parameters_ref) {
    not_accepted = {Reason::kInvalidParameters,
                    fmt::format("parametersRef: {}/{} is not a kind that configures a GatewayClass",
                                object->parameters_ref->group, object->parameters_ref->kind)};
  }
  std::optional<Problem> unsupported;
  const std::string_view installed = options.crd_bundle_version;
  if (!installed.empty() && minor_version(installed) != minor_version(kBundleVersion)) {
    unsupported = {Reason::kUnsupportedVersion,
                   fmt::format("the installed CRDs are {}, this controller is for {}", installed,
                               kBundleVersion)};
  }
  GatewayClassStatus status;
  status.meta = MetaPtr(object, &object->meta);
  status.conditions = {
      judge(ConditionType::kAccepted, Reason::kAccepted, not_accepted, generation),
      judge(ConditionType::kSupportedVersion, Reason::kSupportedVersion, unsupported, generation)};
  return status;
}

// Why a listener is not programmed; nothing when it is.
std::optional<Problem> not_programmed(const ServedListener& listener,
                                      const ServedGateway& gateway) {
  if (listener.conflict) return listener.conflict;
  if (listener.not_accepted) return Problem{Reason::kInvalid, listener.not_accepted->message};
  if (listener.unusable) return listener.unusable;
  if (gateway.not_accepted) return Problem{Reason::kInvalid, "the Gateway is not accepted"};
  return std::nullopt;
}

ListenerStatus make_listener_status(const ServedListener& listener, const ServedGateway& gateway,
                                    std::uint32_t attached_routes, std::int64_t generation) {
  ListenerStatus status;
  status.name = listener.spec->name;
  status.attached_routes = attached_routes;
  for (const RouteKind kind : kAllRouteKinds) {
    if (listener.kinds.has(kind)) {
      status.supported_kinds.push_back({resource::kGatewayGroup, std::string(to_string(kind))});
    }
  }
  const auto& not_accepted = listener.conflict ? listener.conflict : listener.not_accepted;
  status.conditions = {
      judge(ConditionType::kAccepted, Reason::kAccepted, not_accepted, generation),
      judge(ConditionType::kProgrammed, Reason::kProgrammed, not_programmed(listener, gateway),
            generation),
      judge(ConditionType::kResolvedRefs, Reason::kResolvedRefs, listener.unresolved, generation)};
  Condition conflicted{
      ConditionType::kConflicted, ConditionStatus::kFalse, Reason::kNoConflicts, {}, generation};
  if (listener.conflict) {
    conflicted.status = ConditionStatus::kTrue;
    conflicted.reason = listener.conflict->reason;
    conflicted.message = listener.conflict->message;
  }
  status.conditions.push_back(std::move(conflicted));
  if (listener.overlapping_hostname) {
    status.conditions.push_back(holds(
        ConditionType::kOverlappingTlsConfig, Reason::kOverlappingHostnames, generation,
        "another listener on this port covers some of the same hostnames; requests that reach "
        "the wrong one over a shared connection are answered 421"));
  }
  return status;
}

// How many of some listeners satisfy a predicate.
template <class Predicate>
std::size_t count(const Topology& topology, const std::vector<std::uint32_t>& listeners,
                  Predicate predicate) {
  return static_cast<std::size_t>(std::ranges::count_if(
      listeners, [&](std::uint32_t i) { return predicate(topology.listeners[i]); }));
}

std::string invalid_listeners(const Topology& topology,
                              const std::vector<std::uint32_t>& listeners) {
  std::string names;
  for (const std::uint32_t i : listeners) {
    const ServedListener& listener = topology.listeners[i];
    if (listener.programmed()) continue;
    names += fmt::format("{}{}", names.empty() ? "not valid: " : ", ", listener.spec->name);
  }
  return names;
}

Condition gateway_accepted(const Topology& topology, const ServedGateway& gateway) {
  const std::int64_t generation = gateway.object->meta.generation;
  if (gateway.not_accepted) {
    return fails(ConditionType::kAccepted, *gateway.not_accepted, generation);
  }
  const std::size_t accepted =
      count(topology, gateway.listeners, [](const auto& l) { return l.accepted(); });
  if (accepted == gateway.listeners.size()) {
    return holds(ConditionType::kAccepted, Reason::kAccepted, generation);
  }
  Condition condition{
      ConditionType::kAccepted, accepted > 0 ? ConditionStatus::kTrue : ConditionStatus::kFalse,
      Reason::kListenersNotValid, invalid_listeners(topology, gateway.listeners), generation};
  return condition;
}

std::optional<Problem> gateway_not_programmed(const Topology& topology,
                                              const ServedGateway& gateway) {
  if (gateway.not_accepted) return Problem{Reason::kInvalid, gateway.not_accepted->message};
  if (gateway.address_problem) return gateway.address_problem;
  const std::size_t programmed =
      count(topology, gateway.listeners, [](const auto& l) { return l.programmed(); });
  if (programmed > 0 || gateway.attached_listener_sets > 0) return std::nullopt;
  return Problem{Reason::kInvalid, invalid_listeners(topology, gateway.listeners)};
}

std::optional<Problem> gateway_unresolved(const Topology& topology, const ServedGateway& gateway) {
  if (gateway.unresolved) return gateway.unresolved;
  for (const std::uint32_t i : gateway.listeners) {
    const ServedListener& listener = topology.listeners[i];
    if (!listener.unresolved) continue;
    return Problem{
        Reason::kListenersNotResolved,
        fmt::format("listener {}: {}", listener.spec->name, listener.unresolved->message)};
  }
  return std::nullopt;
}

GatewayStatus make_gateway_status(const Topology& topology, const ServedGateway& gateway,
                                  const std::vector<std::uint32_t>& attached) {
  const std::int64_t generation = gateway.object->meta.generation;
  GatewayStatus status;
  status.meta = MetaPtr(gateway.object, &gateway.object->meta);
  status.conditions = {gateway_accepted(topology, gateway),
                       judge(ConditionType::kProgrammed, Reason::kProgrammed,
                             gateway_not_programmed(topology, gateway), generation),
                       judge(ConditionType::kResolvedRefs, Reason::kResolvedRefs,
                             gateway_unresolved(topology, gateway), generation)};
  if (gateway.insecure_frontend_validation) {
    status.conditions.push_back(holds(ConditionType::kInsecureFrontendValidationMode,
                                      Reason::kConfigurationChanged, generation,
                                      "AllowInsecureFallback lets clients without a valid "
                                      "certificate pass"));
  }
  status.addresses = gateway.addresses;
  for (const std::uint32_t i : gateway.listeners) {
    status.listeners.push_back(
        make_listener_status(topology.listeners[i], gateway, attached[i], generation));
  }
  status.attached_listener_sets = gateway.attached_listener_sets;
  return status;
}

ListenerSetStatus make_listener_set_status(const Topology& topology, const ServedListenerSet& set,
                                           const std::vector<std::uint32_t>& attached) {
  const std::int64_t generation = set.object->meta.generation;
  ListenerSetStatus status;
  status.meta = MetaPtr(set.object, &set.object->meta);
  if (set.not_accepted) {
    status.conditions = {fails(ConditionType::kAccepted, *set.not_accepted, generation),
                         fails(ConditionType::kProgrammed, *set.not_accepted, generation)};
    return status;
  }
  const ServedGateway& gateway = topology.gateways[set.gateway];
  for (const std::uint32_t i : set.listeners) {
    status.listeners.push_back(
        make_listener_status(topology.listeners[i], gateway, attached[i], generation));
  }
  const std::size_t programmed =
      count(topology, set.listeners, [](const auto& l) { return l.programmed(); });
  const std::string invalid = invalid_listeners(topology, set.listeners);
  if (programmed == 0) {
    const Problem problem{Reason::kListenersNotValid, invalid};
    status.conditions = {fails(ConditionType::kAccepted, problem, generation),
                         fails(ConditionType::kProgrammed, problem, generation)};
    return status;
  }
  const bool all = programmed == set.listeners.size();
  status.conditions = {
      holds(ConditionType::kAccepted, all ? Reason::kAccepted : Reason::kListenersNotValid,
            generation, invalid),
      holds(ConditionType::kProgrammed, Reason::kProgrammed, generation)};
  return status;
}

std::vector<std::uint32_t> count_attached(const Topology& topology, const RouteBook& routes) {
  std::vector<std::uint32_t> attached(topology.listeners.size(), 0);
  for (const auto& page : routes.pages()) {
    for (const ListenerShare& share : page->listeners) attached[share.listener] += share.attached;
  }
  return attached;
}

}  // namespace

Statuses make_statuses(const resource::ResourceSet& resources, const CompileOptions& options,
                       const Topology& topology, const RouteBook& routes,
                       const TlsPolicies& policies, const BackendTable& backends) {
  Statuses statuses;
  for (const auto& gateway_class : resources.gateway_classes) {
    if (is_ours(*gateway_class, options)) {
      statuses.gateway_classes.push_back(make_class_status(gateway_class, options));
    }
  }
  const std::vector<std::uint32_t> attached = count_attached(topology, routes);
  for (const ServedGateway& gateway : topology.gateways) {
    statuses.gateways.push_back(make_gateway_status(topology, gateway, attached));
  }
  for (const ServedListenerSet& set : topology.listener_sets) {
    statuses.listener_sets.push_back(make_listener_set_status(topology, set, attached));
  }
  statuses.policies = make_policy_statuses(topology, routes, policies, backends);
  return statuses;
}

std::vector<BackendStatus> make_backend_statuses(const resource::ResourceSet& resources,
                                                 const Lookup& lookup,
                                                 const PipelineBook& pipelines) {
  std::vector<BackendStatus> statuses;
  statuses.reserve(resources.backends.size());
  for (const auto& object : resources.backends) {
    DestinationProblems problems = judge_destination(*object, lookup);
    if (!problems.unresolved) problems.unresolved = pipelines.find_missing(*object);
    const std::int64_t generation = object->meta.generation;
    BackendStatus status;
    status.kind = to_string(object->kind);
    status.meta = MetaPtr(object, &object->meta);
    status.conditions = {
        judge(ConditionType::kAccepted, Reason::kAccepted, problems.not_accepted, generation),
        judge(ConditionType::kResolvedRefs, Reason::kResolvedRefs, problems.unresolved,
              generation)};
    statuses.push_back(std::move(status));
  }
  return statuses;
}

std::vector<std::string> make_notes(const Topology& topology, const RouteBook& routes) {
  std::vector<std::string> notes = topology.notes;
  for (const auto& result : routes.results()) {
    if (!result->status) notes.push_back(unattached_note(result->object));
  }
  return notes;
}

std::string unattached_note(const RouteObject& route) {
  const auto& meta = meta_of(route);
  return fmt::format("{} {}/{}: no parentRef names a Gateway or ListenerSet served here",
                     to_string(kind_of(route)), meta.namespace_, meta.name);
}

}  // namespace tidegate::gatewayapi
