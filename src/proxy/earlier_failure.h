// What a member of a group failed by, kept until it is known that another one has an answer: one
// that cannot be asked such a thing at all has nothing to tell the client.   Thread: the worker's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "async/task.h"
#include "proxy/attempt.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

class EarlierFailure {
 public:
  // `attempt` failed by `answered`, or by its answer. Takes what is here of that.
  EarlierFailure(Flight& flight, Attempt& attempt, const Result<void>& answered);

  // Ends the exchange by it: its error, or the provider's words in the caller's dialect.
  // REQUIRES: flight.call.
  async::Task<Result<void>> tell(Flight& flight, const config::WeightedBackend& choice);

 private:
  std::shared_ptr<const config::Backend> backend_;
  std::string_view endpoint_;  // lives in the arena
  Result<void> answered_;
  http::ResponseHead head_;
  std::string body_;
};

}  // namespace tidegate::proxy
