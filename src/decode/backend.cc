#include <fmt/format.h>

#include <utility>

#include "base/base64.h"
#include "decode/backend_ai.h"
#include "decode/backend_dns.h"
#include "decode/backend_parts.h"
#include "decode/credentials.h"
#include "decode/failover.h"
#include "decode/kinds.h"
#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::Backend;
using resource::BackendPort;
using resource::BackendTls;

constexpr Int<std::uint32_t> kCount{};

void read_fqdn(const Node& node, resource::FqdnDestination& out) {
  ObjectReader object(node);
  object.required("hostname", out.hostname, kHostname);
}

void read_ip(const Node& node, resource::IpDestination& out) {
  constexpr Text kAddress{.min = 1, .valid = is_ip_address, .must = "be an IPv4 or IPv6 address"};
  ObjectReader object(node);
  object.required_list("addresses", out.addresses, {.min = 1, .max = 64}, kAddress);
}

void read_simulator(const Node& node, resource::SimulatorDestination& out) {
  ObjectReader object(node);
  object.optional("timeToFirstToken", out.time_to_first_token, read_fine_duration);
  object.optional("interTokenDelay", out.inter_token_delay, read_fine_duration);
  object.optional("jitter", out.jitter, read_fine_duration);
  object.optional("outputTokens", out.output_tokens, kCount);
  object.optional("errorStatus", out.error_status, Int<std::uint16_t>{.min = 400, .max = 599});
  object.optional("errorRatio", out.error_ratio, Number{.min = 0, .max = 1});
  object.optional("retryAfterSeconds", out.retry_after_seconds, kCount);
  object.optional("stallAfterTokens", out.stall_after_tokens, kCount);
  object.optional("cutAfterTokens", out.cut_after_tokens, kCount);
  if (out.error_ratio && !out.error_status)
    object.fail("errorStatus", "is required beside errorRatio");
}

enum class DestinationType : std::uint8_t { kFqdn, kIp, kSimulator, kGroup, kService };

// The field named after `type`, and no other.
void read_destination(const Node& node, resource::BackendDestination& out) {
  constexpr Choice<DestinationType> kTypes[] = {
      {"Fqdn", DestinationType::kFqdn},
      {"Ip", DestinationType::kIp},
      {"Simulator", DestinationType::kSimulator},
      {"Group", DestinationType::kGroup},
      {"KubernetesService", DestinationType::kService},
  };
  constexpr Choice<DestinationType> kFields[] = {
      {"fqdn", DestinationType::kFqdn},           {"ip", DestinationType::kIp},
      {"simulator", DestinationType::kSimulator}, {"group", DestinationType::kGroup},
      {"service", DestinationType::kService},
  };
  ObjectReader object(node);
  DestinationType type = DestinationType::kFqdn;
  if (!object.required("type", type, one_of(kTypes))) {
    object.ignore({"fqdn", "ip", "simulator", "group", "service"});
    return;
  }
  switch (type) {
    case DestinationType::kFqdn:
      object.required("fqdn", out.emplace<resource::FqdnDestination>(), read_fqdn);
      break;
    case DestinationType::kIp:
      object.required("ip", out.emplace<resource::IpDestination>(), read_ip);
      break;
    case DestinationType::kSimulator:
      object.optional("simulator", out.emplace<resource::SimulatorDestination>(), read_simulator);
      break;
    case DestinationType::kGroup:
      object.required("group", out.emplace<resource::GroupDestination>(), read_group);
      break;
    case DestinationType::kService:
      object.required("service", out.emplace<resource::ServiceDestination>(),
                      read_service_destination);
      break;
  }
  for (const auto& [field, of] : kFields) {
    if (of == type) continue;
    if (object.has(field)) object.fail(field, "must be absent: type names another destination");
    object.ignore({field});
  }
}

// `group` and `kind` have defaults here: a ConfigMap of the core group.
void read_ca_bundle_ref(const Node& node, resource::ObjectReference& out) {
  out.kind = "ConfigMap";
  ObjectReader object(node);
  object.optional("group", out.group, kGroup);
  object.optional("kind", out.kind, kKind);
  object.optional("namespace", out.namespace_, kNamespace);
  object.required("name", out.name, kObjectName);
}

// One, or a list of them as the working group has it.
void read_ca_bundle_refs(const Node& node, std::vector<resource::ObjectReference>& out) {
  if (node.value.kind() != yaml::Kind::kList) return read_ca_bundle_ref(node, out.emplace_back());
  ObjectReader::read_list(node, out, {.min = 1, .max = 8}, read_ca_bundle_ref);
}

// SHA-256 in base64: 32 bytes.
bool is_key_hash(std::string_view text) {
  const auto bytes = tidegate::parse_base64(text);
  return bytes && bytes->size() == 32;
}

bool is_tls_version(std::string_view text) { return text == "1.2" || text == "1.3"; }

