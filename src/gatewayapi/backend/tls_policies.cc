#include "gatewayapi/backend/tls_policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gatewayapi/listener/topology.h"

namespace tidegate::gatewayapi {
namespace {

void read_ca_certificates(TlsPolicy& policy, const Lookup& lookup, config::UpstreamTls& tls) {
  const auto& object = *policy.object;
  const Referrer referrer{resource::kGatewayGroup, "BackendTLSPolicy", object.meta.namespace_};
  for (const auto& ref : object.validation.ca_certificate_refs) {
    const resource::ObjectReference full{ref.group, ref.kind, std::nullopt, ref.name};
    auto found = find_ca_bundle(
        lookup, referrer, full,
        {.invalid_ref = Reason::kInvalidCaCertificateRef, .invalid_kind = Reason::kInvalidKind});
    if (found) {
      tls.ca_pem += *found;
    } else if (!policy.unresolved) {
      policy.unresolved = std::move(found.error());
    }
  }
  if (tls.ca_pem.empty() && policy.unresolved) {
    policy.not_accepted = {Reason::kNoValidCaCertificate, policy.unresolved->message};
  }
}

// Reads what the policy wants; leaves policy.tls null when connections under it must fail.
void judge_policy(TlsPolicy& policy, const Lookup& lookup) {
  const auto& validation = policy.object->validation;
  auto tls = std::make_shared<config::UpstreamTls>();
  tls->sni = validation.hostname;
  for (const auto& name : validation.subject_alt_names) {
    const bool uri = name.type == resource::SubjectAltName::Type::kUri;
    tls->subject_alt_names.push_back(
        {uri ? config::SubjectAltName::Kind::kUri : config::SubjectAltName::Kind::kHostname,
         name.value});
  }
  const auto& well_known = validation.well_known_ca_certificates;
  if (!validation.ca_certificate_refs.empty()) {
    read_ca_certificates(policy, lookup, *tls);
  } else if (well_known == "System") {
    tls->system_ca = true;
  } else {
    policy.not_accepted = {
        Reason::kInvalid,
        well_known ? fmt::format("validation.wellKnownCACertificates {} is not known; use System",
                                 *well_known)
                   : "validation names neither caCertificateRefs nor wellKnownCACertificates"};
  }
  // One bad reference of several is told in status, yet connections that rely on it must fail.
  if (!policy.not_accepted && !policy.unresolved) policy.tls = std::move(tls);
}

bool has_port(const resource::Service& service, std::string_view name) {
  return std::ranges::any_of(service.ports, [&](const auto& port) { return port.name == name; });
}

}  // namespace

TlsPolicies::TlsPolicies(const resource::Objects<resource::BackendTlsPolicy>& policies,
                         const Lookup& lookup) {
  for (const auto& object : policies) policies_.push_back({.object = object});
  std::ranges::sort(policies_, [](const TlsPolicy& a, const TlsPolicy& b) {
    return takes_precedence(a.object->meta, b.object->meta);
  });
  for (std::uint32_t i = 0; i < policies_.size(); ++i) {
    judge_policy(policies_[i], lookup);
    for (const auto& ref : policies_[i].object->target_refs) add_target(ref, i, lookup.index);
  }
}

void TlsPolicies::add_target(const resource::PolicyTargetReference& ref, std::uint32_t policy,
                             const ResourceIndex& index) {
  TlsPolicy& added = policies_[policy];
  if (!ref.group.empty() || ref.kind != "Service") {
    if (!added.not_accepted) {
      added.not_accepted = {
          Reason::kTargetNotFound,
          fmt::format("targetRefs: {} is not a kind this policy can target", ref.kind)};
    }
    return;
  }
  const std::string_view namespace_ = added.object->meta.namespace_;
  const std::string_view section = ref.section_name ? std::string_view(*ref.section_name) : "";
  const auto* service = index.services.find(namespace_, ref.name);
  const bool missing = service != nullptr && !section.empty() && !has_port(*service, section);
  if (missing && !added.not_accepted) {
    added.not_accepted = {Reason::kTargetNotFound,
                          fmt::format("Service {} has no port named {}", ref.name, section)};
  }
  auto& targets = targets_[ObjectName{namespace_, ref.name}];
  const auto older = std::ranges::find(targets, section, &Target::section);
  if (older != targets.end() && older->policy != policy) {
    const auto& winner = policies_[older->policy].object->meta;
    added.conflicted = {Reason::kConflicted, fmt::format("{}/{} has the same target and is older",
                                                         winner.namespace_, winner.name)};
  }
  targets.push_back({section, missing, policy});
}

const TlsPolicy* TlsPolicies::find(std::string_view namespace_, std::string_view service,
                                   std::string_view port_name) const {
  const auto found = targets_.find(ObjectName{namespace_, service});
  if (found == targets_.end()) return nullptr;
  const auto& targets = found->second;
  auto winner =
      port_name.empty() ? targets.end() : std::ranges::find(targets, port_name, &Target::section);
  if (winner == targets.end()) {
    winner = std::ranges::find(targets, std::string_view(), &Target::section);
  }
  return winner == targets.end() ? nullptr : &policies_[winner->policy];
}

std::vector<std::uint32_t> TlsPolicies::find_all(std::string_view namespace_,
                                                 std::string_view service,
                                                 std::string_view port_name) const {
  std::vector<std::uint32_t> all;
  const auto found = targets_.find(ObjectName{namespace_, service});
  if (found == targets_.end()) return all;
  for (const Target& target : found->second) {
    // One that names a missing port is told so wherever the Service is reached.
    if (target.section.empty() || target.missing || target.section == port_name) {
      all.push_back(target.policy);
    }
  }
  return all;
}

}  // namespace tidegate::gatewayapi
