#include "stream/memory_body.h"

namespace tidegate::stream {
namespace {
constexpr std::size_t kSlackBytes = 64;
}

async::Task<Result<Piece>> EmptyBody::next() { co_return Piece{std::string_view(), End::kYes}; }

MemoryBody::MemoryBody(std::string text, const http::HeaderMap* trailers)
    : text_(std::move(text)), size_(text_.size()), trailers_(trailers) {
  text_.resize(size_ + kSlackBytes);
}

async::Task<Result<Piece>> MemoryBody::next() { co_return Piece{text_view(), End::kYes}; }

}  // namespace tidegate::stream