void read_tls(const Node& node, BackendTls& out) {
  constexpr Text kPin{.valid = is_key_hash, .must = "be a SHA-256 hash in base64"};
  constexpr Text kVersion{.valid = is_tls_version, .must = "be 1.2 or 1.3"};
  constexpr Choice<BackendTls::Mode> kModes[] = {
      {"None", BackendTls::Mode::kNone},
      {"Simple", BackendTls::Mode::kSimple},
      {"Mutual", BackendTls::Mode::kMutual},
  };
  ObjectReader object(node);
  object.required("mode", out.mode, one_of(kModes));
  object.optional("sni", out.sni, kHostname);
  if (object.optional("caBundleRef", out.ca_bundle_refs, read_ca_bundle_refs)) {
    if (object.has("caBundleRefs")) {
      object.fail("caBundleRefs", "must be absent beside caBundleRef");
    }
    object.ignore({"caBundleRefs"});
  } else {
    object.list("caBundleRefs", out.ca_bundle_refs, {.min = 1, .max = 8}, read_ca_bundle_ref);
  }
  bool skip_verify = false;
  object.optional("insecureSkipVerify", skip_verify, read_bool);
  if (skip_verify) object.fail("insecureSkipVerify", "must be false: servers are always verified");
  object.optional("crlRef", out.crl_ref, read_ca_bundle_ref);
  object.list("pinnedKeys", out.pinned_keys, {.max = 16}, kPin);
  object.optional("minVersion", out.min_version, kVersion);
  object.optional("clientCertificateRef", out.client_certificate_ref, read_secret_ref);
  object.list("subjectAltNames", out.subject_alt_names, {.max = 16}, Text{.min = 1, .max = 253});
  const bool mutual = out.mode == BackendTls::Mode::kMutual;
  if (mutual && !out.client_certificate_ref) {
    object.fail("clientCertificateRef", "is required when mode is Mutual");
  }
  if (!mutual && out.client_certificate_ref) {
    object.fail("clientCertificateRef", "must be absent unless mode is Mutual");
  }
}

bool is_host(std::string_view text) { return is_dns_name(text) || is_ip_address(text); }

void read_proxy(const Node& node, resource::BackendProxy& out) {
  enum class Type : std::uint8_t { kHttpConnect };
  constexpr Choice<Type> kTypes[] = {{"HttpConnect", Type::kHttpConnect}};
  constexpr Text kHost{
      .min = 1, .max = 253, .valid = is_host, .must = "be a host name or an address"};
  ObjectReader object(node);
  Type type = Type::kHttpConnect;
  object.required("type", type, one_of(kTypes));
  object.required("host", out.host, kHost);
  object.required("port", out.port, kPort);
  object.optional("credentialsRef", out.credentials_ref, read_secret_ref);
}

void read_spec(const Node& node, Backend& out) {
  ObjectReader spec(node);
  spec.required("destination", out.destination, read_destination);
  spec.list("ports", out.ports, {.max = 16}, read_backend_port);
  spec.optional("ai", out.ai, read_backend_ai);
  spec.optional("dns", out.dns, read_backend_dns);
  if (out.dns && !std::holds_alternative<resource::FqdnDestination>(out.destination)) {
    spec.fail("dns", "must be absent unless destination.type is Fqdn");
  }
  spec.optional("proxy", out.proxy, read_proxy);
  if (out.proxy && !std::holds_alternative<resource::FqdnDestination>(out.destination)) {
    spec.fail("proxy", "must be absent unless destination.type is Fqdn");
  }
  spec.object("credentials",
              [&out](ObjectReader& credentials) { read_credentials(credentials, out); });
  spec.optional("region", out.region, read_region);
  spec.optional("parent", out.parent, read_bool);
  read_backend_extensions(spec, out);
  spec.optional("health", out.health, read_health);
  spec.optional("limits", out.limits, read_limits);
  spec.optional("balance", out.balance, read_endpoint_balance);
  check_unique(
      spec, "ports", out.ports, [](const auto& port) { return port.number; },
      "has the number of a port that came before");
  if (std::holds_alternative<resource::IpDestination>(out.destination) && out.ports.empty()) {
    spec.fail("ports", "is required when destination.type is Ip");
  }
  check_beside_destination(spec, out);
  if (std::holds_alternative<resource::GroupDestination>(out.destination)) {
    // What a group is made of says all this for itself.
    for (const std::string_view field : {"ports", "ai", "credentials", "region", "health", "limits",
                                         "balance", "dns", "proxy", "parent"}) {
      if (spec.has(field))
        spec.fail(field, "must be absent when destination.type is Group: its members say it");
    }
  }
}

}  // namespace

void read_backend_port(const Node& node, BackendPort& out) {
  constexpr Choice<BackendPort::Protocol> kProtocols[] = {
      {"HTTP", BackendPort::Protocol::kHttp},   {"HTTP2", BackendPort::Protocol::kHttp2},
      {"TCP", BackendPort::Protocol::kTcp},     {"MCP", BackendPort::Protocol::kMcp},
      {"Redis", BackendPort::Protocol::kRedis}, {"PostgreSQL", BackendPort::Protocol::kPostgres},
  };
  ObjectReader object(node);
  object.required("number", out.number, kPort);
  object.optional("protocol", out.protocol, one_of(kProtocols));
  object.optional("tls", out.tls, read_tls);
  read_protocol_options(object, out);
}

void read_body(ObjectReader& root, Version, Backend& out) { root.required("spec", out, read_spec); }

}  // namespace tidegate::decode
