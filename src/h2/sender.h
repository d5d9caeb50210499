// The sending half of one HTTP/2 stream: waits for windows and buffer, so that writers need not.
// Thread: the reactor's.
#pragma once

#include <chrono>
#include <string_view>

#include "async/event.h"
#include "async/task.h"
#include "http/h2_session.h"
#include "stream/body.h"

namespace tidegate::h2 {

class Sender {
 public:
  // `origin`: whose fault it is when the peer takes nothing or resets.
  Sender(async::Reactor& reactor, http::H2Session& session, Origin origin,
         std::chrono::milliseconds timeout)
      : session_(session),
        writable_(reactor),
        timeout_(reactor.timeouts(timeout)),
        origin_(origin) {}

  void set_stream(http::StreamId id) { id_ = id; }
  // From the stream's listener.
  void on_writable() { writable_.set(); }
  void close();
  // Ends a send() that waits, with kCancelled.
  void cancel() { writable_.cancel(); }

  // Sends bytes and, with kYes, the end of the message with these trailers where there are any.
  async::Task<Result<void>> send(std::string_view bytes, stream::End end,
                                 const http::HeaderMap* trailers);

 private:
  async::Task<Result<void>> send_bytes(std::string_view bytes, http::EndStream end);

  http::H2Session& session_;
  http::StreamId id_ = 0;
  async::Event writable_;
  async::TimeoutList* timeout_;
  Origin origin_;
  bool closed_ = false;
};

}  // namespace tidegate::h2
