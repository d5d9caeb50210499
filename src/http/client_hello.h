// The first message of a TLS client, read without answering it: which name it asks for, which
// protocols it offers. Decides between passthrough and termination on one port.
//
// Thread: any.   Source: RFC 8446 4.1.2 and 5.1, RFC 6066 3 (SNI), RFC 7301 3.1 (ALPN).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"

namespace tidegate::http {

// Largest ClientHello read, records included: post-quantum key shares and tickets stay below 8 KiB.
inline constexpr std::size_t kMaxClientHelloBytes = 16 * 1024;

struct ClientHello {
  std::string_view server_name;            // as sent; empty when the client named none
  std::span<const std::string_view> alpn;  // in the client's order
  bool complete = false;                   // false: need more bytes, the rest is empty
};

// Reads the ClientHello at the front of what the client sent so far; call again with more while not
// complete. The views point into `bytes` or `arena` (when the message came in several TLS records).
// Errors: kMalformed as soon as the bytes cannot become a ClientHello, kLimit beyond
// kMaxClientHelloBytes; origin
//         downstream.
Result<ClientHello> parse_client_hello(std::string_view bytes, Arena& arena);

}  // namespace tidegate::http
