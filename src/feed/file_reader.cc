#include "feed/file_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <system_error>

namespace tidegate::feed {
namespace {

// Times of files move in steps of a clock tick; within a few of them two writes can look like one.
constexpr std::chrono::nanoseconds kYoung = std::chrono::milliseconds(50);

std::int64_t to_ns(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

Stamp make_stamp(const struct stat& status) {
  return {status.st_ino, status.st_size, to_ns(status.st_mtim), to_ns(status.st_ctim)};
}

// Owns a descriptor for the time of one read.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> fail_errno(int error) {
  const ErrorCode code =
      error == ENOENT || error == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kIo;
  return fail(code, Origin::kInternal, std::generic_category().message(error));
}

// Reads to the end of the file, which may be elsewhere than its size said.
Result<std::string> read_all(int fd, std::size_t expected) {
  std::string text;
  std::size_t size = 0;
  while (size <= kMaxFileBytes) {
    ssize_t got = 0;
    text.resize_and_overwrite(std::max(expected + 1, size + 4096),
                              [&](char* bytes, std::size_t room) {
                                got = read(fd, bytes + size, room - size);
                                return size + static_cast<std::size_t>(got > 0 ? got : 0);
                              });
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno);
    if (got == 0) return text;
    size = text.size();
  }
  return fail(ErrorCode::kLimit, Origin::kInternal,
              fmt::format("is larger than {} MiB", kMaxFileBytes >> 20));
}

}  // namespace

Result<FileText> read_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return fail_errno(errno);
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return fail_errno(errno);
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kUnsupported, Origin::kInternal, "is not a regular file");
  }
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  FileText result;
  const Stamp stamp = make_stamp(status);
  if (to_ns(now) - stamp.changed_ns > kYoung.count()) result.stamp = stamp;
  TIDEGATE_TRY(text, read_all(file.get(), static_cast<std::size_t>(status.st_size)));
  result.text = std::move(text);
  return result;
}

std::optional<Stamp> find_stamp(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return make_stamp(status);
}

}  // namespace tidegate::feed
