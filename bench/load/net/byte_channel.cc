#include "bench/load/net/byte_channel.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>

#include "bench/load/fatal.h"

namespace tidegate::bench {
namespace {

std::span<char> shared_buffer() {
  static std::array<char, 256 * 1024> buffer;
  return buffer;
}

bool would_block() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

void ByteChannel::FreeSsl::operator()(SSL* ssl) const { SSL_free(ssl); }

ByteChannel::ByteChannel(int socket, SSL_CTX* tls) : socket_(socket) {
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls));
  SSL_set_fd(ssl_.get(), socket);
  SSL_set_tlsext_host_name(ssl_.get(), "bench.test");
  SSL_set_connect_state(ssl_.get());
}

ByteChannel::~ByteChannel() { close(socket_); }

void ByteChannel::on_ready(std::uint32_t events) {
  if (closed()) return;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    input_ = Input::kEnding;
  } else if ((events & EPOLLIN) != 0 && input_ == Input::kDrained) {
    input_ = Input::kReadable;
  }
  if (state_ == State::kConnecting) {
    if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
      state_ = State::kClosed;
    } else if (ssl_) {
      shake_hands();
    } else {
      state_ = State::kOpen;
    }
  }
  if (open() && !queue_.empty()) queue_.erase(0, write_some(queue_));
}

void ByteChannel::shake_hands() {
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) {
    state_ = State::kOpen;
    input_ = Input::kReadable;  // session tickets or data may already be buffered
    return;
  }
  const int error = SSL_get_error(ssl_.get(), done);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) state_ = State::kClosed;
}

void ByteChannel::send(std::string_view bytes) {
  if (closed()) return;
  if (open() && queue_.empty()) bytes.remove_prefix(write_some(bytes));
  queue_.append(bytes);
}

std::size_t ByteChannel::write_some(std::string_view bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const std::string_view rest = bytes.substr(written);
    if (ssl_) {
      std::size_t taken = 0;
      if (SSL_write_ex(ssl_.get(), rest.data(), rest.size(), &taken) != 1) break;
      written += taken;
      continue;
    }
    const ssize_t taken = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (taken < 0) {
      if (!would_block()) state_ = State::kClosed;
      break;
    }
    written += static_cast<std::size_t>(taken);
    if (static_cast<std::size_t>(taken) < rest.size()) break;
  }
  return written;
}

std::string_view ByteChannel::read() {
  if (!open() || input_ == Input::kDrained) return {};
  return ssl_ ? read_tls() : read_plain();
}

std::string_view ByteChannel::read_plain() {
  const std::span<char> buffer = shared_buffer();
  const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
  if (count > 0) {
    // A short read empties the socket: the next edge brings more. Not so when the peer has ended:
    // no edge follows.
    const auto size = static_cast<std::size_t>(count);
    if (size < buffer.size() && input_ != Input::kEnding) input_ = Input::kDrained;
    return {buffer.data(), size};
  }
  if (count < 0 && would_block()) {
    if (input_ != Input::kEnding) input_ = Input::kDrained;
    return {};
  }
  state_ = State::kClosed;
  return {};
}

std::string_view ByteChannel::read_tls() {
  const std::span<char> buffer = shared_buffer();
  std::size_t count = 0;
  ERR_clear_error();
  const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count);
  if (result == 1) return {buffer.data(), count};
  if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ) {
    if (input_ != Input::kEnding) input_ = Input::kDrained;
    return {};
  }
  state_ = State::kClosed;
  return {};
}

SSL_CTX* make_client_tls(std::string_view alpn) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  std::string wire(1, static_cast<char>(alpn.size()));
  wire.append(alpn);
  const bool ok =
      context != nullptr && SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
      SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1 &&
      SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(wire.data()),
                              static_cast<unsigned>(wire.size())) == 0;
  if (!ok) fatal("cannot set up TLS");
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  return context;
}

}  // namespace tidegate::bench
