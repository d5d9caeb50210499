// Backend spec.dns as the data plane needs it.
#pragma once

#include "config/dns.h"
#include "resource/dns.h"

namespace tidegate::gatewayapi {

config::Dns make_dns(const resource::BackendDns& dns, std::string_view hostname);

}  // namespace tidegate::gatewayapi
