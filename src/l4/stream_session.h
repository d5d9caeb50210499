// One accepted connection of a TCP or TLS listener, from the choice of its upstream to its end.
// Thread: the reactor's.
#pragma once

#include <chrono>
#include <memory>

#include "async/cancel.h"
#include "async/task.h"
#include "io/inbound.h"
#include "l4/relay.h"
#include "l4/upstream.h"

namespace tidegate::l4 {

// Connects and relays until both sides have ended, or `scope` is cancelled. `downstream` may carry
// TLS whose handshake is over, and bytes that were read already. When no upstream can be had, the
// client is reset, so that it cannot take it for an empty answer. The failure, if any, is in the
// result.
async::Task<RelayResult> serve_stream(io::Inbound& downstream, io::SharedBuffer& shared,
                                      StreamUpstream& upstream, std::chrono::milliseconds idle,
                                      async::CancelScope& scope);

}  // namespace tidegate::l4
