// An IP address and port as the socket calls want it.   Thread: values.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidegate::io {

class Address {
 public:
  Address() = default;
  // From an IP literal ("127.0.0.1", "::1", "[::1]"); kInvalidConfig for anything else: names are
  // DNS's matter.
  static Result<Address> parse(std::string_view ip, std::uint16_t port);
  static Address from(const sockaddr* address, socklen_t length);

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }
  std::uint16_t port() const;
  void set_port(std::uint16_t port);
  std::string ip() const;         // "127.0.0.1", "::1"
  std::string to_string() const;  // "127.0.0.1:80", "[::1]:80"

  friend bool operator==(const Address& a, const Address& b);

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace tidegate::io
