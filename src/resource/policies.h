// ReferenceGrant and BackendTLSPolicy.   Source: Gateway API v1.6.1, referencegrant_types.go,
// backendtlspolicy_types.go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resource/meta.h"
#include "resource/references.h"

namespace tidegate::resource {

struct ReferenceGrantFrom {
  std::string group;
  std::string kind;
  std::string namespace_;
};

struct ReferenceGrantTo {
  std::string group;
  std::string kind;
  std::optional<std::string> name;  // absent: every object of that kind
};

// Lives in the namespace of the referred object. v1 and v1beta1 are the same.
struct ReferenceGrant {
  ObjectMeta meta;
  Source source;
  std::vector<ReferenceGrantFrom> from;  // 1..16
  std::vector<ReferenceGrantTo> to;      // 1..16
};

struct SubjectAltName {
  enum class Type : std::uint8_t { kHostname, kUri };
  Type type = Type::kHostname;
  std::string value;  // hostname or uri, as type says
};

struct BackendTlsValidation {
  std::vector<LocalObjectReference> ca_certificate_refs;  // <= 8; this or the next
  std::optional<std::string> well_known_ca_certificates;  // "System"
  std::string hostname;                                   // precise
  std::vector<SubjectAltName> subject_alt_names;          // <= 5
};

struct BackendTlsPolicy {
  ObjectMeta meta;
  Source source;
  std::vector<PolicyTargetReference> target_refs;  // 1..16
  BackendTlsValidation validation;
  StringMap options;
};

}  // namespace tidegate::resource
