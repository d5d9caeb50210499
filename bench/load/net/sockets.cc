#include "bench/load/net/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "bench/load/fatal.h"

namespace tidegate::bench {
namespace {

constexpr int kBacklog = 4096;

sockaddr_in ipv4(const std::string& address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &result.sin_addr) != 1) {
    fatal(fmt::format("'{}' is not an IPv4 address", address));
  }
  return result;
}

int open_socket() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) fatal(fmt::format("socket: {}", std::strerror(errno)));
  return socket;
}

void set_on(int socket, int level, int option) {
  const int on = 1;
  setsockopt(socket, level, option, &on, sizeof on);
}

}  // namespace

int listen_on(std::uint16_t port) {
  const int socket = open_socket();
  set_on(socket, SOL_SOCKET, SO_REUSEADDR);
  const sockaddr_in address = ipv4("127.0.0.1", port);
  if (bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(socket, kBacklog) != 0) {
    fatal(fmt::format("cannot listen on 127.0.0.1:{}: {}", port, std::strerror(errno)));
  }
  return socket;
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    fatal("getsockname failed");
  }
  return ntohs(address.sin_port);
}

int accept_from(int listener) {
  const int socket = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket >= 0) set_on(socket, IPPROTO_TCP, TCP_NODELAY);
  return socket;
}

int start_connect(const std::string& address, std::uint16_t port) {
  const int socket = open_socket();
  set_on(socket, IPPROTO_TCP, TCP_NODELAY);
  const sockaddr_in peer = ipv4(address, port);
  if (connect(socket, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0 &&
      errno != EINPROGRESS) {
    fatal(fmt::format("cannot connect to {}:{}: {}", address, port, std::strerror(errno)));
  }
  return socket;
}

}  // namespace tidegate::bench
