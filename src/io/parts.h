// Up to a few pieces of text to be written in order by one system call: a head, a body, an edit
// between.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "base/check.h"

namespace tidegate::io {

class Parts {
 public:
  static constexpr std::size_t kMax = 16;

  Parts() = default;
  explicit Parts(std::string_view only) { add(only); }
  Parts(std::string_view first, std::string_view second) {
    add(first);
    add(second);
  }

  // Empty pieces are dropped. The texts must stay valid until the write's first suspension.
  void add(std::string_view piece) {
    if (piece.empty()) return;
    TIDEGATE_DCHECK(count_ < kMax);
    pieces_[count_++] = piece;
    bytes_ += piece.size();
  }
  bool full() const { return count_ == kMax; }
  bool empty() const { return bytes_ == 0; }
  std::size_t bytes() const { return bytes_; }
  std::span<const std::string_view> pieces() const { return {pieces_.data(), count_}; }

 private:
  std::array<std::string_view, kMax> pieces_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace tidegate::io
