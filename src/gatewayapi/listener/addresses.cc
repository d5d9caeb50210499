#include "gatewayapi/listener/addresses.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

namespace tidegate::gatewayapi {
namespace {

constexpr std::string_view kIpAddress = "IPAddress";

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

void add_status_addresses(const std::vector<std::string>& addresses, ServedGateway& served) {
  for (const std::string& address : addresses) {
    const AddressStatus status{is_ip_address(address) ? "IPAddress" : "Hostname", address};
    if (std::ranges::find(served.addresses, status) == served.addresses.end()) {
      served.addresses.push_back(status);
    }
  }
}

void add_unusable(ServedGateway& served, std::string_view address, std::string_view why) {
  if (served.address_problem) return;
  served.address_problem = {Reason::kAddressNotUsable,
                            fmt::format("address {} cannot be used: {}", address, why)};
}

void use_default_addresses(const CompileOptions& options, ServedGateway& served) {
  served.bind_addresses = options.bind_addresses;
  add_status_addresses(
      options.status_addresses.empty() ? options.bind_addresses : options.status_addresses, served);
}

// Addresses are sockets of this machine.
void use_own_sockets(const resource::Gateway& gateway, const CompileOptions& options,
                     ServedGateway& served) {
  bool wants_any = gateway.addresses.empty();
  for (const resource::GatewayAddress& address : gateway.addresses) {
    if (address.value.empty()) {
      wants_any = true;
    } else if (!is_ip_address(address.value)) {
      add_unusable(served, address.value, "it is not an IP address");
    } else if (options.local_addresses && !contains(*options.local_addresses, address.value)) {
      add_unusable(served, address.value, "it is not an address of this machine");
    } else if (!contains(served.bind_addresses, address.value)) {
      served.bind_addresses.push_back(address.value);
      add_status_addresses({address.value}, served);
    }
  }
  if (wants_any) use_default_addresses(options, served);
}

// Addresses are given by the cluster; the data plane binds the same everywhere.
void use_assigned(const resource::Gateway& gateway, const CompileOptions& options,
                  ServedGateway& served) {
  served.bind_addresses = options.bind_addresses;
  const auto assigned = options.assigned_addresses.find(served.id);
  const bool none = assigned == options.assigned_addresses.end() || assigned->second.empty();
  bool wants_any = gateway.addresses.empty();
  for (const resource::GatewayAddress& address : gateway.addresses) {
    if (address.value.empty()) {
      wants_any = true;
    } else if (none || !contains(assigned->second, address.value)) {
      add_unusable(served, address.value, "the cluster did not assign it");
    } else {
      add_status_addresses({address.value}, served);
    }
  }
  if (!wants_any) return;
  if (none) {
    served.address_problem = {Reason::kAddressNotAssigned, "no address has been assigned yet"};
  } else {
    add_status_addresses(assigned->second, served);
  }
}

}  // namespace

void resolve_addresses(const resource::Gateway& gateway, const CompileOptions& options,
                       ServedGateway& served) {
  for (const resource::GatewayAddress& address : gateway.addresses) {
    if (address.type == kIpAddress || served.not_accepted) continue;
    served.not_accepted = {Reason::kUnsupportedAddress,
                           fmt::format("addresses of type {} are not supported", address.type)};
  }
  switch (options.sockets) {
    case Sockets::kShared:
      use_own_sockets(gateway, options, served);
      return;
    case Sockets::kPerGateway:
      use_assigned(gateway, options, served);
      return;
  }
}

std::string format_socket(std::string_view address, std::uint16_t port) {
  return address.find(':') == std::string_view::npos ? fmt::format("{}:{}", address, port)
                                                     : fmt::format("[{}]:{}", address, port);
}

bool is_ip_address(std::string_view text) {
  in6_addr parsed{};
  const std::string copy(text);
  return inet_pton(AF_INET, copy.c_str(), &parsed) == 1 ||
         inet_pton(AF_INET6, copy.c_str(), &parsed) == 1;
}

}  // namespace tidegate::gatewayapi
