// One try of a request at one endpoint: over HTTP/1, over an HTTP/2 stream, or at the built-in
// simulator.
//
// Cancelling its scope ends every wait within the same turn of the loop; destroying a Call that has
// not finished closes or resets what it used, so the upstream notices at once. Thread: the
// reactor's.
#pragma once

#include <cstdint>
#include <string_view>

#include "async/frame_pool.h"
#include "async/task.h"
#include "base/error.h"
#include "http/message.h"
#include "stream/body.h"

namespace tidegate::upstream {

// What one try learned, for the access log.
struct CallFacts {
  std::string_view endpoint;  // "10.0.0.7:8080"; lives as long as the call
  bool reused = false;        // a pooled connection
};

class Call : public async::InFramePool {
 public:
  virtual ~Call() = default;

  // Sends the request and waits for the final response head. `body` goes out while the response is
  // awaited; it must outlive the call. `head` is complete but for framing fields, which the
  // transport writes. Errors: origin upstream, with retry as far as this transport knows; origin
  // downstream when `body` failed.
  virtual async::Task<Result<void>> send(const http::RequestHead& head, stream::BodySource& body,
                                         http::ResponseHead& response) = 0;
  // The response body. Valid after send() succeeded. Its failures have origin upstream.
  virtual stream::BodySource& body() = 0;
  // After a 101: sends raw bytes; kYes half-closes.
  virtual async::Task<Result<void>> write_raw(std::string_view bytes, stream::End end) = 0;
  // finish() without a coroutine, where nothing runs any more: true when it is done with.
  virtual bool finish_now() { return false; }
  // Ends whatever still runs (a request body on its way) and gives the connection back or closes
  // it. Await it before destruction.
  virtual async::Task<void> finish() = 0;

  const CallFacts& facts() const { return facts_; }

 protected:
  CallFacts facts_;
};

}  // namespace tidegate::upstream
