// Backend spec.dns; see resource/dns.h.
#pragma once

#include "decode/field_reader.h"
#include "resource/dns.h"

namespace tidegate::decode {

void read_backend_dns(const Node& node, resource::BackendDns& out);

}  // namespace tidegate::decode
