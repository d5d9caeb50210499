// One try of a request at one endpoint of the chosen backend.   Thread: the worker's.
#pragma once

#include <memory>

#include "async/task_group.h"
#include "proxy/deadline.h"
#include "proxy/flight.h"
#include "proxy/upstream_request.h"
#include "upstream/call.h"

namespace tidegate::proxy {

class Attempt {
 public:
  Attempt(Flight& flight, UpstreamRequest& request, upstream::Reuse reuse);

  // Sends and waits for the response head, within the rule's backend timeout.
  async::Task<Result<void>> run();
  const http::ResponseHead& response() const { return response_; }
  // Whether the backend has another endpoint than the one that was tried.
  bool has_elsewhere() const { return elsewhere_; }
  // After run() succeeded: passes the response to the client.
  async::Task<Result<void>> relay();
  // Await in every case before destruction.
  async::Task<void> finish();

 private:
  async::Task<Result<void>> send();
  async::Task<Result<void>> pass_on();
  Result<void> make_call(upstream::BackendState& state);
  Result<void> name_timeout(Result<void> result) const;
  static async::Task<void> watch(Attempt& attempt, std::chrono::milliseconds time);
  void make_response_head();

  Flight& flight_;
  UpstreamRequest& request_;
  upstream::Reuse reuse_;
  ChildScope scope_;
  async::CancelScope watch_stopped_;
  async::TaskGroup watch_;
  bool timed_out_ = false;
  bool elsewhere_ = false;
  std::unique_ptr<upstream::Call> call_;
  http::ResponseHead response_;
};

}  // namespace tidegate::proxy
