// One HTTP/2 stream of a client: its exchange, its request body, its response.
// Thread: the worker's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "async/event.h"
#include "exchange/exchange.h"
#include "exchange/response_writer.h"
#include "http/h2_session.h"
#include "stream/body.h"

namespace tidegate::server {

class H2Stream final : public http::H2StreamListener,
                       public exchange::ResponseWriter,
                       public stream::BodySource {
 public:
  H2Stream(async::Reactor& reactor, const exchange::ConnectionFacts& facts, http::H2Server& session,
           http::StreamId id);

  exchange::Exchange& exchange() { return exchange_; }
  http::StreamId id() const { return id_; }
  // The head has come and nobody serves it yet.
  bool is_waiting() const { return has_head_ && !started_serving_; }
  void start_serving() { started_serving_ = true; }
  bool is_closed() const { return closed_; }
  // Awaitable: returns when the stream is gone. One waiter, after the exchange has ended.
  async::Event::Wait closed() { return readable_.wait(); }
  const std::optional<Error>& refused() const { return refused_; }
  // Ends the stream after its exchange: resets what was not written to its end.
  void finish();

  // http::H2StreamListener
  Arena& arena() override { return exchange_.arena; }
  void on_request(http::RequestHead& head) override;
  void on_refused(http::RequestHead& head, const Error& error) override;
  void on_data(std::string_view bytes) override;
  void on_trailers(http::HeaderMap& fields) override;
  void on_end() override;
  void on_writable() override { writable_.set(); }
  void on_close(http::H2Error code) override;

  // stream::BodySource
  async::Task<Result<stream::Piece>> next() override;
  bool ready() const override { return !received_.empty() || ended_ || closed_; }
  std::optional<std::string_view> whole() override;
  bool rewind() override;
  void cancel() override { readable_.cancel(); }
  const http::HeaderMap* trailers() const override { return trailers_ ? &*trailers_ : nullptr; }

  // exchange::ResponseWriter
  async::Task<Result<void>> send_interim(const http::ResponseHead& head) override;
  void start(const http::ResponseHead& head) override;
  bool started() const override { return started_; }
  bool committed() const override { return committed_; }
  async::Task<Result<void>> write(std::string_view bytes, stream::End end,
                                  const http::HeaderMap* trailers) override;
  async::Task<Result<void>> flush() override;
  void abort() override;
  stream::BodySource* upgraded() override { return this; }

 private:
  Result<void> send_head(http::EndStream end);
  async::Task<Result<void>> send_some(std::string_view bytes, http::EndStream end);
  void give_back();

  http::H2Server& session_;
  http::StreamId id_;
  exchange::Exchange exchange_;
  std::optional<Error> refused_;
  bool has_head_ = false;
  bool started_serving_ = false;

  std::string received_;  // not given out yet
  std::string given_;     // given out last; still counts against the window
  std::uint64_t given_total_ = 0;
  bool given_back_ = true;
  std::optional<http::HeaderMap> trailers_;
  bool ended_ = false;   // the request is whole
  bool closed_ = false;  // the stream is gone
  async::Event readable_;
  async::Event writable_;

  const http::ResponseHead* head_ = nullptr;  // held until the first write or flush
  bool started_ = false;
  bool committed_ = false;
  bool finished_ = false;
};

}  // namespace tidegate::server
