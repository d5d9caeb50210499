// The end of a downstream connection whose last bytes must arrive.   Thread: the reactor's.
#pragma once

#include "async/task.h"
#include "io/inbound.h"

namespace tidegate::server {

// Ends our side, then reads and drops what the client still sends, within limits::kMaxLingerBytes
// and kMaxLingerTime: closing while unread bytes wait makes the kernel send a reset, which can
// destroy the answer, or our last frames, on their way to the client. Returns early when the
// socket's waiters are cancelled.   Source: RFC 9112 9.6.
async::Task<void> linger(io::Inbound& inbound);

}  // namespace tidegate::server
