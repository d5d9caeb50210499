#include "decode/listeners.h"

#include <string>

namespace tidegate::decode {
namespace {

using resource::FromNamespaces;
using resource::Listener;
using resource::TlsMode;

constexpr Text kProtocol{.min = 1,
                         .max = 255,
                         .valid = is_listener_protocol,
                         .must = "be HTTP, HTTPS, TLS, TCP, UDP or a domain-prefixed name"};

void read_route_kind(const Node& node, resource::RouteGroupKind& out) {
  ObjectReader object(node);
  object.optional("group", out.group, kGroup);
  object.required("kind", out.kind, kKind);
}

void read_allowed_routes(const Node& node, resource::AllowedRoutes& out) {
  ObjectReader object(node);
  object.optional("namespaces", out.namespaces, read_route_namespaces);
  object.list("kinds", out.kinds, {.max = 8}, read_route_kind);
}

void read_tls(const Node& node, resource::ListenerTlsConfig& out) {
  constexpr Choice<TlsMode> kModes[] = {
      {"Terminate", TlsMode::kTerminate},
      {"Passthrough", TlsMode::kPassthrough},
  };
  ObjectReader object(node);
  object.optional("mode", out.mode, one_of(kModes));
  object.list("certificateRefs", out.certificate_refs, {.max = 64}, read_secret_ref);
  object.optional("options", out.options, kOptions);
  if (out.mode == TlsMode::kTerminate && out.certificate_refs.empty() && out.options.empty()) {
    object.fail("certificateRefs", "is required when mode is Terminate and there are no options");
  }
}

// The CRD's rules on which protocol takes which fields.
void check_protocol(const ObjectReader& object, const Listener& listener) {
  const auto& protocol = listener.protocol;
  const bool plain = protocol == "HTTP" || protocol == "TCP" || protocol == "UDP";
  const bool no_hostname = protocol == "TCP" || protocol == "UDP";
  if (plain && listener.tls) object.fail("tls", "must be absent for protocol " + protocol);
  if (protocol == "HTTPS" && listener.tls && listener.tls->mode != TlsMode::kTerminate) {
    object.fail("tls", "must have mode Terminate for protocol HTTPS");
  }
  if (protocol == "TLS" && !listener.tls) object.fail("tls", "is required for protocol TLS");
  if (no_hostname && listener.hostname) {
    object.fail("hostname", "must be absent for protocol " + protocol);
  }
}

void read_listener(const Node& node, Listener& out) {
  ObjectReader object(node);
  object.required("name", out.name, kSectionName);
  object.optional("hostname", out.hostname, kWildcardHostname);
  object.required("port", out.port, kPort);
  object.required("protocol", out.protocol, kProtocol);
  object.optional("tls", out.tls, read_tls);
  object.optional("allowedRoutes", out.allowed_routes, read_allowed_routes);
  check_protocol(object, out);
}

void read_from(const Node& node, std::span<const Choice<FromNamespaces>> words,
               resource::NamespaceRule& out) {
  ObjectReader object(node);
  object.optional("from", out.from, OneOf<FromNamespaces>{words});
  object.optional("selector", out.selector, read_label_selector);
}

}  // namespace

void read_route_namespaces(const Node& node, resource::NamespaceRule& out) {
  constexpr Choice<FromNamespaces> kWords[] = {
      {"All", FromNamespaces::kAll},
      {"Selector", FromNamespaces::kSelector},
      {"Same", FromNamespaces::kSame},
  };
  read_from(node, kWords, out);
}

void read_listener_set_namespaces(const Node& node, resource::NamespaceRule& out) {
  constexpr Choice<FromNamespaces> kWords[] = {
      {"All", FromNamespaces::kAll},
      {"Selector", FromNamespaces::kSelector},
      {"Same", FromNamespaces::kSame},
      {"None", FromNamespaces::kNone},
  };
  read_from(node, kWords, out);
}

void read_listeners(ObjectReader& spec, std::vector<Listener>& out) {
  spec.required_list("listeners", out, {.min = 1, .max = 64}, read_listener);
  check_unique(
      spec, "listeners", out, [](const Listener& listener) { return listener.name; },
      "has the name of a listener that came before");
  for (std::size_t i = 1; i < out.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool same = out[i].port == out[j].port && out[i].protocol == out[j].protocol &&
                        out[i].hostname == out[j].hostname;
      if (!same) continue;
      spec.fail_item("listeners", i,
                     "has the port, protocol and hostname of a listener that came before");
      break;
    }
  }
}

}  // namespace tidegate::decode
