// Tunnels through a forward proxy.   Thread: the reactor's.   Source: RFC 9110 9.3.6 (CONNECT).
#pragma once

#include <cstdint>
#include <string>

#include "async/task.h"
#include "base/error.h"
#include "base/secret.h"
#include "io/socket.h"

namespace tidegate::upstream {

// Who may speak first through a tunnel. A peer that must be spoken to first, as in HTTP and TLS,
// has said nothing before: what comes then is not its.
enum class FirstWord : std::uint8_t { kOurs, kEither };

// Where a tunnel leads, and what the proxy wants to know.
struct Tunnel {
  std::string authority;  // "api.example.com:443"
  Secret authorization;   // value of Proxy-Authorization; empty: none
  FirstWord first_word = FirstWord::kOurs;
};

// Asks the proxy at the other end of `socket` for a tunnel; afterwards the socket's bytes are the
// destination's, the first of them not yet read. `timeout` bounds each wait.
// Errors: kConnectFailed when the proxy refuses, with its status (407: its credentials are wrong);
// kMalformed, kTimeout, kEndOfStream, kConnectionReset. Origin upstream, safe to retry: no request
// was sent. The credentials are in none of them.
async::Task<Result<void>> open_tunnel(io::Socket& socket, const Tunnel& tunnel,
                                      async::TimeoutList* timeout);

}  // namespace tidegate::upstream
