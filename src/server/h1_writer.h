// The response side of an HTTP/1 connection.   Thread: the worker's.
#pragma once

#include <cstdint>
#include <optional>

#include "base/arena.h"
#include "exchange/response_writer.h"
#include "h1/body.h"
#include "http/h1_format.h"
#include "io/inbound.h"
#include "io/socket.h"

namespace tidegate::server {

class H1Writer final : public exchange::ResponseWriter {
 public:
  // `request` and everything by reference must outlive the writer.
  H1Writer(io::Inbound& inbound, const http::RequestHead& request, Arena& arena,
           async::TimeoutList* write_timeout);

  async::Task<Result<void>> send_interim(const http::ResponseHead& head) override;
  void start(const http::ResponseHead& head) override;
  bool started() const override { return started_; }
  bool committed() const override { return committed_; }
  async::Task<Result<void>> write(std::string_view bytes, stream::End end,
                                  const http::HeaderMap* trailers) override;
  async::Task<Result<void>> flush() override;
  void abort() override;
  stream::BodySource* upgraded() override;

  // The message has been written to its end.
  bool finished() const { return finished_; }
  // Another request may follow on this connection.
  bool keep_alive() const { return finished_ && keep_alive_; }
  // After a 101: the client's end is passed on, not taken for its going (docs/adr/0004).
  bool is_tunnel() const { return tunnel_; }
  // The connection ends after this response, whatever the client asked for (drain).
  void close_after() override { keep_alive_ = false; }
  // A response that starts while some of this body is still to come says that the connection ends:
  // the rest may be broken, unwanted or never sent. `body` must outlive the writer's start().
  void close_unless_read(const h1::Body& body) { request_body_ = &body; }
  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  void note_sending(const io::Parts& parts);

  io::Inbound& inbound_;
  const http::RequestHead& request_;
  Arena& arena_;
  async::TimeoutList* write_timeout_;
  const h1::Body* request_body_ = nullptr;
  http::HeadBuffer head_;
  http::BodyFraming framing_ = http::BodyFraming::kNone;
  std::uint64_t length_left_ = 0;  // of a body with Content-Length
  std::uint64_t bytes_sent_ = 0;
  std::optional<Error> failure_;  // a head that could not be formatted
  std::optional<h1::Body> upgraded_;
  bool started_ = false;
  bool committed_ = false;
  bool finished_ = false;
  bool tunnel_ = false;
  bool keep_alive_;
};

}  // namespace tidegate::server
