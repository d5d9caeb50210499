#include "gatewayapi/backend/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "gatewayapi/backend/nearest.h"

namespace tidegate::gatewayapi {
namespace {

using config::BackendProtocol;

constexpr std::uint16_t kUnresolvedStatus = 500;

ResolvedBackend unresolved(const BackendKey& key, std::string_view reason, std::string message) {
  ResolvedBackend result;
  result.key = key;
  result.error_status = kUnresolvedStatus;
  result.unresolved = Problem{reason, std::move(message)};
  return result;
}

const resource::ServicePort* find_port(const resource::Service& service, std::uint16_t number,
                                       std::string_view transport) {
  for (const auto& port : service.ports) {
    if (port.port == number && port.protocol == transport) return &port;
  }
  return nullptr;
}

// What the port speaks; nothing when appProtocol is one of Kubernetes' own that we do not know.
std::optional<BackendProtocol> protocol_of(const resource::ServicePort& port, BackendUse use) {
  switch (use) {
    case BackendUse::kGrpc:
      return BackendProtocol::kHttp2;
    case BackendUse::kTcp:
    case BackendUse::kTls:
    case BackendUse::kStore:
      return BackendProtocol::kTcp;
    case BackendUse::kUdp:
      return BackendProtocol::kUdp;
    case BackendUse::kHttp:
      break;
  }
  const std::string_view app = port.app_protocol ? std::string_view(*port.app_protocol) : "";
  if (app == "kubernetes.io/h2c" || app == "http2" || app == "h2c" || app == "grpc") {
    return BackendProtocol::kHttp2;
  }
  if (app == "kubernetes.io/ws" || app == "kubernetes.io/wss") return BackendProtocol::kWebSocket;
  if (app.starts_with("kubernetes.io/")) return std::nullopt;
  return BackendProtocol::kHttp1;
}

bool is_ready(const resource::SliceEndpoint& endpoint) { return endpoint.ready.value_or(true); }

// A terminating endpoint that still answers.
bool still_serves(const resource::SliceEndpoint& endpoint) {
  return endpoint.serving.value_or(is_ready(endpoint)) && endpoint.terminating.value_or(false);
}

template <class Wanted>
void add_endpoints(const resource::EndpointSlice& slice, std::uint16_t port, Wanted wanted,
                   std::vector<config::Endpoint>& endpoints) {
  for (const resource::SliceEndpoint& endpoint : slice.endpoints) {
    if (!endpoint.addresses.empty() && wanted(endpoint)) {
      endpoints.push_back({endpoint.addresses.front(), port});
    }
  }
}

template <class Wanted>
std::vector<config::Endpoint> collect(const std::vector<const resource::EndpointSlice*>& slices,
                                      const resource::ServicePort& port, Wanted wanted) {
  std::vector<config::Endpoint> endpoints;
  for (const resource::EndpointSlice* slice : slices) {
    if (slice->address_type != "IPv4" && slice->address_type != "IPv6") continue;
    for (const resource::SlicePort& slice_port : slice->ports) {
      const bool same = slice_port.name == port.name && slice_port.protocol == port.protocol;
      if (same && slice_port.port) add_endpoints(*slice, *slice_port.port, wanted, endpoints);
    }
  }
  const auto order = [](const config::Endpoint& a, const config::Endpoint& b) {
    return std::tie(a.address, a.port) < std::tie(b.address, b.port);
  };
  std::ranges::sort(endpoints, order);
  const auto repeats = std::ranges::unique(endpoints);
  endpoints.erase(repeats.begin(), repeats.end());
  return endpoints;
}

// Applies the BackendTLSPolicy of the port, whatever route leads there; false when connections must
// fail.   Source: Gateway API v1.0 announcement ("All Gateway API Routes that point to a referenced
// Service should respect a configured BackendTLSPolicy").
bool apply_policy(const resource::ServicePort& port, const BackendInputs& inputs,
                  config::Backend& backend, ResolvedBackend& result) {
  const BackendKey& key = result.key;
  if (key.use == BackendUse::kTls || key.use == BackendUse::kUdp) return true;
  result.policies = inputs.policies.find_all(key.namespace_, key.name, port.name);
  const TlsPolicy* policy = inputs.policies.find(key.namespace_, key.name, port.name);
  if (policy == nullptr) return true;
  if (!policy->tls) return false;
  backend.tls = policy->tls;
  const auto client = inputs.client_certificates.find(key.client_of);
  if (key.client_of.empty() || client == inputs.client_certificates.end()) return true;
  auto with_client = std::make_shared<config::UpstreamTls>(*policy->tls);
  with_client->client_certificate = {*client->second};
  backend.tls = std::move(with_client);
  backend.id += "@" + key.client_of;
  return true;
}

}  // namespace

ResolvedBackend resolve_service(const BackendKey& key, const BackendInputs& inputs) {
  const auto& index = inputs.lookup.index;
  const auto* service = index.services.find(key.namespace_, key.name);
  if (service == nullptr) {
    return unresolved(key, Reason::kBackendNotFound,
                      fmt::format("Service {}/{} does not exist", key.namespace_, key.name));
  }
  if (service->type == "ExternalName") {
    return unresolved(key, Reason::kInvalidKind,
                      fmt::format("Service {}/{} is of type ExternalName, which is refused; use a "
                                  "Backend with an Fqdn destination",
                                  key.namespace_, key.name));
  }
  const bool udp = key.use == BackendUse::kUdp;
  const auto* port = find_port(*service, key.port, udp ? "UDP" : "TCP");
  if (port == nullptr) {
    const bool other = find_port(*service, key.port, udp ? "TCP" : "UDP") != nullptr;
    return unresolved(key, other ? Reason::kUnsupportedProtocol : Reason::kBackendNotFound,
                      fmt::format("Service {}/{} has no {} port {}", key.namespace_, key.name,
                                  udp ? "UDP" : "TCP", key.port));
  }
  const auto protocol = protocol_of(*port, key.use);
  if (!protocol) {
    return unresolved(key, Reason::kUnsupportedProtocol,
                      fmt::format("Service {}/{} port {}: appProtocol {} is not supported",
                                  key.namespace_, key.name, key.port, *port->app_protocol));
  }
  ResolvedBackend result;
  result.key = key;
  auto backend = std::make_shared<config::Backend>();
  backend->id =
      fmt::format("Service/{}/{}:{}{}", key.namespace_, key.name, key.port, id_suffix(key.use));
  if (key.near) backend->id += "/near";
  backend->protocol = *protocol;
  const auto& slices = index.find_slices(key.namespace_, key.name);
  const Location* location = inputs.lookup.location;
  std::vector<config::Endpoint> endpoints;
  for (const Nearness nearness : wanted_nearness(*service, key, location)) {
    if (!endpoints.empty()) break;
    endpoints = collect(slices, *port, [&](const resource::SliceEndpoint& endpoint) {
      return is_ready(endpoint) && is_near(endpoint, nearness, location);
    });
  }
  if (endpoints.empty()) endpoints = collect(slices, *port, still_serves);
  backend->destination = std::move(endpoints);
  if (apply_policy(*port, inputs, *backend, result)) {
    result.backend = std::move(backend);
  } else {
    result.error_status = kUnresolvedStatus;
  }
  return result;
}

}  // namespace tidegate::gatewayapi
