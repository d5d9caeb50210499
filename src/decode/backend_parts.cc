#include "decode/backend_parts.h"

#include "decode/parts.h"
#include "decode/value_json.h"

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

void read_pipeline_name(const Node& node, std::string& out) {
  ObjectReader object(node);
  object.required("name", out, kObjectName);
}

constexpr Text kExtensionName{
    .min = 1, .max = 63, .valid = is_dns_label, .must = "be a lower case DNS label"};

void read_extension(const Node& node, resource::BackendExtension& out) {
  constexpr std::string_view kOwnGroup = "tidegate.dev/";
  ObjectReader object(node);
  object.required("name", out.name, kExtensionName);
  object.required("type", out.type, Text{.min = 1, .max = 253});
  if (out.type.starts_with(kOwnGroup)) out.type.erase(0, kOwnGroup.size());
  // The working group's prototype has the second name for the same thing.
  const std::string_view field = object.has("rawConfig") ? "rawConfig" : "config";
  if (object.has("config") && object.has("rawConfig")) {
    object.fail("rawConfig", "must be absent beside config");
  }
  object.ignore({"config", "rawConfig"});
  if (out.type == resource::BackendExtension::kPipelineType) {
    object.required(field, out.pipeline, read_pipeline_name);
  } else {
    object.optional(field, out.config, read_json_object);
  }
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

void read_backend_extensions(ObjectReader& spec, Backend& out) {
  spec.list("extensions", out.extensions, {.max = 16}, read_extension);
  check_unique(
      spec, "extensions", out.extensions, [](const auto& extension) { return extension.name; },
      "has the name of one that came before");
}

void check_beside_destination(const ObjectReader& spec, const Backend& backend) {
  const auto* service = std::get_if<resource::ServiceDestination>(&backend.destination);
  if (service == nullptr) return;
  if (service->port.has_value() == !backend.ports.empty()) {
    spec.fail("ports", "or destination.service.port is required, and not both");
  }
}

}  // namespace tidegate::decode
