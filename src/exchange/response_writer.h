// Where the response of one exchange goes: an HTTP/1 connection, an HTTP/2 stream, or a test.
//
// The head is held back until the first write or flush, so that head and body leave in one system
// call. Thread: the reactor's.
#pragma once

#include <string_view>

#include "async/task.h"
#include "base/error.h"
#include "http/message.h"
#include "stream/body.h"

namespace tidegate::exchange {

class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;

  // Sends a 1xx response at once (103 Early Hints; 100 is the connection's own business).
  virtual async::Task<Result<void>> send_interim(const http::ResponseHead& head) = 0;
  // Takes the final head (101 included). Its body length decides the framing: kUntilClose and
  // kChunked are sent chunked where the version can, otherwise by closing. `head` may go; what it
  // views must live until the response has ended.
  virtual void start(const http::ResponseHead& head) = 0;
  virtual bool started() const = 0;
  // Whether any byte of the final response may have left: from then on nothing can be retried.
  virtual bool committed() const = 0;
  // Sends bytes; with kYes also ends the message, with these trailers where there are any.
  virtual async::Task<Result<void>> write(std::string_view bytes, stream::End end,
                                          const http::HeaderMap* trailers) = 0;
  // Sends the head if it is still held.
  virtual async::Task<Result<void>> flush() = 0;
  // The connection takes no further request after this response, where the version has such a
  // thing. Before start().
  virtual void close_after() {}
  // Ends a started response so that the client can tell it was cut (reset, or no last chunk).
  virtual void abort() = 0;
  // After start() with 101: the client's bytes from here on, raw. Null where the version has no
  // upgrade.
  virtual stream::BodySource* upgraded() = 0;
};

}  // namespace tidegate::exchange
