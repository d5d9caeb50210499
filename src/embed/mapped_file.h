// A file as bytes in memory, which the kernel reads when they are looked at.   Thread: immutable.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/error.h"

namespace tidegate::embed {

class MappedFile {
 public:
  // Errors: kInvalidConfig: it cannot be read; the detail has its name.
  static Result<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> bytes_;
};

}  // namespace tidegate::embed
