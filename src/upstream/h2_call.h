// A request over one stream of a shared HTTP/2 connection.   Thread: the worker's.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "async/cancel.h"
#include "async/task_group.h"
#include "h2/body_queue.h"
#include "h2/sender.h"
#include "upstream/call.h"
#include "upstream/h2_pool.h"
#include "upstream/timeouts.h"

namespace tidegate::upstream {

class H2Call final : public Call, private http::H2StreamListener, private async::CancelHook {
 public:
  // As H1Call.
  H2Call(std::shared_ptr<H2Pool> pool, const CallTimeouts& timeouts, Arena& arena,
         async::CancelScope& scope);

  async::Task<Result<void>> send(const http::RequestHead& head, stream::BodySource& body,
                                 http::ResponseHead& response) override;
  stream::BodySource& body() override { return *body_; }
  async::Task<Result<void>> write_raw(std::string_view bytes, stream::End end) override;
  async::Task<void> finish() override;

 private:
  Arena& arena() override { return arena_; }
  void on_response(http::ResponseHead& head) override;
  void on_data(std::string_view bytes) override { body_->push(bytes); }
  void on_trailers(http::HeaderMap& fields) override { body_->push_trailers(std::move(fields)); }
  void on_end() override { body_->push_end(); }
  void on_writable() override { sender_->on_writable(); }
  void on_close(http::H2Error code) override;
  void on_cancel() override;

  async::Task<Result<void>> start(const http::RequestHead& head, stream::BodySource& body);
  async::Task<Result<void>> start_tunnel(const http::RequestHead& head);
  void switch_protocols(const http::RequestHead& head, http::ResponseHead& response);
  async::Task<void> pump_request(stream::BodySource& body);
  async::Task<Result<void>> wait_for_head(http::ResponseHead& response);

  std::shared_ptr<H2Pool> pool_;
  CallTimeouts timeouts_;
  Arena& arena_;
  async::CancelScope& scope_;
  std::shared_ptr<H2Connection> connection_;
  http::StreamId id_ = 0;
  std::optional<h2::BodyQueue> body_;
  std::optional<h2::Sender> sender_;
  async::Event changed_;  // head, close, or the request body failed
  async::TaskGroup request_pump_;
  stream::BodySource* request_body_ = nullptr;
  std::optional<Error> request_error_;
  std::optional<http::ResponseHead> head_;
  std::optional<http::H2Error> closed_;
};

}  // namespace tidegate::upstream
