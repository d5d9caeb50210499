// spec.addresses: where a Gateway's listeners are bound and what its status says.
#pragma once

#include "gatewayapi/listener/topology.h"

namespace tidegate::gatewayapi {

// Sets bind_addresses, addresses, address_problem (AddressNotUsable, AddressNotAssigned) and
// not_accepted (UnsupportedAddress, unless something else is wrong already).
void resolve_addresses(const resource::Gateway& gateway, const CompileOptions& options,
                       ServedGateway& served);

// "address:port", with brackets around IPv6, as CompileOptions::unavailable_sockets has it.
std::string format_socket(std::string_view address, std::uint16_t port);

// Whether a text is an IPv4 or IPv6 address.
bool is_ip_address(std::string_view text);

}  // namespace tidegate::gatewayapi
