// Parts of a Backend that stand for themselves; see resource/backend.h.
#pragma once

#include "decode/field_reader.h"
#include "resource/backend.h"

namespace tidegate::decode {

void read_backend_port(const Node& node, resource::BackendPort& out);
void read_service_destination(const Node& node, resource::ServiceDestination& out);
// protocolOptions of a port, whose protocol was read before.
void read_protocol_options(ObjectReader& port, resource::BackendPort& out);
void read_backend_extensions(ObjectReader& spec, resource::Backend& out);
// What one destination may have beside it and another may not.
void check_beside_destination(const ObjectReader& spec, const resource::Backend& backend);

}  // namespace tidegate::decode
