// Bodies that are in memory: replies that we make ourselves, payloads that were buffered or edited.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "stream/body.h"

namespace tidegate::stream {

// A body without bytes.
class EmptyBody final : public BodySource {
 public:
  async::Task<Result<Piece>> next() override;
  std::optional<Piece> next_now() override { return Piece{std::string_view(), End::kYes}; }
  bool ready() const override { return true; }
  std::optional<std::string_view> whole() override { return std::string_view(); }
  bool rewind() override { return true; }
};

// Owns its text and can be read again and again.
class MemoryBody final : public BodySource {
 public:
  // `trailers` may be null; else they outlive this.
  explicit MemoryBody(std::string text, const http::HeaderMap* trailers = nullptr);
  std::uint64_t bytes_read() const override { return size_; }
  async::Task<Result<Piece>> next() override;
  std::optional<Piece> next_now() override { return Piece{text_view(), End::kYes}; }
  bool ready() const override { return true; }
  std::optional<std::string_view> whole() override { return text_view(); }
  bool rewind() override { return true; }
  const http::HeaderMap* trailers() const override { return trailers_; }

 private:
  std::string_view text_view() const { return std::string_view(text_).substr(0, size_); }
  std::string text_;  // with slack behind size_
  std::size_t size_;
  const http::HeaderMap* trailers_;
};

}  // namespace tidegate::stream
