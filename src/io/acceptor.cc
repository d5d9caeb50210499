#include "io/acceptor.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tidegate::io {
namespace {

constexpr int kBacklog = 4096;

std::unexpected<Error> listen_error(const Address& address) {
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
              fmt::format("cannot listen on {}: {}", address.to_string(), std::strerror(errno)));
}

}  // namespace

Result<std::unique_ptr<Acceptor>> Acceptor::listen(async::Reactor& reactor,
                                                   const Address& address) {
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return listen_error(address);
  auto acceptor = std::make_unique<Acceptor>(reactor, fd);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (address.family() == AF_INET6) {
    const int off = 0;  // "::" also serves IPv4, as Kubernetes Services expect
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (::bind(fd, address.data(), address.size()) != 0) return listen_error(address);
  if (::listen(fd, kBacklog) != 0) return listen_error(address);
  TIDEGATE_TRY_VOID(acceptor->descriptor_.watch());
  return acceptor;
}

Address Acceptor::local_address() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(descriptor_.fd(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return Address::from(reinterpret_cast<sockaddr*>(&storage), size);
}

Acceptor::Accept Acceptor::accept() { return Accept(*this); }

bool Acceptor::Accept::await_ready() {
  if (!acceptor_.descriptor_.is_open()) {
    error_ = ECANCELED;
    return true;
  }
  return acceptor_.descriptor_.readable() && perform();
}

void Acceptor::Accept::await_suspend(std::coroutine_handle<> handle) {
  acceptor_.descriptor_.set_reader(this);
  start_waiting(handle);
}

bool Acceptor::Accept::perform() {
  while (true) {
    fd_ = ::accept4(acceptor_.descriptor_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd_ >= 0) {
      const int on = 1;
      ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return true;
    }
    if (errno == EAGAIN) {
      acceptor_.descriptor_.clear_readable();
      return false;
    }
    // The connection died in the queue: take the next one. Anything else (no descriptors left) is
    // reported.
    if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) continue;
    error_ = errno;
    return true;
  }
}

Result<int> Acceptor::Accept::await_resume() {
  if (fd_ >= 0) return fd_;
  if (error_ == 0 || error_ == ECANCELED) {
    return fail(ErrorCode::kCancelled, Origin::kInternal, "listener closed");
  }
  return fail(ErrorCode::kIo, Origin::kInternal, fmt::format("accept: {}", std::strerror(error_)));
}

}  // namespace tidegate::io
