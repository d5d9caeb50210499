// Reads whole files, and tells without reading whether one was written since.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidegate::feed {

// A file larger than this is a problem instead of being read.
inline constexpr std::size_t kMaxFileBytes = 64 * 1024 * 1024;

// What changes when a file is written or replaced.
struct Stamp {
  std::uint64_t inode = 0;
  std::int64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

// The text of a file in pages of its own, which go back to the system at once: a large file that is
// read at every change must not leave holes in the heap.
class TextBuffer {
 public:
  TextBuffer() = default;
  ~TextBuffer();
  TextBuffer(TextBuffer&& other) noexcept;
  TextBuffer& operator=(TextBuffer&& other) noexcept;

  std::string_view view() const { return {bytes_, size_}; }
  // Room for `bytes` in all; what is there stays. False when memory is out.
  bool reserve(std::size_t bytes);
  // The free room, and that `bytes` of it were filled.
  std::span<char> room() { return {bytes_ + size_, capacity_ - size_}; }
  void filled(std::size_t bytes) { size_ += bytes; }

 private:
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

struct FileText {
  TextBuffer text;
  // Absent when the file was written so recently that another write might leave the same stamp.
  std::optional<Stamp> stamp;
};

// Errors: kNotFound when there is no such file (any more); kIo, kLimit and kUnsupported with a
// detail for people for one that cannot be read, is too large, or is no regular file.
Result<FileText> read_file(const std::string& path);

// The stamp a file has now; absent when it cannot be told.
std::optional<Stamp> find_stamp(const std::string& path);

}  // namespace tidegate::feed
