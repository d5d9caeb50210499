// Everything that was decoded, one vector per kind: the input of gatewayapi::compile.
//
// Order within a vector does not matter, but keeping it stable makes an incremental compile
// cheaper. A (kind, namespace, name) appears at most once: decoding refuses duplicates. Thread:
// immutable once built; objects may be shared between sets and threads.
#pragma once

#include <memory>
#include <vector>

#include "resource/access_policy.h"
#include "resource/backend.h"
#include "resource/core.h"
#include "resource/gateway.h"
#include "resource/grpc_route.h"
#include "resource/http_route.h"
#include "resource/l4_route.h"
#include "resource/payload_pipeline.h"
#include "resource/policies.h"

namespace tidegate::resource {

template <class T>
using Objects = std::vector<std::shared_ptr<const T>>;

struct ResourceSet {
  Objects<GatewayClass> gateway_classes;
  Objects<Gateway> gateways;
  Objects<ListenerSet> listener_sets;
  Objects<HttpRoute> http_routes;
  Objects<GrpcRoute> grpc_routes;
  Objects<TlsRoute> tls_routes;
  Objects<TcpRoute> tcp_routes;
  Objects<UdpRoute> udp_routes;
  Objects<ReferenceGrant> reference_grants;
  Objects<BackendTlsPolicy> backend_tls_policies;
  Objects<Backend> backends;
  Objects<AccessPolicy> access_policies;
  Objects<PayloadPipeline> payload_pipelines;
  Objects<Service> services;
  Objects<EndpointSlice> endpoint_slices;
  Objects<SecretObject> secrets;
  Objects<ConfigMap> config_maps;
  Objects<Namespace> namespaces;
};

}  // namespace tidegate::resource
