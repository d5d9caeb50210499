// Where payload pipelines stand in the life of a request: before routes are matched, before a
// backend is chosen, and before each backend that is tried. The way back: processed_response.h.
// Why so: docs/adr/0011.   Thread: the worker's.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "async/task.h"
#include "http/header_map.h"
#include "proxy/flight.h"
#include "proxy/pipeline_state.h"
#include "stream/body.h"

namespace tidegate::proxy {

// A failure of these: the client's body is bad or too large, a processor refuses the request, or
// one has answered it (flight.pipelines->reply is set then).

// The Gateway's. REQUIRES: flight.snapshot->pipelines().
async::Task<Result<void>> run_gateway_pipelines(Flight& flight);

// The Route's, a re-route included, then what they left to do: forward(), with the answer passing
// the response phases of all scopes. REQUIRES: a route was found; flight.snapshot->pipelines().
async::Task<Result<void>> forward_through_pipelines(Flight& flight);

// Those of the backend that is tried, or of the Group that it is chosen from. What they change is
// undone when this goes, so that the next backend gets the request as the Route's left it. Outlives
// the try.
class BackendPipelines {
 public:
  // REQUIRES: flight.backend.
  explicit BackendPipelines(Flight& flight);
  ~BackendPipelines();
  BackendPipelines(const BackendPipelines&) = delete;
  BackendPipelines& operator=(const BackendPipelines&) = delete;

  // Whether there is anything to run().
  bool any() const { return chain_ != nullptr; }
  async::Task<Result<void>> run();

 private:
  Flight& flight_;
  const pipeline::Chain* chain_ = nullptr;
  std::unique_ptr<pipeline::ScopeRun> PipelineState::* const place_;
  bool saved_ = false;
  http::HeaderMap fields_;
  http::HeaderMap trailers_;
  http::BodyLength length_;
  std::string_view model_;
  std::optional<llm::RequestFacts> facts_;
  RequestBefore before_;
};

}  // namespace tidegate::proxy
