#include "io/socket.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "io/tls_context.h"

namespace tidegate::io {
namespace {

// SSL_get_error() reads the thread's queue. It is empty but for failures, and looking costs a third
// of clearing it.
void forget_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

Socket::Socket(async::Reactor& reactor, int fd, Origin side)
    : descriptor_(reactor, fd), side_(side) {}

Socket::~Socket() {
  descriptor_.close();
  close_notify_.reset();
  SSL_free(ssl_);
}

Result<void> Socket::watch() {
  TIDEGATE_TRY_VOID(descriptor_.watch());
  if (ssl_ != nullptr) return {};
  sends_by_poller_ = true;
  descriptor_.set_sink(this);
  if (reactor().poller().completes()) reads_ = Reads::kUndecided;
  return {};
}

bool Socket::may_read() const {
  if (reads_ == Reads::kReceived) return !received_->empty() || !is_open();
  return descriptor_.readable() || tls_pending_;
}

Attempt Socket::try_read(char* data, std::size_t size) {
  if (!is_open()) return {Attempt::Kind::kFailed, 0, ECONNRESET};
  if (ssl_ != nullptr) return try_read_tls(data, size);
  if (reads_ == Reads::kReceived) return take_received(data, size);
  const ssize_t got = ::recv(descriptor_.fd(), data, size, 0);
  if (got > 0) {
    // A short read has drained the socket, unless the peer's close came with it: no further edge
    // would tell.
    if (static_cast<std::size_t>(got) < size && !descriptor_.hung_up())
      descriptor_.clear_readable();
    return {Attempt::Kind::kBytes, static_cast<std::size_t>(got), 0};
  }
  if (got == 0) return {Attempt::Kind::kEnd, 0, 0};
  if (errno == EAGAIN || errno == EINTR) {
    descriptor_.clear_readable();
    return {Attempt::Kind::kWouldBlock, 0, 0};
  }
  return {Attempt::Kind::kFailed, 0, errno};
}

Attempt Socket::try_write(const Parts& parts) {
  if (!is_open()) return {Attempt::Kind::kFailed, 0, ECONNRESET};
  if (ssl_ != nullptr) return try_write_tls(parts);
  std::array<iovec, Parts::kMax> pieces;
  std::size_t count = 0;
  for (auto piece : parts.pieces()) {
    pieces[count++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  const ssize_t sent = ::sendmsg(descriptor_.fd(), &message, MSG_NOSIGNAL);
  if (sent >= 0) {
    if (static_cast<std::size_t>(sent) < parts.bytes()) descriptor_.clear_writable();
    return {Attempt::Kind::kBytes, static_cast<std::size_t>(sent), 0};
  }
  if (errno == EAGAIN || errno == EINTR) {
    descriptor_.clear_writable();
    return {Attempt::Kind::kWouldBlock, 0, 0};
  }
  return {Attempt::Kind::kFailed, 0, errno};
}

// As many records as OpenSSL holds: with read-ahead one system call brings several.
Attempt Socket::try_read_tls(char* data, std::size_t size) {
  std::size_t total = 0;
  do {
    std::size_t got = 0;
    forget_errors();
    const int result = SSL_read_ex(ssl_, data + total, size - total, &got);
    if (result <= 0) {
      const Attempt attempt = tls_attempt(result);
      // An end or a failure after data is told by the next attempt, which no edge announces.
      tls_pending_ = total != 0 && attempt.kind != Attempt::Kind::kWouldBlock;
      if (total == 0) return attempt;
      return {Attempt::Kind::kBytes, total, 0};
    }
    total += got;
  } while (total < size && SSL_has_pending(ssl_) != 0);
  tls_pending_ = SSL_has_pending(ssl_) != 0;
  return {Attempt::Kind::kBytes, total, 0};
}

// Gathers the pieces into full TLS records: a head and a body of one size share one record and one
// send.
Attempt Socket::try_write_tls(const Parts& parts) {
  constexpr std::size_t kRecordBytes = 16 * 1024;
  thread_local std::array<char, kRecordBytes> record;
  std::size_t done = 0;
  std::size_t skip = 0;  // bytes of the current piece that are written
  auto pieces = parts.pieces();
  std::size_t index = 0;
  while (done < parts.bytes()) {
    std::string_view out = pieces[index].substr(skip);
    if (out.size() < kRecordBytes && index + 1 < pieces.size()) {
      std::size_t filled = 0;
      std::size_t from = skip;
      for (std::size_t i = index; i < pieces.size() && filled < kRecordBytes; ++i, from = 0) {
        const auto piece = pieces[i].substr(from, kRecordBytes - filled);
        std::memcpy(record.data() + filled, piece.data(), piece.size());
        filled += piece.size();
      }
      out = {record.data(), filled};
    }
    std::size_t sent = 0;
    forget_errors();
    const int result = SSL_write_ex(ssl_, out.data(), std::min(out.size(), kRecordBytes), &sent);
    if (result <= 0) {
      const Attempt attempt = tls_attempt(result);
      if (attempt.kind == Attempt::Kind::kWouldBlock && done > 0) break;
      return attempt;
    }
    done += sent;
    for (skip += sent; index < pieces.size() && skip >= pieces[index].size(); ++index) {
      skip -= pieces[index].size();
    }
  }
  return {Attempt::Kind::kBytes, done, 0};
}

Attempt Socket::tls_attempt(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      if (descriptor_.hung_up()) return {Attempt::Kind::kFailed, 0, ECONNRESET};
      descriptor_.clear_readable();
      return {Attempt::Kind::kWouldBlock, 0, 0};
    case SSL_ERROR_WANT_WRITE:
      descriptor_.clear_writable();
      return {Attempt::Kind::kWouldBlock, 0, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {Attempt::Kind::kEnd, 0, 0};
    case SSL_ERROR_SYSCALL:
      return {Attempt::Kind::kFailed, 0, errno == 0 ? ECONNRESET : errno};
    default:
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        return {Attempt::Kind::kFailed, 0, ECONNRESET};
      }
      return {Attempt::Kind::kFailed, 0, 0};
  }
}

Error Socket::error_of(const Attempt& attempt, std::string_view doing) const {
  if (attempt.kind == Attempt::Kind::kEnd) {
    return Error(ErrorCode::kEndOfStream, side_, fmt::format("connection closed: {}", doing));
  }
  if (attempt.error == 0) {
    return Error(ErrorCode::kTlsFailure, side_,
                 fmt::format("TLS: {}: {}", doing, describe_tls_failure(ssl_)));
  }
  const bool reset = attempt.error == ECONNRESET || attempt.error == EPIPE;
  return Error(reset ? ErrorCode::kConnectionReset : ErrorCode::kIo, side_,
               fmt::format("{}: {}", doing, std::strerror(attempt.error)));
}

namespace {

// A short read has drained the kernel's buffer: without this, each read would end with one more
// system call to learn that.
long note_short_read(BIO* bio, int operation, const char*, std::size_t length, int, long,
                     int result, std::size_t* processed) {
  if (operation == (BIO_CB_READ | BIO_CB_RETURN) && result > 0 && *processed < length) {
    auto* descriptor = reinterpret_cast<async::Descriptor*>(BIO_get_callback_arg(bio));
    if (!descriptor->hung_up()) descriptor->clear_readable();
  }
  return result;
}

}  // namespace

void Socket::set_tls(ssl_st* ssl) {
  TIDEGATE_CHECK(ssl_ == nullptr && received_ == nullptr && !sending_);
  ssl_ = ssl;
  reads_ = Reads::kWhenReadable;
  sends_by_poller_ = false;
  // Two of them, so that only reads pay for the callback.
  BIO* const reads = BIO_new_socket(descriptor_.fd(), BIO_NOCLOSE);
  BIO* const writes = BIO_new_socket(descriptor_.fd(), BIO_NOCLOSE);
  TIDEGATE_CHECK(reads != nullptr && writes != nullptr);
  BIO_set_callback_ex(reads, note_short_read);
  BIO_set_callback_arg(reads, reinterpret_cast<char*>(&descriptor_));
  SSL_set_bio(ssl_, reads, writes);
}

// Retries the close_notify alert when the kernel has room again, then sends FIN.
class Socket::CloseNotify final : public async::Operation {
 public:
  explicit CloseNotify(Socket& socket) : Operation(socket.reactor(), nullptr), socket_(socket) {
    socket_.descriptor_.set_writer(this);
  }
  bool perform() override {
    ERR_clear_error();
    const int result = SSL_shutdown(socket_.ssl_);
    if (result < 0 && SSL_get_error(socket_.ssl_, result) == SSL_ERROR_WANT_WRITE) {
      socket_.descriptor_.clear_writable();
      return false;
    }
    socket_.descriptor_.set_writer(nullptr);
    ::shutdown(socket_.descriptor_.fd(), SHUT_WR);
    return false;  // nobody waits for it
  }

 private:
  void detach() override {}
  Socket& socket_;
};

void Socket::shutdown_write() {
  if (!is_open() || close_notify_ != nullptr) return;
  if (sending_) {
    shutdown_after_send_ = true;
    return;
  }
  if (ssl_ == nullptr || SSL_is_init_finished(ssl_) == 0) {
    ::shutdown(descriptor_.fd(), SHUT_WR);
    return;
  }
  close_notify_ = std::make_unique<CloseNotify>(*this);
  close_notify_->perform();
}

void Socket::abort() {
  if (!is_open()) return;
  const linger reset{1, 0};
  ::setsockopt(descriptor_.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  descriptor_.close(async::Unsent::kDrop);
}

std::size_t Socket::unsent_bytes() const {
  return sending_ ? reactor().poller().kept_back(descriptor_) : 0;
}

std::size_t Socket::unacknowledged_bytes() const {
  int bytes = 0;
  if (!is_open() || ::ioctl(descriptor_.fd(), SIOCOUTQ, &bytes) != 0 || bytes < 0) return 0;
  return static_cast<std::size_t>(bytes);
}

Address Socket::local_address() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(descriptor_.fd(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return Address::from(reinterpret_cast<sockaddr*>(&storage), size);
}

Address Socket::peer_address() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(descriptor_.fd(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return Address::from(reinterpret_cast<sockaddr*>(&storage), size);
}

Socket::Handshake Socket::handshake(async::TimeoutList* timeout) {
  return Handshake(*this, timeout);
}
Socket::Write Socket::write(const Parts& parts, async::TimeoutList* timeout) {
  return Write(*this, parts, timeout);
}
Socket::Read Socket::read_into(char* data, std::size_t size, async::TimeoutList* timeout) {
  return Read(*this, data, size, timeout);
}

}  // namespace tidegate::io
