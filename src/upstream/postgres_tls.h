// How a client of PostgreSQL asks for TLS: a message before anything else, and a letter back.
// Thread: the reactor's.   Source: PostgreSQL 17 documentation, 53.2.10 SSL Session Encryption.
#pragma once

#include "async/task.h"
#include "base/error.h"
#include "io/socket.h"

namespace tidegate::upstream {

// Afterwards the handshake may begin. Takes not a byte behind the letter, so that nothing which was
// said before TLS counts as said within it.
// Errors: kTlsFailure: the server has no TLS; kMalformed, kTimeout, kEndOfStream, kConnectionReset.
// Origin upstream, safe to retry: nothing was asked.
async::Task<Result<void>> ask_postgres_for_tls(io::Socket& socket, async::TimeoutList* timeout);

}  // namespace tidegate::upstream
