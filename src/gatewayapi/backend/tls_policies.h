// BackendTLSPolicy: which policy governs a Service's port, and what is wrong with each.
//
// Of several policies for the same target the oldest counts; one that names a port (sectionName)
// comes before one that names the whole Service. A port under an invalid policy is unusable: its
// requests fail and never go out in plaintext.   Source: Gateway API v1.6.1,
// backendtlspolicy_types.go; GEP-713.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/tls.h"
#include "gatewayapi/condition.h"
#include "gatewayapi/index.h"
#include "gatewayapi/tls/references.h"
#include "resource/policies.h"

namespace tidegate::gatewayapi {

struct TlsPolicy {
  std::shared_ptr<const resource::BackendTlsPolicy> object;
  std::optional<Problem> not_accepted;             // NoValidCACertificate, Invalid, TargetNotFound
  std::optional<Problem> unresolved;               // InvalidCACertificateRef, InvalidKind
  std::optional<Problem> conflicted;               // an older policy has the same target
  std::shared_ptr<const config::UpstreamTls> tls;  // null when unusable
};

class TlsPolicies {
 public:
  TlsPolicies() = default;
  // Keeps views into `policies` and `lookup`'s objects.
  TlsPolicies(const resource::Objects<resource::BackendTlsPolicy>& policies, const Lookup& lookup);

  // The policy that governs a port; null: none, so plaintext. Its `tls` may be null.
  const TlsPolicy* find(std::string_view namespace_, std::string_view service,
                        std::string_view port_name) const;

  // All policies that name the port or its whole Service, those that lost included: their ancestors
  // are the Gateways which reach the port. Indices into all().
  std::vector<std::uint32_t> find_all(std::string_view namespace_, std::string_view service,
                                      std::string_view port_name) const;

  const std::vector<TlsPolicy>& all() const { return policies_; }

 private:
  struct Target {
    std::string_view section;  // empty: the whole Service
    bool missing = false;      // the Service has no such port
    std::uint32_t policy = 0;
  };
  void add_target(const resource::PolicyTargetReference& ref, std::uint32_t policy,
                  const ResourceIndex& index);

  std::vector<TlsPolicy> policies_;  // oldest first
  std::unordered_map<ObjectName, std::vector<Target>, ObjectNameHash>
      targets_;  // by Service; winners first
};

}  // namespace tidegate::gatewayapi
