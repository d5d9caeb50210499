#include "support/raw_peer.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
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

RawListener::RawListener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  TIDEGATE_CHECK(::bind(fd_, raw, sizeof address) == 0);
  TIDEGATE_CHECK(::listen(fd_, 64) == 0);
  socklen_t size = sizeof address;
  TIDEGATE_CHECK(::getsockname(fd_, raw, &size) == 0);
  port_ = ntohs(address.sin_port);
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
