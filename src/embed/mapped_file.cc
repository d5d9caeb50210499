#include "embed/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace tidegate::embed {

Result<MappedFile> MappedFile::open(const std::string& path) {
  const auto refuse = [&](int error) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                fmt::format("{}: {}", path, std::strerror(error)));
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return refuse(errno);
  struct stat status{};
  void* mapped = MAP_FAILED;
  int error = EINVAL;  // an empty file, or none at all
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    mapped =
        ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
    error = errno;
  }
  ::close(file);
  if (mapped == MAP_FAILED) return refuse(error);
  return MappedFile(
      {static_cast<const std::byte*>(mapped), static_cast<std::size_t>(status.st_size)});
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
  if (bytes_.empty()) return;
  ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace tidegate::embed
