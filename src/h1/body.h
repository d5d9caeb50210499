// The body of an HTTP/1 message, read from a connection by its framing.   Source: RFC 9112 6 and 7.
// Thread: the reactor's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "async/operation.h"
#include "base/arena.h"
#include "http/chunked.h"
#include "http/message.h"
#include "io/inbound.h"
#include "stream/body.h"

namespace tidegate::h1 {

// Whether bytes stay in the connection's buffer after they were given out, so that rewind() can
// work.
enum class Retain : std::uint8_t { kNo, kWhenWhole };

class Body : public stream::BodySource {
 public:
  // `inbound` stands right behind the head. `idle` bounds each wait for bytes (null: no bound).
  Body(io::Inbound& inbound, http::BodyLength length, Arena& arena, async::TimeoutList* idle,
       Retain retain);

  async::Task<Result<stream::Piece>> next() override;
  std::optional<stream::Piece> next_now() override;
  bool ready() const override;
  std::optional<std::string_view> whole() override;
  async::Task<Result<void>> gather() override;
  bool rewind() override;
  void cancel() override;
  const http::HeaderMap* trailers() const override;

  // Whether nothing of the message is left to come: read to its end, or all of it is here.
  bool at_end() const { return done_ || is_whole(); }
  // Takes what was retained, or is here and was never asked for, off the connection. True when the
  // next message may follow on it.
  bool release();
  std::uint64_t bytes_read() const override { return is_whole() ? length_.bytes : bytes_read_; }

 protected:
  // Called before next() waits for bytes for the first time; a server sends 100 Continue here.
  virtual async::Task<Result<void>> before_first_wait();
  io::Inbound& inbound() { return inbound_; }

 private:
  bool is_whole() const;
  bool is_first_wait();
  std::string_view take_known();
  std::string_view take_chunked();
  std::unexpected<Error> cut_short() const;
  std::unexpected<Error> cancelled() const;

  io::Inbound& inbound_;
  http::BodyLength length_;
  std::uint64_t remaining_;
  std::uint64_t bytes_read_ = 0;
  std::optional<http::ChunkedDecoder> chunked_;
  async::TimeoutList* idle_;
  Retain retain_;
  bool retained_ = false;  // the whole body was given out and is still in the buffer
  std::optional<Error> malformed_;
  bool waited_ = false;
  bool cancelled_ = false;  // until rewind()
  bool done_;
};

}  // namespace tidegate::h1
