// Carries out a simulated reply: its pieces, at its pace, with its faults, as a body.
// Thread: the reactor's.
#pragma once

#include <utility>

#include "async/cancel.h"
#include "async/reactor.h"
#include "simulator/reply.h"
#include "stream/body.h"

namespace tidegate::upstream {

class SimulatedBody final : public stream::BodySource {
 public:
  // Cancelling `scope` ends every wait.
  SimulatedBody(simulator::Reply reply, async::Reactor& reactor, async::CancelScope& scope)
      : reply_(std::move(reply)), reactor_(reactor), scope_(scope) {}

  // Errors: kConnectionReset where the plan says so, kCancelled; origin upstream.
  async::Task<Result<stream::Piece>> next() override;
  bool ready() const override { return false; }
  const simulator::Reply& reply() const { return reply_; }

 private:
  simulator::Reply reply_;
  async::Reactor& reactor_;
  async::CancelScope& scope_;
};

}  // namespace tidegate::upstream
