#include "gatewayapi/backend/destination.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/base64.h"
#include "gatewayapi/backend/ai.h"
#include "gatewayapi/backend/credentials.h"
#include "gatewayapi/backend/dns.h"
#include "gatewayapi/backend/extensions.h"
#include "gatewayapi/backend/group.h"
#include "gatewayapi/backend/service.h"
#include "gatewayapi/backend/service_destination.h"
#include "gatewayapi/listener/addresses.h"

namespace tidegate::gatewayapi {
namespace {

using resource::BackendPort;
using resource::BackendTls;

constexpr std::uint16_t kUnusableStatus = 500;
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

// Names inside a cluster bypass its Services, EndpointSlices and policies: refused (proposal 10).
bool is_cluster_name(std::string_view hostname) {
  while (hostname.ends_with('.')) hostname.remove_suffix(1);
  return hostname == "cluster.local" || hostname.ends_with(".cluster.local") || hostname == "svc" ||
         hostname.ends_with(".svc");
}

// MCP is carried as plain HTTP: what these say would not be done.
std::optional<Problem> check_ports(const resource::Backend& backend) {
  for (const BackendPort& port : backend.ports) {
    if (!port.mcp) continue;
    return Problem{Reason::kUnsupportedValue,
                   fmt::format("ports {}: protocolOptions.mcp is not supported: MCP is carried as "
                               "HTTP, to the path that the client asks for",
                               port.number)};
  }
  return std::nullopt;
}

// Keys of HTTP do not open a store, and nothing else has a login.
std::optional<Problem> check_store(const resource::Backend& backend) {
  const auto stores = std::ranges::count_if(backend.ports, &BackendPort::is_store);
  const auto invalid = [](std::string text) { return Problem{Reason::kInvalid, std::move(text)}; };
  if (stores == 0) {
    if (!backend.login) return std::nullopt;
    return invalid("credentials.login: is for ports with protocol Redis or PostgreSQL");
  }
  if (static_cast<std::size_t>(stores) != backend.ports.size()) {
    return invalid("ports: Redis and PostgreSQL must not stand beside other protocols");
  }
  if (backend.api_key || backend.credentials) {
    return invalid("credentials: ports with protocol Redis or PostgreSQL take a login alone");
  }
  if (backend.health.active && backend.health.active->path) {
    return invalid("health.active.path: ports with protocol Redis or PostgreSQL answer no GET");
  }
  return std::nullopt;
}

std::optional<Problem> check_destination(const resource::Backend& backend, const Lookup& lookup) {
  if (auto problem = check_extensions(backend, lookup.processors)) return problem;
  if (auto problem = check_ports(backend)) return problem;
  if (auto problem = check_store(backend)) return problem;
  if (auto problem = check_ai(backend)) return problem;
  if (const auto* fqdn = std::get_if<resource::FqdnDestination>(&backend.destination)) {
    if (fqdn->hostname.empty() || is_ip_address(fqdn->hostname)) {
      return Problem{
          Reason::kInvalid,
          fmt::format("destination.fqdn.hostname: \"{}\" is not a name", fqdn->hostname)};
    }
    if (is_cluster_name(fqdn->hostname)) {
      return Problem{
          Reason::kUnsupportedValue,
          fmt::format("destination.fqdn.hostname: {} is a cluster-internal name; refer to "
                      "the Service instead",
                      fqdn->hostname)};
    }
  }
  if (const auto* ip = std::get_if<resource::IpDestination>(&backend.destination)) {
    if (ip->addresses.empty() || backend.ports.empty()) {
      return Problem{Reason::kInvalid, "destination.ip needs addresses and ports"};
    }
    for (const std::string& address : ip->addresses) {
      if (is_ip_address(address)) continue;
      return Problem{Reason::kInvalid,
                     fmt::format("destination.ip.addresses: \"{}\" is not an IP address", address)};
    }
  }
  return std::nullopt;
}

// The TLS of a port, written or implied.
BackendTls tls_settings(const resource::Backend& backend, const BackendPort& port) {
  if (port.tls) return *port.tls;
  BackendTls tls;
  const bool fqdn = std::holds_alternative<resource::FqdnDestination>(backend.destination);
  if (fqdn && port.number == kHttpsPort && port.protocol != BackendPort::Protocol::kTcp) {
    tls.mode = BackendTls::Mode::kSimple;
  }
  return tls;
}

constexpr CaReasons kCaReasons{.invalid_ref = Reason::kInvalidCaCertificateRef,
                               .invalid_kind = Reason::kInvalidCaCertificateKind};

config::SubjectAltName make_alt_name(const std::string& name) {
  const bool uri = name.find("://") != std::string::npos;
  return {uri ? config::SubjectAltName::Kind::kUri : config::SubjectAltName::Kind::kHostname, name};
}

// Null for plaintext.
std::expected<std::shared_ptr<const config::UpstreamTls>, Problem> make_tls(
    const resource::Backend& backend, const BackendPort& port, const Lookup& lookup) {
  const BackendTls settings = tls_settings(backend, port);
  if (settings.mode == BackendTls::Mode::kNone) return nullptr;
  auto tls = std::make_shared<config::UpstreamTls>();
  if (const auto* fqdn = std::get_if<resource::FqdnDestination>(&backend.destination)) {
    tls->sni = fqdn->hostname;
  }
  if (settings.sni) tls->sni = *settings.sni;
  for (const std::string& name : settings.subject_alt_names) {
    tls->subject_alt_names.push_back(make_alt_name(name));
  }
  if (tls->sni.empty() && tls->subject_alt_names.empty()) {
    return std::unexpected(
        Problem{Reason::kInvalid,
                fmt::format("ports {}: tls needs sni or subjectAltNames to verify an address by",
                            port.number)});
  }
  tls->system_ca = settings.ca_bundle_refs.empty();
  for (const auto& ref : settings.ca_bundle_refs) {
    auto bundle = find_ca_bundle(lookup, referrer_of(backend), ref, kCaReasons);
    if (!bundle) return std::unexpected(std::move(bundle.error()));
    tls->ca_pem += *bundle;
  }
  if (settings.crl_ref) {
    auto lists = find_revocation_lists(lookup, referrer_of(backend), *settings.crl_ref, kCaReasons);
    if (!lists) return std::unexpected(std::move(lists.error()));
    tls->crl_pem = std::move(*lists);
  }
  for (const std::string& pin : settings.pinned_keys) {
    tls->pinned_keys.push_back(parse_base64(pin).value_or(std::string()));
  }
  tls->min_version = settings.min_version.value_or(std::string());
  if (settings.client_certificate_ref) {
    auto certificate =
        find_certificate(lookup, referrer_of(backend), *settings.client_certificate_ref,
                         Reason::kInvalidClientCertificateRef);
    if (!certificate) return std::unexpected(std::move(certificate.error()));
    tls->client_certificate.push_back(std::move(*certificate));
  } else if (settings.mode == BackendTls::Mode::kMutual) {
    return std::unexpected(
        Problem{Reason::kInvalidClientCertificateRef,
                fmt::format("ports {}: tls.mode Mutual needs clientCertificateRef", port.number)});
  }
  return tls;
}

// A proxy's user and password are a Secret like kubernetes.io/basic-auth.   Source: RFC 7617.
std::expected<config::ForwardProxy, Problem> make_proxy(const resource::Backend& backend,
                                                        const Lookup& lookup) {
  config::ForwardProxy proxy;
  proxy.host = backend.proxy->host;
  proxy.port = backend.proxy->port;
  if (!backend.proxy->credentials_ref) return proxy;
  const auto& ref = *backend.proxy->credentials_ref;
  auto user = find_secret_value(lookup, referrer_of(backend), ref, "username");
  if (!user) return std::unexpected(std::move(user.error()));
  auto password = find_secret_value(lookup, referrer_of(backend), ref, "password");
  if (!password) return std::unexpected(std::move(password.error()));
  std::string value = "Basic ";
  append_base64(value, fmt::format("{}:{}", user->reveal(), password->reveal()));
  proxy.authorization = Secret(std::move(value));
  return proxy;
}

config::SimulatorSettings make_simulator(const resource::SimulatorDestination& wanted,
                                         const std::optional<resource::BackendAi>& ai) {
  config::SimulatorSettings settings;
  settings.time_to_first_token = wanted.time_to_first_token.value_or(settings.time_to_first_token);
  settings.inter_token_delay = wanted.inter_token_delay.value_or(settings.inter_token_delay);
  settings.jitter = wanted.jitter.value_or(settings.jitter);
  settings.output_tokens = wanted.output_tokens.value_or(settings.output_tokens);
  settings.error_status = wanted.error_status.value_or(settings.error_status);
  settings.error_ratio = wanted.error_ratio.value_or(settings.error_ratio);
  settings.retry_after_seconds = wanted.retry_after_seconds.value_or(settings.retry_after_seconds);
  settings.stall_after_tokens = wanted.stall_after_tokens.value_or(settings.stall_after_tokens);
  settings.cut_after_tokens = wanted.cut_after_tokens.value_or(settings.cut_after_tokens);
  if (!ai) return settings;
  for (const auto& model : ai->models) {
    settings.models.push_back(model.upstream_name.value_or(model.name));
  }
  return settings;
}

// Ports as written, or the one that an Fqdn or a Simulator has without being told.
std::optional<BackendPort> find_port(const resource::Backend& backend, std::uint16_t number) {
  if (std::holds_alternative<resource::SimulatorDestination>(backend.destination)) {
    return BackendPort{};
  }
  if (const auto* service = find_service_destination(backend); service && service->port) {
    const bool fits = number == 0 || number == *service->port;
    return fits ? std::optional(BackendPort{.number = *service->port}) : std::nullopt;
  }
  if (backend.ports.empty()) {
    const bool fits = number == 0 || number == kHttpsPort;
    return fits ? std::optional(BackendPort{.number = kHttpsPort}) : std::nullopt;
  }
  if (number == 0) return backend.ports.front();
  for (const BackendPort& port : backend.ports) {
    if (port.number == number) return port;
  }
  return std::nullopt;
}

config::BackendProtocol protocol_of(const BackendPort& port, BackendUse use) {
  if (use == BackendUse::kGrpc) return config::BackendProtocol::kHttp2;
  if (use != BackendUse::kHttp && use != BackendUse::kStore) return config::BackendProtocol::kTcp;
  switch (port.protocol) {
    case BackendPort::Protocol::kHttp:
    case BackendPort::Protocol::kMcp:
      return config::BackendProtocol::kHttp1;
    case BackendPort::Protocol::kHttp2:
      return config::BackendProtocol::kHttp2;
    case BackendPort::Protocol::kTcp:
      return config::BackendProtocol::kTcp;
    case BackendPort::Protocol::kRedis:
      return config::BackendProtocol::kRedis;
    case BackendPort::Protocol::kPostgres:
      return config::BackendProtocol::kPostgres;
  }
  return config::BackendProtocol::kHttp1;
}

void set_destination(const resource::Backend& object, const BackendPort& port,
                     config::Backend& backend) {
  if (const auto* fqdn = std::get_if<resource::FqdnDestination>(&object.destination)) {
    backend.destination = config::Fqdn{fqdn->hostname, port.number};
    const std::uint16_t implied = backend.tls ? kHttpsPort : kHttpPort;
    backend.host =
        port.number == implied ? fqdn->hostname : fmt::format("{}:{}", fqdn->hostname, port.number);
  } else if (const auto* ip = std::get_if<resource::IpDestination>(&object.destination)) {
    std::vector<config::Endpoint> endpoints;
    for (const std::string& address : ip->addresses) endpoints.push_back({address, port.number});
    backend.destination = std::move(endpoints);
  } else {
    backend.destination =
        make_simulator(std::get<resource::SimulatorDestination>(object.destination), object.ai);
  }
}

// Whether the port can carry what the route sends.
bool carries(const resource::Backend& object, const BackendPort& port, BackendUse use) {
  const bool simulator = std::holds_alternative<resource::SimulatorDestination>(object.destination);
  const bool tcp = (port.protocol == BackendPort::Protocol::kTcp || port.is_store()) && !simulator;
  switch (use) {
    case BackendUse::kStore:
      return port.is_store() && !simulator;
    case BackendUse::kHttp:
      return !tcp;
    case BackendUse::kGrpc:
      return !tcp && !simulator;
    case BackendUse::kTcp:
    case BackendUse::kTls:
      // Processors would not see what passes.
      return !simulator && object.extensions.empty();
    case BackendUse::kUdp:
      return false;
  }
  return false;
}

// A Service's endpoints, protocol and BackendTLSPolicy, as far as the Backend says nothing else.
// False: it cannot be used, and `result` says why.
bool take_over_service(const resource::Backend& object, const BackendPort& port,
                       const BackendInputs& inputs, config::Backend& backend,
                       ResolvedBackend& result) {
  auto service = service_key(object, port.number, result.key.use, inputs.lookup);
  if (!service) {
    result.unresolved = std::move(service.error());
    return false;
  }
  service->client_of = result.key.client_of;
  service->near = result.key.near;
  ResolvedBackend found = resolve_service(*service, inputs);
  result.policies = std::move(found.policies);
  if (found.backend == nullptr) {
    result.unresolved = std::move(found.unresolved);
    return false;
  }
  backend.destination = found.backend->destination;
  if (service->near) backend.id += "/near";
  if (object.ports.empty()) backend.protocol = found.backend->protocol;
  if (port.tls) return true;
  backend.tls = found.backend->tls;
  const std::string suffix = "@" + service->client_of;
  if (found.backend->id.ends_with(suffix) && suffix.size() > 1) backend.id += suffix;
  return true;
}

DestinationProblems judge_group(const resource::Backend& backend, const Lookup& lookup) {
  DestinationProblems problems;
  problems.not_accepted = check_group(backend, lookup);
  const auto& members = find_group(backend)->members;
  for (std::size_t i = 0; i < members.size() && !problems.unresolved; ++i) {
    const auto key = member_key(backend, members[i], BackendUse::kHttp, lookup);
    if (key) continue;
    problems.unresolved = key.error();
    problems.unresolved->message =
        fmt::format("destination.group.members[{}]: {}", i, key.error().message);
  }
  return problems;
}

std::string make_id(const BackendKey& key, const BackendPort& port) {
  const std::string name =
      fmt::format("{}/{}/{}", to_string(*key.own_kind), key.namespace_, key.name);
  return port.number == 0 ? name + std::string(id_suffix(key.use))
                          : fmt::format("{}:{}{}", name, port.number, id_suffix(key.use));
}

void set_strain(const resource::Backend& object, config::Backend& backend) {
  backend.region = object.region;
  backend.health = make_health(object.health);
  if (object.balance) backend.balance = make_balance(*object.balance);
  backend.max_connections = object.limits.max_connections.value_or(0);
  backend.max_pending = object.limits.max_pending_requests.value_or(0);
  backend.max_requests = object.limits.max_requests.value_or(0);
}

}  // namespace

DestinationProblems judge_destination(const resource::Backend& backend, const Lookup& lookup) {
  DestinationProblems problems;
  if (find_group(backend) != nullptr) return judge_group(backend, lookup);
  problems.not_accepted = check_destination(backend, lookup);
  const auto add = [&](Problem problem) {
    auto& place = problem.reason == Reason::kInvalid ? problems.not_accepted : problems.unresolved;
    if (!place) place = std::move(problem);
  };
  for (const BackendPort& port : backend.ports) {
    if (auto tls = make_tls(backend, port, lookup); !tls) add(std::move(tls.error()));
  }
  if (find_service_destination(backend) != nullptr) {
    if (auto problem = check_service_destination(backend, lookup)) add(std::move(*problem));
  }
  if (auto made = make_credentials(backend, lookup); !made) add(std::move(made.error()));
  if (backend.proxy) {
    if (auto proxy = make_proxy(backend, lookup); !proxy) add(std::move(proxy.error()));
  }
  return problems;
}

ResolvedBackend resolve_destination(const BackendKey& key, const BackendInputs& inputs) {
  ResolvedBackend result;
  result.key = key;
  result.error_status = kUnusableStatus;
  const auto* object = find_object(key, inputs.lookup.index);
  if (object == nullptr) {
    result.unresolved = {
        Reason::kBackendNotFound,
        fmt::format("{} {}/{} does not exist", to_string(*key.own_kind), key.namespace_, key.name)};
    return result;
  }
  const auto port = find_port(*object, key.port);
  if (!port) {
    result.unresolved = {Reason::kBackendNotFound,
                         fmt::format("{} {}/{} has no port {}", to_string(*key.own_kind),
                                     key.namespace_, key.name, key.port)};
    return result;
  }
  if (!carries(*object, *port, key.use)) {
    result.unresolved = {Reason::kUnsupportedProtocol,
                         fmt::format("{} {}/{} cannot serve this kind of route",
                                     to_string(*key.own_kind), key.namespace_, key.name)};
    return result;
  }
  if (check_destination(*object, inputs.lookup)) return result;
  auto tls = make_tls(*object, *port, inputs.lookup);
  if (!tls) return result;
  auto backend = std::make_shared<config::Backend>();
  backend->id = make_id(key, *port);
  backend->protocol = protocol_of(*port, key.use);
  // Of a connection passed through, TLS is between the client and the backend.
  if (key.use != BackendUse::kTls) backend->tls = std::move(*tls);
  if (find_service_destination(*object) != nullptr) {
    if (!take_over_service(*object, *port, inputs, *backend, result)) return result;
  } else {
    set_destination(*object, *port, *backend);
  }
  backend->parent = object->parent;
  const auto* fqdn = std::get_if<resource::FqdnDestination>(&object->destination);
  if (object->dns && fqdn != nullptr) backend->dns = make_dns(*object->dns, fqdn->hostname);
  if (object->proxy) {
    auto proxy = make_proxy(*object, inputs.lookup);
    if (!proxy) return result;
    backend->proxy = std::move(*proxy);
  }
  set_strain(*object, *backend);
  if (object->ai) backend->ai = make_ai(*object->ai);
  auto credentials = make_credentials(*object, inputs.lookup);
  if (!credentials) return result;
  backend->api_key = std::move(credentials->api_key);
  backend->credentials = std::move(credentials->others);
  backend->login = std::move(credentials->login);
  result.error_status = 0;
  result.backend = std::move(backend);
  return result;
}

}  // namespace tidegate::gatewayapi
