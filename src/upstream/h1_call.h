// A request over a pooled HTTP/1 connection.   Thread: the worker's.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "async/cancel.h"
#include "async/task_group.h"
#include "base/arena.h"
#include "h1/body.h"
#include "http/h1_format.h"
#include "upstream/call.h"
#include "upstream/h1_pool.h"
#include "upstream/timeouts.h"

namespace tidegate::upstream {

class H1Call final : public Call, private async::CancelHook {
 public:
  // Everything by reference must outlive the call. `arena` holds the response head.
  H1Call(std::shared_ptr<H1Pool> pool, Reuse reuse, const CallTimeouts& timeouts, Arena& arena,
         async::CancelScope& scope);
  ~H1Call() override;

  async::Task<Result<void>> send(const http::RequestHead& head, stream::BodySource& body,
                                 http::ResponseHead& response) override;
  stream::BodySource& body() override;
  async::Task<Result<void>> write_raw(std::string_view bytes, stream::End end) override;
  bool finish_now() override;
  async::Task<void> finish() override;

 private:
  void on_cancel() override;
  async::Task<Result<void>> send_request(const http::RequestHead& head, stream::BodySource& body);
  async::Task<Result<void>> write_piece(std::string_view head, stream::Piece piece,
                                        const http::HeaderMap* trailers);
  async::Task<void> pump_request(stream::BodySource& body);
  async::Task<void> pump_all(std::string_view head, stream::Piece first, stream::BodySource& body);
  async::Task<Result<void>> read_head(const http::RequestHead& head, http::ResponseHead& response);
  Error stale_or(Error error, const http::RequestHead& head) const;
  bool is_known_unprocessed(const Error& error) const;

  std::shared_ptr<H1Pool> pool_;
  Reuse reuse_;
  CallTimeouts timeouts_;
  Arena& arena_;
  async::CancelScope& scope_;
  H1Pool::Lease lease_;
  async::TaskGroup request_pump_;
  stream::BodySource* request_body_ = nullptr;  // while request_pump_ reads it
  std::optional<Error> request_error_;          // why the request body could not be sent
  http::BodyFraming framing_{};
  bool request_done_ = false;
  std::size_t request_bytes_ = 0;  // given to the socket so far
  bool response_started_ = false;  // bytes of the response came
  bool keep_alive_ = false;
  std::optional<h1::Body> body_;
};

}  // namespace tidegate::upstream
