// The handshake fields by which HTTP/1 WebSocket peers make sure of each other; HTTP/2 has none, so
// a gateway between the two makes and checks them.   Source: RFC 6455 4.1 and 4.2.2, RFC 8441 5.
// Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "base/random.h"

namespace tidegate::upstream {

// A Sec-WebSocket-Key: 16 random bytes in base64, in the arena.
std::string_view make_websocket_key(Random& random, Arena& arena);
// The Sec-WebSocket-Accept that answers it, in the arena.
std::string_view websocket_accept_of(std::string_view key, Arena& arena);

}  // namespace tidegate::upstream
