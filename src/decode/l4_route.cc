#include "decode/kinds.h"
#include "decode/parts.h"

namespace tidegate::decode {
namespace {

void read_rule(const Node& node, resource::L4RouteRule& out) {
  ObjectReader object(node);
  object.optional("name", out.name, kSectionName);
  object.required_list("backendRefs", out.backend_refs, {.min = 1, .max = 16}, read_backend_ref);
}

// v1 and v1alpha3 have exactly one rule; v1alpha2 allowed 16, of which only the first was ever
// defined.
void read_common(ObjectReader& spec, Version version, resource::L4RouteBase& out) {
  const std::size_t max_rules = version == "v1alpha2" ? 16 : 1;
  read_route_parents(spec, out.parent_refs, out.use_default_gateways);
  spec.required_list("rules", out.rules, {.min = 1, .max = max_rules}, read_rule);
  check_rule_names(spec, out.rules);
}

void read_tls_hostnames(ObjectReader& spec, Version version, resource::TlsRoute& out) {
  const bool needed = version != "v1alpha2";
  const bool there = spec.list("hostnames", out.hostnames, {.min = needed ? 1u : 0u, .max = 1024},
                               kWildcardHostname);
  if (!there && needed) spec.fail("hostnames", "is required");
  for (std::size_t i = 0; needed && i < out.hostnames.size(); ++i) {
    if (is_ip_address(out.hostnames[i]))
      spec.fail_item("hostnames", i, "must not be an IP address");
  }
}

}  // namespace

void read_body(ObjectReader& root, Version version, resource::TlsRoute& out) {
  const bool there = root.object("spec", [&](ObjectReader& spec) {
    read_common(spec, version, out);
    read_tls_hostnames(spec, version, out);
  });
  if (!there) root.fail("spec", "is required");
}

void read_body(ObjectReader& root, Version version, resource::TcpRoute& out) {
  const bool there =
      root.object("spec", [&](ObjectReader& spec) { read_common(spec, version, out); });
  if (!there) root.fail("spec", "is required");
}

void read_body(ObjectReader& root, Version version, resource::UdpRoute& out) {
  const bool there =
      root.object("spec", [&](ObjectReader& spec) { read_common(spec, version, out); });
  if (!there) root.fail("spec", "is required");
}

}  // namespace tidegate::decode
