#include "base/tls_fault.h"

namespace tidegate {

std::string_view to_string(TlsFault fault) {
  switch (fault) {
    case TlsFault::kExpired:
      return "expired";
    case TlsFault::kNotYetValid:
      return "not_yet_valid";
    case TlsFault::kNameMismatch:
      return "name_mismatch";
    case TlsFault::kUnknownAuthority:
      return "unknown_authority";
    case TlsFault::kRevoked:
      return "revoked";
    case TlsFault::kRevocationUnknown:
      return "revocation_unknown";
    case TlsFault::kPinMismatch:
      return "pin_mismatch";
    case TlsFault::kBadCertificate:
      return "bad_certificate";
    case TlsFault::kClientCertificate:
      return "client_certificate";
    case TlsFault::kProtocol:
      return "protocol";
    case TlsFault::kClosed:
      return "closed";
    case TlsFault::kOther:
      return "other";
  }
  return "other";
}

}  // namespace tidegate
