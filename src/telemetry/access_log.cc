#include "telemetry/access_log.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "telemetry/log.h"

namespace tidegate::telemetry {
namespace {

constexpr std::size_t kTypicalLineBytes = 1024;

bool is_stdout(const std::string& path) { return path.empty() || path == "-"; }

Result<int> open_log(const std::string& path) {
  if (is_stdout(path)) return STDOUT_FILENO;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                "cannot open access log " + path + ": " + std::strerror(errno));
  }
  return fd;
}

// Signals are for other threads; SIGPIPE of a reader that left becomes EPIPE here.
void block_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

// Writes all parts, waiting where the descriptor must not block. Returns the bytes that were
// written.
std::size_t write_all(int fd, std::span<iovec> parts) {
  std::size_t written = 0;
  while (!parts.empty()) {
    const ssize_t n = ::writev(fd, parts.data(), static_cast<int>(parts.size()));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      pollfd waiting{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&waiting, 1, -1);
      continue;
    }
    if (n <= 0) return written;
    written += static_cast<std::size_t>(n);
    auto left = static_cast<std::size_t>(n);
    while (!parts.empty() && left >= parts.front().iov_len) {
      left -= parts.front().iov_len;
      parts = parts.subspan(1);
    }
    if (parts.empty()) break;
    parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + left;
    parts.front().iov_len -= left;
  }
  return written;
}

}  // namespace

AccessLogChannel::AccessLogChannel(AccessLogWriter& writer, std::size_t ring_bytes)
    : writer_(writer),
      capacity_(ring_bytes),
      ring_(std::make_unique_for_overwrite<char[]>(ring_bytes)) {
  line_.reserve(kTypicalLineBytes);
}

LogOutcome AccessLogChannel::write(const AccessRecord& record) {
  line_.clear();
  format_access_record(record, line_);
  return push(line_) ? LogOutcome::kWritten : LogOutcome::kDropped;
}

bool AccessLogChannel::push(std::string_view text) {
  const std::uint64_t head = head_.load(std::memory_order_relaxed);
  const std::uint64_t used = head - tail_.load(std::memory_order_acquire);
  if (text.size() > capacity_ - used) return false;
  const std::size_t at = head % capacity_;
  const std::size_t first = std::min(text.size(), capacity_ - at);
  std::memcpy(ring_.get() + at, text.data(), first);
  std::memcpy(ring_.get(), text.data() + first, text.size() - first);
  head_.store(head + text.size(), std::memory_order_release);
  const std::size_t half = capacity_ / 2;
  if (used < half && used + text.size() >= half) writer_.wake();
  return true;
}

Result<std::unique_ptr<AccessLogWriter>> AccessLogWriter::start(Settings settings) {
  TIDEGATE_TRY(fd, open_log(settings.path));
  return std::unique_ptr<AccessLogWriter>(new AccessLogWriter(std::move(settings), fd));
}

AccessLogWriter::AccessLogWriter(Settings settings, int fd)
    : settings_(std::move(settings)), fd_(fd), thread_([this] { run(); }) {}

AccessLogWriter::~AccessLogWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_condition_.notify_one();
  thread_.join();
  if (!is_stdout(settings_.path)) ::close(fd_);
}

AccessLogChannel& AccessLogWriter::make_channel() {
  auto channel = std::make_unique<AccessLogChannel>(*this, settings_.ring_bytes);
  const std::lock_guard lock(mutex_);
  return *channels_.emplace_back(std::move(channel));
}

void AccessLogWriter::reopen() {
  {
    const std::lock_guard lock(mutex_);
    reopen_requested_ = true;
  }
  wake_condition_.notify_one();
}

void AccessLogWriter::flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t wanted = ++flushes_requested_;
  wake_condition_.notify_one();
  flushed_condition_.wait(lock, [&] { return flushes_done_ >= wanted; });
}

// Without the lock, so that a worker never waits: a notification that falls between the writer's
// look at the flag and its wait is made up for by the flush interval.
void AccessLogWriter::wake() {
  wake_requested_.store(true, std::memory_order_relaxed);
  wake_condition_.notify_one();
}

void AccessLogWriter::run() {
  block_signals();
  std::unique_lock lock(mutex_);
  bool last = false;
  while (!last) {
    wake_condition_.wait_for(lock, settings_.flush_interval, [this] {
      return stopping_ || reopen_requested_ || flushes_requested_ > flushes_done_ ||
             wake_requested_.load(std::memory_order_relaxed);
    });
    wake_requested_.store(false, std::memory_order_relaxed);
    last = stopping_;
    const std::uint64_t flushing = flushes_requested_;
    const bool reopening = std::exchange(reopen_requested_, false);
    std::vector<AccessLogChannel*> channels;
    for (const auto& channel : channels_) channels.push_back(channel.get());
    lock.unlock();
    if (reopening) reopen_file();
    for (AccessLogChannel* channel : channels) drain(*channel);
    lock.lock();
    flushes_done_ = flushing;
    flushed_condition_.notify_all();
  }
}

void AccessLogWriter::drain(AccessLogChannel& channel) {
  const std::uint64_t tail = channel.tail_.load(std::memory_order_relaxed);
  const std::uint64_t head = channel.head_.load(std::memory_order_acquire);
  if (head == tail) return;
  const auto size = static_cast<std::size_t>(head - tail);
  const std::size_t at = tail % channel.capacity_;
  const std::size_t first = std::min(size, channel.capacity_ - at);
  std::array<iovec, 2> parts = {{{.iov_base = channel.ring_.get() + at, .iov_len = first},
                                 {.iov_base = channel.ring_.get(), .iov_len = size - first}}};
  const std::size_t written = write_all(fd_, std::span(parts).first(first == size ? 1 : 2));
  if (written < size) lost_bytes_.fetch_add(size - written, std::memory_order_relaxed);
  channel.tail_.store(head, std::memory_order_release);
}

void AccessLogWriter::reopen_file() {
  if (is_stdout(settings_.path)) return;
  auto fd = open_log(settings_.path);
  if (!fd) {
    log(LogLevel::kError, "access log not reopened", {{"error", fd.error().detail}});
    return;
  }
  ::close(fd_);
  fd_ = *fd;
}

}  // namespace tidegate::telemetry
