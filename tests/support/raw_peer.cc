#include "support/raw_peer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/check.h"

namespace tidegate::testing {

void RawPeer::send(std::string_view text) {
  const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  EXPECT_EQ(sent, static_cast<ssize_t>(text.size()));
}

void RawPeer::read() {
  char buffer[16 * 1024];
  while (fd_ >= 0 && !ended_) {
    const auto got = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) {
      received_.append(buffer, static_cast<std::size_t>(got));
      continue;
    }
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    ended_ = true;
    was_reset_ = got < 0;
  }
}

const std::string& RawPeer::received() {
  read();
  return received_;
}

std::string RawPeer::take() {
  read();
  return std::exchange(received_, std::string());
}

void RawPeer::forget() {
  read();
  received_.clear();
}

bool RawPeer::ended() {
  read();
  return ended_;
}

bool RawPeer::was_reset() {
  read();
  return was_reset_;
}

void RawPeer::wait() {
  pollfd waited{.fd = fd_, .events = POLLIN, .revents = 0};
  ::poll(&waited, 1, 10);
}

void RawPeer::shutdown_write() { ::shutdown(fd_, SHUT_WR); }

void RawPeer::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawPeer::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

namespace {

std::array<int, 2> make_pair() {
  std::array<int, 2> fds{};
  TIDEGATE_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) ==
                 0);
  return fds;
}

}  // namespace

RawPair::RawPair() : RawPair(make_pair()) {}

RawPair::RawPair(const std::array<int, 2>& fds) : fd(fds[0]), peer(fds[1]) {}

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Binds to a port that the kernel chooses, and returns it.
std::uint16_t bind_somewhere(int fd) {
  sockaddr_in address = loopback(0);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  TIDEGATE_CHECK(::bind(fd, raw, sizeof address) == 0);
  socklen_t size = sizeof address;
  TIDEGATE_CHECK(::getsockname(fd, raw, &size) == 0);
  return ntohs(address.sin_port);
}

}  // namespace

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  EXPECT_EQ(::connect(fd, raw, sizeof address), 0);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

ReservedPort::ReservedPort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int on = 1;
  TIDEGATE_CHECK(::setsockopt(fd_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0);
  number_ = bind_somewhere(fd_);
}

ReservedPort::~ReservedPort() { ::close(fd_); }

RawListener::RawListener()
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      port_(bind_somewhere(fd_)) {
  TIDEGATE_CHECK(::listen(fd_, 64) == 0);
}

bool RawListener::accepted(std::size_t count) { return this->count() >= count; }

std::size_t RawListener::count() {
  while (fd_ >= 0) {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) break;
    peers_.emplace_back(fd);
  }
  return peers_.size();
}

void RawListener::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace tidegate::testing
