#include "gatewayapi/route/rule_context.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gatewayapi/backend/service_destination.h"

namespace tidegate::gatewayapi {
namespace {

constexpr std::uint16_t kUnresolvedStatus = 500;
// Bounds a condition's message, which the API caps at 32768 bytes.
constexpr std::size_t kMaxMessageBytes = 4096;

}  // namespace

void RuleContext::add_unresolved(std::string_view path, Problem problem) {
  if (!unresolved_) {
    unresolved_ = Problem{problem.reason, fmt::format("{}: {}", path, problem.message)};
    return;
  }
  const std::string more = fmt::format("; {}: {}", path, problem.message);
  const bool known = unresolved_->message.find(more.substr(2)) != std::string::npos;
  if (!known && unresolved_->message.size() + more.size() <= kMaxMessageBytes) {
    unresolved_->message += more;
  }
}

void RuleContext::add_invalid_rule(std::size_t rule, Problem problem) {
  const bool known = std::ranges::any_of(
      invalid_rules_, [&](const InvalidRule& invalid) { return invalid.rule == rule; });
  if (!known) invalid_rules_.push_back({rule, std::move(problem)});
}

void RuleContext::add_ignored(std::string path) {
  if (std::ranges::find(ignored_, path) == ignored_.end()) ignored_.push_back(std::move(path));
}

RegionLocks::Regions RuleContext::regions_for(std::string_view rule) const {
  return locks_ == nullptr ? nullptr
                           : locks_->find_for_rule(to_string(kind_), namespace_, route_name_, rule);
}

config::PipelinesPtr RuleContext::pipelines_for(std::string_view rule,
                                                const config::Pipelines& named) const {
  if (pipelines_ == nullptr) return nullptr;
  return pipelines_->find_for_rule(from_kind_, namespace_, route_name_, rule, named);
}

std::shared_ptr<const config::Pipeline> RuleContext::find_pipeline(std::string_view name) const {
  return pipelines_ == nullptr ? nullptr : pipelines_->find(namespace_, name);
}

std::optional<Secret> RuleContext::find_secret(const config::SecretReference& ref,
                                               std::string_view path) {
  resource::SecretObjectReference object;
  object.name = ref.name;
  if (!ref.namespace_.empty()) object.namespace_ = ref.namespace_;
  auto value =
      find_secret_value(inputs_.lookup, {from_group_, from_kind_, namespace_}, object, ref.key);
  if (value) return std::move(*value);
  add_unresolved(path, std::move(value.error()));
  return std::nullopt;
}

bool RuleContext::wants_near(const BackendKey& key) const {
  const Location* location = inputs_.lookup.location;
  if (from_kind_ != "PayloadProcessingPipeline" || location == nullptr || !location->is_known()) {
    return false;
  }
  if (!key.own_kind) return true;
  const auto* object = find_object(key, inputs_.lookup.index);
  return object != nullptr && find_service_destination(*object) != nullptr;
}

config::WeightedBackend RuleContext::resolve(const resource::BackendObjectReference& ref,
                                             BackendUse use, std::string_view path) {
  config::WeightedBackend result;
  result.error_status = kUnresolvedStatus;
  const bool service = ref.group.empty() && ref.kind == "Service";
  const auto own = resource::find_backend_kind(ref.group, ref.kind);
  if (!service && !own) {
    add_unresolved(path, {Reason::kInvalidKind,
                          fmt::format("{}/{} is not a kind that can be a backend",
                                      ref.group.empty() ? "core" : ref.group, ref.kind)});
    return result;
  }
  const std::string_view ns = ref.namespace_ ? std::string_view(*ref.namespace_) : namespace_;
  const bool permitted = inputs_.lookup.grants.permits({from_group_, from_kind_, namespace_, {}},
                                                       {ref.group, ref.kind, ns, ref.name});
  if (!permitted) {
    add_unresolved(
        path, {Reason::kRefNotPermitted,
               fmt::format("no ReferenceGrant in namespace {} allows the reference to {} {}", ns,
                           ref.kind, ref.name)});
    return result;
  }
  if (service && !ref.port) {
    add_unresolved(path, {Reason::kBackendNotFound, "a Service reference needs a port"});
    return result;
  }
  BackendKey key{.namespace_ = std::string(ns),
                 .name = ref.name,
                 .port = ref.port.value_or(0),
                 .use = use,
                 .own_kind = own,
                 .client_of = client_of_};
  key.near = wants_near(key);
  const std::uint32_t index = table_.find_or_resolve(key, inputs_);
  if (std::ranges::find(backends_, index) == backends_.end()) backends_.push_back(index);
  const ResolvedBackend& resolved = table_.at(index);
  if (resolved.unresolved) add_unresolved(path, *resolved.unresolved);
  result.backend = resolved.backend;
  result.error_status = resolved.error_status;
  return result;
}

}  // namespace tidegate::gatewayapi
