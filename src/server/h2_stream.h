// One HTTP/2 stream of a client: its exchange, its request body, its response.
// Thread: the worker's.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "async/frame_pool.h"
#include "exchange/exchange.h"
#include "exchange/response_writer.h"
#include "h2/body_queue.h"
#include "h2/sender.h"
#include "http/h2_session.h"

namespace tidegate::server {

class H2Stream final : public http::H2StreamListener, public exchange::ResponseWriter {
 public:
  H2Stream(async::Reactor& reactor, const exchange::ConnectionFacts& facts, http::H2Server& session,
           http::StreamId id);

  // One per request: from the free lists of coroutine frames.
  static void* operator new(std::size_t bytes) { return async::allocate_frame(bytes); }
  static void operator delete(void* stream, std::size_t bytes) noexcept {
    async::free_frame(stream, bytes);
  }

  exchange::Exchange& exchange() { return exchange_; }
  http::StreamId id() const { return id_; }
  // The head has come and nobody serves it yet.
  bool is_waiting() const { return has_head_ && !serving_; }
  void start_serving() { serving_ = true; }
  bool is_closed() const { return body_.is_closed(); }
  const std::optional<Error>& refused() const { return refused_; }
  // Ends the stream after its exchange: resets what was not written to its end.
  void finish();
  // Awaitable: something happened to the stream; ask is_closed(). One waiter, after finish().
  async::Event::Wait changed() { return closed_.wait(); }

  // http::H2StreamListener
  Arena& arena() override { return exchange_.arena; }
  void on_request(http::RequestHead& head) override;
  void on_refused(http::RequestHead& head, const Error& error) override;
  void on_data(std::string_view bytes) override { body_.push(bytes); }
  void on_trailers(http::HeaderMap& fields) override { body_.push_trailers(std::move(fields)); }
  void on_end() override { body_.push_end(); }
  void on_writable() override { sender_.on_writable(); }
  void on_close(http::H2Error code) override;

  // exchange::ResponseWriter
  async::Task<Result<void>> send_interim(const http::ResponseHead& head) override;
  void start(const http::ResponseHead& head) override;
  bool started() const override { return started_; }
  bool committed() const override { return committed_; }
  async::Task<Result<void>> write(std::string_view bytes, stream::End end,
                                  const http::HeaderMap* trailers) override;
  async::Task<Result<void>> flush() override;
  void abort() override;
  stream::BodySource* upgraded() override { return &body_; }

 private:
  Result<void> send_head(http::EndStream end);

  http::H2Server& session_;
  http::StreamId id_;
  exchange::Exchange exchange_;
  h2::BodyQueue body_;
  h2::Sender sender_;
  async::Event closed_;
  std::optional<Error> refused_;
  // Held until the first write or flush; whoever started the response may be gone by then.
  std::optional<http::ResponseHead> head_;
  bool has_head_ = false;
  bool serving_ = false;
  bool started_ = false;
  bool committed_ = false;
  bool finished_ = false;  // the response was written to its end, or given up
};

}  // namespace tidegate::server
