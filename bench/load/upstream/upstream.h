// The model server of the bench: HTTP/1.1 on loopback, one thread, replies prepared in advance, so
// that it costs a fraction of any proxy in front of it. What it answers is described in replies.h.
#pragma once

#include <cstdint>

namespace tidegate::bench {

// Serves until SIGTERM or SIGINT ends the process. Prints `{"port":N}` once it listens (port 0:
// any).
[[noreturn]] void run_upstream(std::uint16_t port);

}  // namespace tidegate::bench
