// A request path as a server that sees through other spellings takes it: for comparison only.
// Thread: one owner.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/limits.h"

namespace tidegate::llm {

// The path without percent-escapes, repeated slashes, "." segments and a slash at the end.
class PlainPath {
 public:
  explicit PlainPath(std::string_view path);
  std::string_view view() const { return plain_; }

 private:
  void rewrite(std::string_view path);
  std::size_t close_segment(std::size_t used) const;

  std::array<char, limits::kMaxTargetBytes> buffer_;  // touched only by paths that need it
  std::string_view plain_;
};

}  // namespace tidegate::llm
