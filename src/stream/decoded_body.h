// A body without its content codings. Gives out what can be decoded as soon as its bytes are here,
// a buffer at a time however much they decode to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "coding/decoder.h"
#include "stream/body.h"

namespace tidegate::stream {

class DecodedBody final : public BodySource {
 public:
  // `source` must outlive this. Errors of next(): of the source, and of the decoder.
  DecodedBody(BodySource& source, std::unique_ptr<coding::Decoder> decoder);

  async::Task<Result<Piece>> next() override;
  std::optional<Piece> next_now() override;
  bool ready() const override { return failed_ || has_input_ || source_.ready(); }
  void cancel() override { source_.cancel(); }
  std::uint64_t bytes_read() const override { return source_.bytes_read(); }
  const http::HeaderMap* trailers() const override { return source_.trailers(); }

 private:
  void take(const Piece& piece);
  // The next output of what was taken; nothing when that makes none, or fails (failed_).
  std::optional<Piece> decode_some();

  BodySource& source_;
  const std::unique_ptr<coding::Decoder> decoder_;
  const std::unique_ptr<char[]> buffer_;
  std::string_view input_;  // in the source's piece, or in rest_
  std::string rest_;        // of a piece whose output fills more than the buffer
  bool rest_used_ = false;
  bool has_input_ = false;  // there may be output without another piece
  bool ended_ = false;      // the source has
  std::optional<Error> failed_;
};

}  // namespace tidegate::stream
