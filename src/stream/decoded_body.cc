#include "stream/decoded_body.h"

#include <utility>

namespace tidegate::stream {
namespace {

// As large as the blocks that bodies are passed on in.
constexpr std::size_t kBufferBytes = 16 * 1024;

}  // namespace

DecodedBody::DecodedBody(BodySource& source, std::unique_ptr<coding::Decoder> decoder)
    : source_(source), decoder_(std::move(decoder)), buffer_(new char[kBufferBytes]) {}

async::Task<Result<Piece>> DecodedBody::next() {
  while (true) {
    if (const auto here = next_now()) co_return *here;
    if (failed_) co_return std::unexpected(*failed_);
    TIDEGATE_CO_TRY(piece, source_.next());
    take(piece);
  }
}

std::optional<Piece> DecodedBody::next_now() {
  while (!failed_) {
    if (has_input_) {
      if (const auto made = decode_some()) return made;
      continue;
    }
    const auto piece = source_.next_now();
    if (!piece) break;
    take(*piece);
  }
  return std::nullopt;
}

void DecodedBody::take(const Piece& piece) {
  input_ = piece.bytes;
  rest_used_ = false;
  has_input_ = true;
  ended_ = piece.end == End::kYes;
}

std::optional<Piece> DecodedBody::decode_some() {
  auto step = decoder_->decode(input_, {buffer_.get(), kBufferBytes});
  if (!step) {
    failed_ = std::move(step).error();
    return std::nullopt;
  }
  input_.remove_prefix(step->taken);
  const std::string_view made(buffer_.get(), step->made);
  if (made.size() == kBufferBytes) {
    // Who takes this piece may wait, and the source's bytes die then.
    if (!rest_used_) {
      rest_ = input_;
      input_ = rest_;
      rest_used_ = true;
    }
    return Piece{made, End::kNo};
  }
  has_input_ = false;
  if (ended_) {
    if (auto finished = decoder_->finish(); !finished) {
      failed_ = std::move(finished).error();
    } else {
      return Piece{made, End::kYes};
    }
  }
  if (made.empty()) return std::nullopt;
  return Piece{made, End::kNo};
}

}  // namespace tidegate::stream
