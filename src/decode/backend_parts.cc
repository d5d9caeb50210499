#include "decode/backend_parts.h"

#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::Backend;
using resource::BackendPort;

void read_mcp(const Node& node, resource::McpOptions& out) {
  constexpr Text kPath{.min = 1, .max = 253, .valid = is_path, .must = "be a path"};
  ObjectReader object(node);
  object.optional("version", out.version, Text{.min = 1, .max = 256});
  object.optional("path", out.path, kPath);
}

}  // namespace

void read_service_destination(const Node& node, resource::ServiceDestination& out) {
  ObjectReader object(node);
  object.required("name", out.name, kObjectName);
  object.optional("namespace", out.namespace_, kNamespace);
  object.optional("port", out.port, kPort);
}

void read_protocol_options(ObjectReader& port, BackendPort& out) {
  port.object("protocolOptions", [&out](ObjectReader& options) {
    if (!options.optional("mcp", out.mcp, read_mcp)) return;
    if (out.protocol == BackendPort::Protocol::kMcp) return;
    options.fail("mcp", "must be absent unless protocol is MCP");
  });
}

void read_backend_extension(const Node& node, resource::BackendExtension& out) {
  ObjectReader object(node);
  object.required("name", out.name, Text{.min = 1, .max = 253});
  object.required("type", out.type, Text{.min = 1, .max = 253});
  object.ignore({"config", "rawConfig"});  // their types say what they hold
}

void check_beside_destination(const ObjectReader& spec, const Backend& backend) {
  const auto* service = std::get_if<resource::ServiceDestination>(&backend.destination);
  if (service == nullptr) return;
  if (service->port.has_value() == !backend.ports.empty()) {
    spec.fail("ports", "or destination.service.port is required, and not both");
  }
}

}  // namespace tidegate::decode
