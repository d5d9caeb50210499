// A request to the built-in simulator: no socket, the same seam as any other endpoint.
// Thread: the worker's.
#pragma once

#include <memory>
#include <optional>

#include "simulator/simulator.h"
#include "upstream/backend_state.h"
#include "upstream/call.h"
#include "upstream/simulated_body.h"

namespace tidegate::upstream {

class SimulatorCall final : public Call {
 public:
  SimulatorCall(std::shared_ptr<simulator::Simulator> simulator, const WorkerResources& worker,
                Arena& arena, async::CancelScope& scope);

  async::Task<Result<void>> send(const http::RequestHead& head, stream::BodySource& body,
                                 http::ResponseHead& response) override;
  stream::BodySource& body() override { return *body_; }
  async::Task<Result<void>> write_raw(std::string_view bytes, stream::End end) override;
  async::Task<void> finish() override { co_return; }

 private:
  std::shared_ptr<simulator::Simulator> simulator_;
  const WorkerResources worker_;
  Arena& arena_;
  async::CancelScope& scope_;
  std::optional<SimulatedBody> body_;
};

// Fills a response head from a simulated reply; texts are copied to the arena.
void fill_head(const simulator::Reply& reply, std::string_view method, Arena& arena,
               http::ResponseHead& response);

}  // namespace tidegate::upstream
