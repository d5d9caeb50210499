// One connection of the load client, whatever protocol it speaks, and the driver that decides when
// it asks.
#pragma once

#include <string_view>

#include "bench/load/instant.h"
#include "bench/load/net/poller.h"

namespace tidegate::bench {

class Client : public EventHandler {
 public:
  // Sends one request. REQUIRES: the driver was told of a free slot and has not used it yet.
  // `scheduled` is when the request should have been sent: latency counts from there.
  virtual void issue(Instant scheduled) = 0;
};

// Told by clients what happens; calls may come from within issue()'s event, never from issue()
// itself.
class Driver {
 public:
  virtual ~Driver() = default;
  // The client can carry one more request. Called once per slot when the connection opens, then
  // after each reply.
  virtual void on_free(Client& client) = 0;
  virtual void on_reply(Instant scheduled) = 0;
  // A reply was wrong or a connection broke. The benchmark has failed, but goes on to count.
  virtual void on_failure(std::string_view reason) = 0;
};

}  // namespace tidegate::bench
