// Why a TLS connection to an upstream could not be had, in one of few words: a label of metrics. An
// Error's detail says it at length.   Thread: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidegate {

enum class TlsFault : std::uint8_t {
  kExpired,
  kNotYetValid,
  kNameMismatch,
  kUnknownAuthority,  // no chain to an anchor that is trusted
  kRevoked,
  kRevocationUnknown,  // no list of the issuer, or one out of date
  kPinMismatch,
  kBadCertificate,     // anything else that verification found
  kClientCertificate,  // the server does not want ours, or wants one
  kProtocol,           // no version or cipher in common, or the peer does not speak TLS
  kClosed,             // the peer went away meanwhile
  kOther,
};
inline constexpr std::size_t kTlsFaults = 12;
std::string_view to_string(TlsFault fault);

}  // namespace tidegate
