#include "feed/file_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <system_error>
#include <utility>

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
Result<TextBuffer> read_all(int fd, std::size_t expected) {
  TextBuffer text;
  std::size_t wanted = expected + 1;  // one more, to see the end without growing
  while (text.view().size() <= kMaxFileBytes) {
    if (text.room().empty() && !text.reserve(wanted)) return fail_errno(ENOMEM);
    wanted *= 2;
    while (!text.room().empty()) {
      const ssize_t got = read(fd, text.room().data(), text.room().size());
      if (got == 0) return text;
      if (got < 0 && errno != EINTR) return fail_errno(errno);
      if (got > 0) text.filled(static_cast<std::size_t>(got));
    }
  }
  return fail(ErrorCode::kLimit, Origin::kInternal,
              fmt::format("is larger than {} MiB", kMaxFileBytes >> 20));
}

}  // namespace

TextBuffer::~TextBuffer() {
  if (bytes_ != nullptr) munmap(bytes_, capacity_);
}

TextBuffer::TextBuffer(TextBuffer&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

TextBuffer& TextBuffer::operator=(TextBuffer&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

bool TextBuffer::reserve(std::size_t bytes) {
  constexpr std::size_t kPage = 4096;
  const std::size_t rounded = (bytes + kPage - 1) / kPage * kPage;
  if (rounded <= capacity_) return true;
  void* memory = bytes_ == nullptr ? mmap(nullptr, rounded, PROT_READ | PROT_WRITE,
                                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)
                                   : mremap(bytes_, capacity_, rounded, MREMAP_MAYMOVE);
  if (memory == MAP_FAILED) return false;
  bytes_ = static_cast<char*>(memory);
  capacity_ = rounded;
  return true;
}

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
  if (status.st_size > static_cast<off_t>(kMaxFileBytes)) status.st_size = kMaxFileBytes;
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
