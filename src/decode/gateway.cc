#include <string_view>
#include <vector>

#include "decode/kinds.h"
#include "decode/listeners.h"
#include "decode/parts.h"

namespace tidegate::decode {
namespace {

constexpr Text kLabelKey{.valid = is_qualified_name, .must = "be a label key"};
constexpr Text kLabelText{.max = 63, .valid = is_label_value, .must = "be a label value"};
constexpr Strings kInfraLabels{.max = 8, .key = kLabelKey, .value = kLabelText};
constexpr Strings kInfraAnnotations{.max = 16, .key = kLabelKey, .value = {.max = 4096}};

bool is_address_type(std::string_view text) {
  return text == "IPAddress" || text == "Hostname" || text == "NamedAddress" ||
         is_domain_prefixed(text);
}

void read_address(const Node& node, resource::GatewayAddress& out) {
  constexpr Text kType{.min = 1,
                       .max = 253,
                       .valid = is_address_type,
                       .must = "be IPAddress, Hostname, NamedAddress or a domain-prefixed name"};
  ObjectReader object(node);
  object.optional("type", out.type, kType);
  object.optional("value", out.value, Text{.max = 253});
  if (out.value.empty()) return;
  if (out.type == "Hostname" && !is_wildcard_dns_name(out.value)) {
    object.fail("value", "must be a lower case host name when type is Hostname");
  }
  if (out.type == "IPAddress" && !is_ip_address(out.value)) {
    object.fail("value", "must be an IPv4 or IPv6 address when type is IPAddress");
  }
}

void check_addresses(const ObjectReader& spec,
                     const std::vector<resource::GatewayAddress>& addresses) {
  for (std::size_t i = 1; i < addresses.size(); ++i) {
    const auto& [type, value] = addresses[i];
    if (value.empty() || (type != "IPAddress" && type != "Hostname")) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (addresses[j].type != type || addresses[j].value != value) continue;
      spec.fail_item("addresses", i, "came before");
      break;
    }
  }
}

void read_infrastructure(const Node& node, resource::GatewayInfrastructure& out) {
  ObjectReader object(node);
  object.optional("labels", out.labels, kInfraLabels);
  object.optional("annotations", out.annotations, kInfraAnnotations);
  object.optional("parametersRef", out.parameters_ref,
                  [](const Node& ref, resource::ParametersReference& into) {
                    resource::LocalObjectReference local;
                    read_local_ref(ref, local);
                    into = {local.group, local.kind, std::nullopt, local.name};
                  });
}

void read_validation(const Node& node, resource::FrontendTlsValidation& out) {
  using Mode = resource::FrontendValidationMode;
  constexpr Choice<Mode> kModes[] = {
      {"AllowValidOnly", Mode::kAllowValidOnly},
      {"AllowInsecureFallback", Mode::kAllowInsecureFallback},
  };
  ObjectReader object(node);
  object.required_list("caCertificateRefs", out.ca_certificate_refs, {.min = 1, .max = 16},
                       read_object_ref);
  object.optional("mode", out.mode, one_of(kModes));
}

void read_port_validation(const Node& node, resource::FrontendTlsPort& out) {
  ObjectReader object(node);
  object.required("port", out.port, kPort);
  const bool there = object.object("tls", [&out](ObjectReader& tls) {
    tls.optional("validation", out.validation, read_validation);
  });
  if (!there) object.fail("tls", "is required");
}

void read_frontend(const Node& node, resource::FrontendTls& out) {
  ObjectReader object(node);
  const bool there = object.object("default", [&out](ObjectReader& fallback) {
    fallback.optional("validation", out.default_validation, read_validation);
  });
  if (!there) object.fail("default", "is required");
  object.list("perPort", out.per_port, {.max = 64}, read_port_validation);
  check_unique(
      object, "perPort", out.per_port, [](const auto& entry) { return entry.port; },
      "has the port of an entry that came before");
}

void read_tls(const Node& node, resource::GatewayTls& out) {
  ObjectReader object(node);
  object.object("backend", [&out](ObjectReader& backend) {
    backend.optional("clientCertificateRef", out.backend_client_certificate_ref, read_secret_ref);
  });
  object.optional("frontend", out.frontend, read_frontend);
}

void read_gateway(const Node& node, resource::Gateway& out) {
  constexpr Choice<resource::DefaultScope> kScopes[] = {
      {"All", resource::DefaultScope::kAll},
      {"None", resource::DefaultScope::kNone},
  };
  ObjectReader spec(node);
  spec.required("gatewayClassName", out.gateway_class_name, kObjectName);
  read_listeners(spec, out.listeners);
  spec.list("addresses", out.addresses, {.max = 16}, read_address);
  spec.optional("infrastructure", out.infrastructure, read_infrastructure);
  spec.object("allowedListeners", [&out](ObjectReader& allowed) {
    allowed.optional("namespaces", out.allowed_listeners, read_listener_set_namespaces);
  });
  spec.optional("tls", out.tls, read_tls);
  spec.optional("defaultScope", out.default_scope, one_of(kScopes));
  check_addresses(spec, out.addresses);
}

void read_class(const Node& node, resource::GatewayClass& out) {
  constexpr Text kController{.min = 1,
                             .max = 253,
                             .valid = is_domain_prefixed,
                             .must = "be a domain-prefixed path such as tidegate.dev/gateway"};
  ObjectReader spec(node);
  spec.required("controllerName", out.controller_name, kController);
  spec.optional("parametersRef", out.parameters_ref, read_parameters_ref);
  spec.optional("description", out.description, Text{.max = 64});
}

void read_parent(const Node& node, resource::ParentGatewayReference& out) {
  ObjectReader object(node);
  object.optional("group", out.group, kGroup);
  object.optional("kind", out.kind, kKind);
  object.optional("namespace", out.namespace_, kNamespace);
  object.required("name", out.name, kObjectName);
}

void read_listener_set(const Node& node, resource::ListenerSet& out) {
  ObjectReader spec(node);
  spec.required("parentRef", out.parent_ref, read_parent);
  read_listeners(spec, out.listeners);
}

}  // namespace

void read_body(ObjectReader& root, Version, resource::GatewayClass& out) {
  root.required("spec", out, read_class);
}

void read_body(ObjectReader& root, Version, resource::Gateway& out) {
  root.required("spec", out, read_gateway);
}

void read_body(ObjectReader& root, Version, resource::ListenerSet& out) {
  root.required("spec", out, read_listener_set);
}

}  // namespace tidegate::decode
