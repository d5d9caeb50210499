// The name a TLS client asks for, read without taking it from the socket, so that a port can pass
// some names through untouched and terminate TLS for others.   Thread: the reactor's.
#pragma once

#include <string>

#include "async/task.h"
#include "base/error.h"
#include "io/socket.h"

namespace tidegate::l4 {

// Waits for the whole ClientHello and returns its server name, lower case; empty when the client
// sent none. The bytes stay in the socket: hand it to a relay, or put TLS on it.
// REQUIRES: nothing was read from the socket.
// Errors: kMalformed (not TLS), kLimit (a hello beyond http::kMaxClientHelloBytes), kEndOfStream,
// kTimeout; origin downstream.
async::Task<Result<std::string>> peek_server_name(io::Socket& socket, async::TimeoutList* timeout);

}  // namespace tidegate::l4
