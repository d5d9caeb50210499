// Our Backend kind (tidegate.dev/v1alpha1) as a backend: Fqdn, Ip or Simulator, TLS, provider, API
// key.
#pragma once

#include <optional>

#include "gatewayapi/backend/backend_table.h"
#include "resource/backend.h"

namespace tidegate::gatewayapi {

// Problems: BackendNotFound (no such Backend or port), UnsupportedProtocol (bytes to a provider,
// UDP). A Backend whose own status is bad (judge_destination) is found but answers 500.
// REQUIRES: it is no group.
ResolvedBackend resolve_destination(const BackendKey& key, const BackendInputs& inputs);

// What a Backend's own status says.
struct DestinationProblems {
  std::optional<Problem> not_accepted;  // UnsupportedValue, Invalid
  std::optional<Problem>
      unresolved;  // SecretNotFound, RefNotPermitted, InvalidCACertificateRef, ...
};
DestinationProblems judge_destination(const resource::Backend& backend, const Lookup& lookup);

}  // namespace tidegate::gatewayapi
