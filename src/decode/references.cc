#include "decode/parts.h"

namespace tidegate::decode {
namespace {

constexpr std::string_view kPortForService = "is required for a Service";

// Whether two parentRefs name the same object; absent and empty are the same.
bool same_parent(const resource::ParentReference& a, const resource::ParentReference& b) {
  const auto group = [](const auto& ref) { return ref.group.value_or(resource::kGatewayGroup); };
  const auto kind = [](const auto& ref) { return ref.kind.value_or("Gateway"); };
  return group(a) == group(b) && kind(a) == kind(b) && a.name == b.name &&
         a.namespace_.value_or("") == b.namespace_.value_or("");
}

// The CRD's two rules: of two references to one parent both or neither say sectionName (port), and
// they differ in one of them.
void check_parents(const ObjectReader& spec, const std::vector<resource::ParentReference>& refs) {
  for (std::size_t i = 1; i < refs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!same_parent(refs[i], refs[j])) continue;
      const bool same_shape =
          refs[i].section_name.has_value() == refs[j].section_name.has_value() &&
          refs[i].port.has_value() == refs[j].port.has_value();
      const bool equal =
          refs[i].section_name == refs[j].section_name && refs[i].port == refs[j].port;
      if (!same_shape) {
        spec.fail_item(
            "parentRefs", i,
            "sectionName or port must be specified in all references to the same parent");
      } else if (equal) {
        spec.fail_item("parentRefs", i, "names the same parent, sectionName and port as another");
      }
      if (!same_shape || equal) break;
    }
  }
}

}  // namespace

void read_parent_ref(const Node& node, resource::ParentReference& out) {
  ObjectReader object(node);
  object.optional("group", out.group, kGroup);
  object.optional("kind", out.kind, kKind);
  object.optional("namespace", out.namespace_, kNamespace);
  object.required("name", out.name, kObjectName);
  object.optional("sectionName", out.section_name, kSectionName);
  object.optional("port", out.port, kPort);
}

void read_backend_fields(ObjectReader& object, resource::BackendObjectReference& out) {
  object.optional("group", out.group, kGroup);
  object.optional("kind", out.kind, kKind);
  object.optional("namespace", out.namespace_, kNamespace);
  object.required("name", out.name, kObjectName);
  object.optional("port", out.port, kPort);
  if (out.group.empty() && out.kind == "Service" && !object.has("port")) {
    object.fail("port", std::string(kPortForService));
  }
}

void read_backend_object_ref(const Node& node, resource::BackendObjectReference& out) {
  ObjectReader object(node);
  read_backend_fields(object, out);
}

void read_backend_ref(const Node& node, resource::BackendRef& out) {
  ObjectReader object(node);
  read_backend_fields(object, out.ref);
  object.optional("weight", out.weight, kWeight);
}

void read_http_backend_ref(const Node& node, FilterSet filters, resource::HttpBackendRef& out) {
  ObjectReader object(node);
  read_backend_fields(object, out.ref);
  object.optional("weight", out.weight, kWeight);
  object.optional("filters", out.filters,
                  [filters](const Node& list, auto& into) { read_filters(list, filters, into); });
}

void read_secret_ref(const Node& node, resource::SecretObjectReference& out) {
  ObjectReader object(node);
  object.optional("group", out.group, kGroup);
  object.optional("kind", out.kind, kKind);
  object.optional("namespace", out.namespace_, kNamespace);
  object.required("name", out.name, kObjectName);
}

void read_secret_key(const Node& node, resource::SecretKeyReference& out) {
  ObjectReader object(node);
  object.required("name", out.secret.name, kObjectName);
  object.optional("namespace", out.secret.namespace_, kNamespace);
  object.optional("key", out.key, kDataKey);
}

void read_object_ref(const Node& node, resource::ObjectReference& out) {
  ObjectReader object(node);
  object.required("group", out.group, kGroup);
  object.required("kind", out.kind, kKind);
  object.optional("namespace", out.namespace_, kNamespace);
  object.required("name", out.name, kObjectName);
}

void read_local_ref(const Node& node, resource::LocalObjectReference& out) {
  ObjectReader object(node);
  object.required("group", out.group, kGroup);
  object.required("kind", out.kind, kKind);
  object.required("name", out.name, kObjectName);
}

void read_parameters_ref(const Node& node, resource::ParametersReference& out) {
  ObjectReader object(node);
  object.required("group", out.group, kGroup);
  object.required("kind", out.kind, kKind);
  object.optional("namespace", out.namespace_, kNamespace);
  object.required("name", out.name, kObjectName);
}

void read_policy_target_ref(const Node& node, resource::PolicyTargetReference& out) {
  ObjectReader object(node);
  object.required("group", out.group, kGroup);
  object.required("kind", out.kind, kKind);
  object.required("name", out.name, kObjectName);
  object.optional("sectionName", out.section_name, kSectionName);
}

void read_route_parents(ObjectReader& spec, std::vector<resource::ParentReference>& parents,
                        resource::UseDefaultGateways& defaults) {
  constexpr Choice<resource::UseDefaultGateways> kDefaults[] = {
      {"All", resource::UseDefaultGateways::kAll},
      {"None", resource::UseDefaultGateways::kNone},
  };
  spec.list("parentRefs", parents, {.max = 32}, read_parent_ref);
  spec.optional("useDefaultGateways", defaults, one_of(kDefaults));
  check_parents(spec, parents);
}

}  // namespace tidegate::decode
