// Follows references to certificates, trust anchors and keys in Secrets and ConfigMaps.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "config/pipeline.h"
#include "config/tls.h"
#include "gatewayapi/condition.h"
#include "gatewayapi/index.h"
#include "gatewayapi/options.h"
#include "gatewayapi/permissions.h"
#include "resource/backend.h"
#include "resource/references.h"

namespace tidegate::gatewayapi {

// Who refers: its group, kind and namespace decide what ReferenceGrants apply.
struct Referrer {
  std::string_view group;
  std::string_view kind;
  std::string_view namespace_;
};

// Backends refer in their own namespace, or with a ReferenceGrant.
Referrer referrer_of(const resource::Backend& backend);

// Everything a reference is checked against.
struct Lookup {
  const ResourceIndex& index;
  const Grants& grants;
  const config::ProcessorCatalog* processors = nullptr;  // may be null: no type is known
  const Location* location = nullptr;                    // null: not known
};

// A TLS Secret (tls.crt and tls.key) for a listener or as a client certificate.
// Problems: RefNotPermitted, or `invalid_reason` for a missing, foreign or malformed object.
std::expected<config::Certificate, Problem> find_certificate(
    const Lookup& lookup, const Referrer& referrer, const resource::SecretObjectReference& ref,
    std::string_view invalid_reason);

// The reasons that a CA bundle's failures are told with: listeners and policies have words of their
// own.
struct CaReasons {
  std::string_view invalid_ref;
  std::string_view invalid_kind;
};

// Key ca.crt of a ConfigMap or Secret, as PEM.
// Problems: RefNotPermitted, reasons.invalid_kind, reasons.invalid_ref.
std::expected<std::string, Problem> find_ca_bundle(const Lookup& lookup, const Referrer& referrer,
                                                   const resource::ObjectReference& ref,
                                                   const CaReasons& reasons);

// Key ca.crl of a ConfigMap or Secret: certificate revocation lists, as PEM. Problems as above.
std::expected<std::string, Problem> find_revocation_lists(const Lookup& lookup,
                                                          const Referrer& referrer,
                                                          const resource::ObjectReference& ref,
                                                          const CaReasons& reasons);

// Another value of a Secret, such as an API key, without the line end that files leave behind.
// Problems: RefNotPermitted, InvalidKind, SecretNotFound.
std::expected<Secret, Problem> find_secret_value(const Lookup& lookup, const Referrer& referrer,
                                                 const resource::SecretObjectReference& ref,
                                                 std::string_view key);

// The bytes of a Secret's key; empty when it is missing.
std::string_view secret_bytes(const resource::SecretObject& secret, std::string_view key);

}  // namespace tidegate::gatewayapi
