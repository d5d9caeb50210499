// The decoders of each kind: what stands beside apiVersion, kind and metadata. decode.cc names them
// in its table.
#pragma once

#include <string_view>
#include <vector>

#include "decode/field_reader.h"
#include "decode/parts.h"
#include "resource/access_policy.h"
#include "resource/backend.h"
#include "resource/core.h"
#include "resource/gateway.h"
#include "resource/grpc_route.h"
#include "resource/http_route.h"
#include "resource/l4_route.h"
#include "resource/payload_pipeline.h"
#include "resource/policies.h"

namespace tidegate::decode {

// The part of apiVersion after the group: "v1", "v1alpha2".
using Version = std::string_view;

void read_body(ObjectReader& root, Version version, resource::GatewayClass& out);
void read_body(ObjectReader& root, Version version, resource::Gateway& out);
void read_body(ObjectReader& root, Version version, resource::ListenerSet& out);
void read_body(ObjectReader& root, Version version, resource::HttpRoute& out);
void read_body(ObjectReader& root, Version version, resource::GrpcRoute& out);
void read_body(ObjectReader& root, Version version, resource::TlsRoute& out);
void read_body(ObjectReader& root, Version version, resource::TcpRoute& out);
void read_body(ObjectReader& root, Version version, resource::UdpRoute& out);
void read_body(ObjectReader& root, Version version, resource::ReferenceGrant& out);
void read_body(ObjectReader& root, Version version, resource::BackendTlsPolicy& out);
void read_body(ObjectReader& root, Version version, resource::Backend& out);
void read_body(ObjectReader& root, Version version, resource::XBackendDestination& out);
void read_body(ObjectReader& root, Version version, resource::AccessPolicy& out);
void read_body(ObjectReader& root, Version version, resource::PayloadPipeline& out);
void read_body(ObjectReader& root, Version version, resource::Service& out);
void read_body(ObjectReader& root, Version version, resource::EndpointSlice& out);
void read_body(ObjectReader& root, Version version, resource::SecretObject& out);
void read_body(ObjectReader& root, Version version, resource::ConfigMap& out);
void read_body(ObjectReader& root, Version version, resource::Namespace& out);

// Names of rules are unique within a route.
template <class Rule>
void check_rule_names(const ObjectReader& spec, const std::vector<Rule>& rules) {
  for (std::size_t i = 1; i < rules.size(); ++i) {
    for (std::size_t j = 0; rules[i].name && j < i; ++j) {
      if (rules[i].name != rules[j].name) continue;
      spec.fail_item("rules", i, "has the name of a rule that came before");
      break;
    }
  }
}

}  // namespace tidegate::decode
