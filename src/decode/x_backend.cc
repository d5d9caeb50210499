#include "decode/backend_parts.h"
#include "decode/kinds.h"
#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::XBackendDestination;

enum class Type : std::uint8_t { kFqdn, kService };

void read_fqdn(const Node& node, resource::FqdnDestination& out) {
  ObjectReader object(node);
  object.required("hostname", out.hostname, kHostname);
}

void read_service(const Node& node, resource::ServiceDestination& out) {
  ObjectReader object(node);
  object.required("name", out.name, kObjectName);
  object.optional("namespace", out.namespace_, kNamespace);
  if (!out.namespace_) object.fail("namespace", "is required");
}

// Here the ports are the destination's.
void read_destination(const Node& node, XBackendDestination& out) {
  constexpr Choice<Type> kTypes[] = {{"Fqdn", Type::kFqdn}, {"Service", Type::kService}};
  ObjectReader object(node);
  Type type = Type::kFqdn;
  if (!object.required("type", type, one_of(kTypes))) object.ignore({"fqdn", "service"});
  const bool fqdn = type == Type::kFqdn;
  if (fqdn) {
    object.required("fqdn", out.destination.emplace<resource::FqdnDestination>(), read_fqdn);
  } else {
    object.required("service", out.destination.emplace<resource::ServiceDestination>(),
                    read_service);
  }
  const std::string_view other = fqdn ? "service" : "fqdn";
  if (object.has(other)) object.fail(other, "must be absent: type names another destination");
  object.ignore({other});
  object.required_list("ports", out.ports, {.min = 1, .max = 16}, read_backend_port);
  check_unique(
      object, "ports", out.ports, [](const auto& port) { return port.number; },
      "has the number of a port that came before");
}

void read_spec(const Node& node, XBackendDestination& out) {
  ObjectReader spec(node);
  spec.required("destination", out, read_destination);
  read_backend_extensions(spec, out);
}

}  // namespace

void read_body(ObjectReader& root, Version, XBackendDestination& out) {
  out.kind = resource::Backend::Kind::kXBackendDestination;
  root.required("spec", out, read_spec);
}

}  // namespace tidegate::decode
