// What processors ask of backends, on behalf of one exchange: as a request of its own, with what
// any request to that backend has (TLS, credentials, name resolution, pools, health).
//
// Failures of calls count for the health of the backend on this worker whatever it says of itself:
// after several in a row, or when it asks for it (Retry-After), it gets no calls for a while. That
// never keeps requests of clients from it, unless its own `health` says so. A group's members are
// asked in its order until one has an answer.   Thread: the worker's.
#pragma once

#include <memory>

#include "pipeline/caller.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

class ProcessorCaller final : public pipeline::Caller {
 public:
  // `flight` outlives every call.
  explicit ProcessorCaller(Flight& flight) : flight_(flight) {}

  async::Task<Result<pipeline::CallAnswer>> call(std::shared_ptr<const config::Backend> backend,
                                                 pipeline::CallRequest request,
                                                 async::CancelScope& cancel) override;
  std::unique_ptr<pipeline::CallStream> open(std::shared_ptr<const config::Backend> backend,
                                             pipeline::CallRequest request) override;
  async::Task<Result<void>> talk(std::shared_ptr<const config::Backend> backend,
                                 pipeline::Dialogue& dialogue, std::chrono::milliseconds timeout,
                                 async::CancelScope& cancel) override;
  void talk_aside(std::shared_ptr<const config::Backend> backend,
                  std::unique_ptr<pipeline::Dialogue> dialogue,
                  std::chrono::milliseconds timeout) override;

 private:
  Result<void> may_talk(const config::Backend* backend) const;
  async::Task<Result<pipeline::CallAnswer>> ask(const std::shared_ptr<const config::Backend>& to,
                                                const pipeline::CallRequest& request,
                                                async::CancelScope& scope);
  async::Task<Result<pipeline::CallAnswer>> ask_group(const config::Group& group,
                                                      const pipeline::CallRequest& request,
                                                      async::CancelScope& scope);
  const std::vector<std::string>* regions() const;

  Flight& flight_;
};

}  // namespace tidegate::proxy
