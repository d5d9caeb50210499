// Edge-triggered epoll with nanosecond timeouts: the whole event loop of the load generator and its
// upstream. Deliberately not the gateway's own reactor: a measurer must not share the defects of
// what it measures.
#pragma once

#include <cstdint>
#include <optional>

#include "bench/load/instant.h"

namespace tidegate::bench {

// Receives the events of one socket. It must outlive its registration and the batch being
// dispatched.
class EventHandler {
 public:
  virtual ~EventHandler() = default;
  // `events` are EPOLL bits: something may be read, written, or the peer is gone.
  virtual void on_ready(std::uint32_t events) = 0;
};

class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Registers for read, write and hang-up edges. Closing the socket ends the registration.
  void add(int socket, EventHandler& handler);

  // Waits until something is ready or `due` is reached (absent: without end), then dispatches one
  // batch.
  void wait(std::optional<Instant> due);

 private:
  int epoll_ = -1;
};

}  // namespace tidegate::bench
