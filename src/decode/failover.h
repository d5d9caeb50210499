// The readers of resource/failover.h.
#pragma once

#include "decode/field_reader.h"
#include "resource/failover.h"

namespace tidegate::decode {

void read_group(const Node& node, resource::GroupDestination& out);
void read_health(const Node& node, resource::BackendHealth& out);
void read_limits(const Node& node, resource::BackendLimits& out);
// Of endpoints: there is no price to compare.
void read_endpoint_balance(const Node& node, resource::Balance& out);
// A region's name: lower case letters, digits and dashes.
void read_region(const Node& node, std::string& out);

}  // namespace tidegate::decode
