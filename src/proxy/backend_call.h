// One request of a processor to one backend: its tries, until an answer is there whole.
// Thread: the worker's.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "credential/authorization.h"
#include "pipeline/caller.h"
#include "proxy/flight.h"
#include "stream/memory_body.h"
#include "upstream/backend_state.h"

namespace tidegate::proxy {

// The head of a request of a processor, but for credentials that are injected. Texts live in the
// exchange. REQUIRES: head.body.
void fill_call_head(const Flight& flight, const config::Backend& backend,
                    const pipeline::CallRequest& request, http::RequestHead& head);
// Tells the metrics what a call has come to.
void count_health(WorkerContext& worker, upstream::BackendState& state, bool ejected);

class BackendCall {
 public:
  // All outlive this. REQUIRES: `backend` is no group.
  BackendCall(Flight& flight, const std::shared_ptr<const config::Backend>& backend,
              const pipeline::CallRequest& request, async::CancelScope& scope);

  // Errors: of pipeline::Caller::call().
  async::Task<Result<pipeline::CallAnswer>> run();

 private:
  async::Task<Result<pipeline::CallAnswer>> try_once();
  async::Task<Result<pipeline::CallAnswer>> exchange(upstream::Call& call);
  async::Task<Result<void>> read_body(stream::BodySource& body, pipeline::CallAnswer& answer);
  void fill_head();
  bool may_try_again(const Result<pipeline::CallAnswer>& answer);
  void report(upstream::BackendState& state, std::string_view endpoint, SteadyTime started,
              const Result<pipeline::CallAnswer>& answer);

  Flight& flight_;
  const std::shared_ptr<const config::Backend>& backend_;
  const pipeline::CallRequest& request_;
  async::CancelScope& scope_;
  http::RequestHead head_;
  stream::MemoryBody body_;
  std::optional<credential::Authorization> authorization_;
  upstream::Reuse reuse_ = upstream::Reuse::kAllowed;
  std::string_view avoid_;      // the endpoint of the try before
  bool was_stale_ = false;      // the try before had no answer on a pooled connection
  bool has_elsewhere_ = false;  // there is another one
  bool stale_left_ = true;      // the one try more for a pooled connection that was closed under us
  bool elsewhere_left_ = true;  // the one for an endpoint out of reach
};

}  // namespace tidegate::proxy
