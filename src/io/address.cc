#include "io/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace tidegate::io {

Result<Address> Address::parse(std::string_view ip, std::uint16_t port) {
  if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
  const std::string text(ip);
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage_);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage_);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size_ = sizeof(sockaddr_in);
    return address;
  }
  if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size_ = sizeof(sockaddr_in6);
    return address;
  }
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
              fmt::format("\"{}\" is not an IP address", text));
}

Address Address::from(const sockaddr* address, socklen_t length) {
  Address result;
  result.size_ = std::min<socklen_t>(length, sizeof(sockaddr_storage));
  std::memcpy(&result.storage_, address, result.size_);
  return result;
}

std::uint16_t Address::port() const {
  if (family() == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
}

void Address::set_port(std::uint16_t port) {
  // Port and family stand at the same place in both forms.
  reinterpret_cast<sockaddr_in*>(&storage_)->sin_port = htons(port);
}

std::string Address::ip() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes =
      family() == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr)
          : &reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr;
  if (size_ == 0 || inet_ntop(family(), bytes, text.data(), text.size()) == nullptr) return {};
  return text.data();
}

std::string Address::to_string() const {
  return family() == AF_INET6 ? fmt::format("[{}]:{}", ip(), port())
                              : fmt::format("{}:{}", ip(), port());
}

bool operator==(const Address& a, const Address& b) {
  return a.size_ == b.size_ && std::memcmp(&a.storage_, &b.storage_, a.size_) == 0;
}

}  // namespace tidegate::io
