// Non-blocking loopback TCP sockets with TCP_NODELAY. Every failure ends the process: a benchmark
// that cannot open its sockets has nothing to measure.
#pragma once

#include <cstdint>
#include <string>

namespace tidegate::bench {

// Listens on 127.0.0.1:port (0: the kernel chooses). The caller owns the descriptor.
int listen_on(std::uint16_t port);

// The port that a listening socket has.
std::uint16_t port_of(int socket);

// The next pending connection, or -1 when there is none.
int accept_from(int listener);

// Starts to connect to an IPv4 literal; the socket becomes writable when connected.
int start_connect(const std::string& address, std::uint16_t port);

}  // namespace tidegate::bench
