// The body of one HTTP/2 message as it comes in: the session pushes, whoever wants it pulls.
//
// Bytes count against the peer's window until the piece they came in was asked past, so a slow
// reader stops the peer after one window.   Thread: the reactor's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "async/event.h"
#include "http/h2_session.h"
#include "stream/body.h"

namespace tidegate::h2 {

class BodyQueue final : public stream::BodySource {
 public:
  // `origin`: whose fault a cut is. `idle` bounds each wait for bytes.
  BodyQueue(async::Reactor& reactor, http::H2Session& session, Origin origin,
            std::chrono::milliseconds idle)
      : session_(session), readable_(reactor), idle_(reactor.timeouts(idle)), origin_(origin) {}

  // REQUIRED before anything else.
  void set_stream(http::StreamId id) { id_ = id; }
  // From the stream's listener.
  void push(std::string_view bytes);
  void push_trailers(http::HeaderMap&& fields) { trailers_.emplace(std::move(fields)); }
  void push_end();
  void close();
  bool is_ended() const { return ended_; }
  bool is_closed() const { return closed_; }
  // Gives the window of the last piece back.
  void release();

  async::Task<Result<stream::Piece>> next() override;
  std::optional<stream::Piece> next_now() override;
  bool ready() const override { return !received_.empty() || ended_ || closed_; }
  std::optional<std::string_view> whole() override;
  bool rewind() override;
  void cancel() override;
  const http::HeaderMap* trailers() const override { return trailers_ ? &*trailers_ : nullptr; }
  std::uint64_t bytes_read() const override { return given_total_ + received_.size(); }

 private:
  http::H2Session& session_;
  http::StreamId id_ = 0;
  async::Event readable_;
  async::TimeoutList* idle_;
  std::string received_;  // not given out yet
  std::string given_;     // given out last
  std::uint64_t given_total_ = 0;
  std::size_t held_ = 0;  // of given_, not consumed towards the peer yet
  std::optional<http::HeaderMap> trailers_;
  Origin origin_;
  bool ended_ = false;
  bool closed_ = false;
  bool cancelled_ = false;
};

}  // namespace tidegate::h2
