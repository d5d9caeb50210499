// TLS material of listeners and of connections to backends, as PEM text already checked by the
// compiler.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/secret.h"

namespace tidegate::config {

struct Certificate {
  std::string chain_pem;
  Secret key_pem;
  std::vector<std::string> names;  // DNS names of the leaf, lower case, for the choice by SNI
  friend bool operator==(const Certificate&, const Certificate&) = default;
};

// What to do with client certificates (GEP-91).
enum class ClientCertificates : std::uint8_t {
  kIgnore,            // none is asked for
  kRequire,           // AllowValidOnly
  kInsecureFallback,  // AllowInsecureFallback: asked for, any or none passes
};

struct ListenerTls {
  std::vector<Certificate>
      certificates;  // the first is the default; others are chosen by SNI and key type
  ClientCertificates client_certificates = ClientCertificates::kIgnore;
  std::string client_ca_pem;  // concatenated trust anchors for kRequire and kInsecureFallback
  std::string min_version;    // "1.2" (default) or "1.3"
  friend bool operator==(const ListenerTls&, const ListenerTls&) = default;
};

// One acceptable subject alternative name of a backend's certificate.
struct SubjectAltName {
  enum class Kind : std::uint8_t { kHostname, kUri };
  Kind kind = Kind::kHostname;
  std::string value;
  friend bool operator==(const SubjectAltName&, const SubjectAltName&) = default;
};

struct UpstreamTls {
  std::string sni;  // sent as server name; verified unless subject_alt_names is set
  std::vector<SubjectAltName> subject_alt_names;  // any match is enough
  bool system_ca = false;                         // trust the system's store
  std::string ca_pem;                             // or these anchors
  std::vector<Certificate> client_certificate;    // at most one: presented when asked for
  // Concatenated CRLs; empty: revocation is not asked for. Else the leaf must be covered by one
  // that has not expired, and issuers that are covered must not be revoked either.
  std::string crl_pem = {};
  // SHA-256 of SubjectPublicKeyInfo, 32 bytes each: one must be of a certificate in the verified
  // chain; empty: any key.
  std::vector<std::string> pinned_keys = {};
  std::string min_version = {};  // "1.2" (default) or "1.3"
  friend bool operator==(const UpstreamTls&, const UpstreamTls&) = default;
};

}  // namespace tidegate::config
