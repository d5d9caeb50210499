// The awaitables of Socket: what they do when the kernel would block.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <string>
#include <utility>

#include "io/socket.h"
#include "io/tls_context.h"

namespace tidegate::io {

using async::Outcome;

Socket::Write::Write(Socket& socket, const Parts& parts, async::TimeoutList* timeout)
    : Operation(socket.reactor(), timeout), socket_(socket), parts_(&parts) {}

bool Socket::Write::await_ready() {
  if (parts_->empty()) return true;
  if (begin()) return true;
  keep_rest(*parts_, last_.bytes);
  return false;
}

// True when everything is on its way, or failed.
bool Socket::Write::begin() {
  if (socket_.sends_by_poller_ && socket_.is_open()) {
    if (socket_.send_error_ != 0) {
      last_ = {Attempt::Kind::kFailed, 0, socket_.send_error_};
      return true;
    }
    if (socket_.send_by_poller(*parts_)) return true;
    if (socket_.sending_) return false;
  }
  if (!socket_.descriptor().writable()) return false;
  last_ = socket_.try_write(*parts_);
  return last_.kind == Attempt::Kind::kFailed || last_.bytes == parts_->bytes();
}

void Socket::Write::keep_rest(const Parts& parts, std::size_t written) {
  rest_.reserve(parts.bytes() - written);
  for (auto piece : parts.pieces()) {
    const std::size_t skip = std::min(written, piece.size());
    rest_.append(piece.substr(skip));
    written -= skip;
  }
  parts_ = nullptr;
}

void Socket::Write::await_suspend(std::coroutine_handle<> handle) {
  socket_.descriptor().set_writer(this);
  start_waiting(handle);
}

bool Socket::Write::perform() {
  if (socket_.sending_) return false;
  if (socket_.send_error_ != 0) {
    last_ = {Attempt::Kind::kFailed, 0, socket_.send_error_};
    return true;
  }
  while (sent_ < rest_.size()) {
    last_ = socket_.try_write(Parts(std::string_view(rest_).substr(sent_)));
    if (last_.kind == Attempt::Kind::kFailed) return true;
    if (last_.kind == Attempt::Kind::kWouldBlock) return false;
    sent_ += last_.bytes;
    if (!socket_.descriptor().writable() && sent_ < rest_.size()) return false;
  }
  return true;
}

Result<void> Socket::Write::await_resume() {
  if (outcome() == Outcome::kTimeout || outcome() == Outcome::kCancelled) {
    return std::unexpected(error_of(outcome(), socket_.side(), "write"));
  }
  if (last_.kind == Attempt::Kind::kFailed) {
    Error error = socket_.error_of(last_, "write");
    // Parts that were not given up to a wait failed at once: plaintext, so nothing was taken.
    if (parts_ != nullptr && socket_.ssl_ == nullptr) error.retry = Retry::kSafe;
    return std::unexpected(std::move(error));
  }
  return {};
}

Socket::Read::Read(Socket& socket, char* data, std::size_t size, async::TimeoutList* timeout)
    : Operation(socket.reactor(), timeout), socket_(socket), data_(data), size_(size) {}

void Socket::Read::await_suspend(std::coroutine_handle<> handle) {
  socket_.expect_data();
  socket_.descriptor().set_reader(this);
  start_waiting(handle);
}

bool Socket::Read::perform() {
  last_ = socket_.try_read(data_, size_);
  return last_.kind != Attempt::Kind::kWouldBlock;
}

Result<std::size_t> Socket::Read::await_resume() {
  if (outcome() == Outcome::kTimeout || outcome() == Outcome::kCancelled) {
    return std::unexpected(error_of(outcome(), socket_.side(), "read"));
  }
  if (last_.kind == Attempt::Kind::kFailed) return std::unexpected(socket_.error_of(last_, "read"));
  return last_.kind == Attempt::Kind::kEnd ? 0 : last_.bytes;
}

Socket::Handshake::Handshake(Socket& socket, async::TimeoutList* timeout)
    : Operation(socket.reactor(), timeout), socket_(socket) {}

void Socket::Handshake::await_suspend(std::coroutine_handle<> handle) {
  // OpenSSL may want either direction; both slots lead here and the edges are remembered.
  socket_.descriptor().set_reader(this);
  socket_.descriptor().set_writer(this);
  start_waiting(handle);
}

void Socket::Handshake::detach() {
  socket_.descriptor().set_reader(nullptr);
  socket_.descriptor().set_writer(nullptr);
}

bool Socket::Handshake::perform() {
  ERR_clear_error();
  const int result = SSL_do_handshake(socket_.tls());
  if (result == 1) {
    succeeded_ = true;
    socket_.tls_pending_ = SSL_has_pending(socket_.tls()) != 0;
    return true;
  }
  const Attempt attempt = socket_.tls_attempt(result);
  if (attempt.kind == Attempt::Kind::kWouldBlock) return false;
  failure_ = describe_tls_failure(socket_.tls());
  return true;
}

// Nothing of a request was sent, so an upstream's failed handshake may be tried elsewhere.
Result<void> Socket::Handshake::await_resume() {
  if (succeeded_) return {};
  Error error = failure_.empty()
                    ? error_of(outcome(), socket_.side(), "TLS handshake")
                    : Error(ErrorCode::kTlsFailure, socket_.side(), "TLS handshake: " + failure_);
  if (socket_.side() == Origin::kUpstream) error.retry = Retry::kSafe;
  return std::unexpected(std::move(error));
}

}  // namespace tidegate::io
