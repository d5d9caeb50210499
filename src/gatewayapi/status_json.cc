// format_json(): statuses in the shapes of the Kubernetes API.
#include <string>
#include <string_view>

#include "gatewayapi/features.h"
#include "gatewayapi/status_format.h"
#include "json/writer.h"

namespace tidegate::gatewayapi {
namespace {

using json::Writer;

void write_conditions(Writer& out, const std::vector<Condition>& conditions) {
  out.key("conditions").begin_array();
  for (const Condition& condition : conditions) {
    out.begin_object();
    out.member("type", condition.type).member("status", to_string(condition.status));
    out.member("reason", condition.reason).member("message", message_of(condition));
    out.key("observedGeneration").number(condition.observed_generation);
    out.end_object();
  }
  out.end_array();
}

void write_listeners(Writer& out, const std::vector<ListenerStatus>& listeners) {
  out.key("listeners").begin_array();
  for (const ListenerStatus& listener : listeners) {
    out.begin_object().member("name", listener.name);
    out.key("supportedKinds").begin_array();
    for (const auto& kind : listener.supported_kinds) {
      out.begin_object().member("group", kind.group).member("kind", kind.kind).end_object();
    }
    out.end_array();
    out.key("attachedRoutes").number(listener.attached_routes);
    write_conditions(out, listener.conditions);
    out.end_object();
  }
  out.end_array();
}

void write_status(Writer& out, const GatewayClassStatus& status) {
  write_conditions(out, status.conditions);
  out.key("supportedFeatures").begin_array();
  for (const std::string_view feature : supported_features()) {
    out.begin_object().member("name", feature).end_object();
  }
  out.end_array();
}

void write_status(Writer& out, const GatewayStatus& status) {
  write_conditions(out, status.conditions);
  out.key("addresses").begin_array();
  for (const AddressStatus& address : status.addresses) {
    out.begin_object().member("type", address.type).member("value", address.value).end_object();
  }
  out.end_array();
  write_listeners(out, status.listeners);
  if (status.attached_listener_sets > 0) {
    out.key("attachedListenerSets").number(status.attached_listener_sets);
  }
}

void write_status(Writer& out, const ListenerSetStatus& status) {
  write_conditions(out, status.conditions);
  write_listeners(out, status.listeners);
}

void write_parent_ref(Writer& out, const resource::ParentReference& ref) {
  out.begin_object();
  if (ref.group) out.member("group", *ref.group);
  if (ref.kind) out.member("kind", *ref.kind);
  if (ref.namespace_) out.member("namespace", *ref.namespace_);
  out.member("name", ref.name);
  if (ref.section_name) out.member("sectionName", *ref.section_name);
  if (ref.port) out.key("port").number(std::uint32_t{*ref.port});
  out.end_object();
}

void write_status(Writer& out, const RouteStatus& status) {
  out.key("parents").begin_array();
  for (const RouteParentStatus& parent : status.parents) {
    out.begin_object().key("parentRef");
    write_parent_ref(out, *parent.parent_ref);
    write_conditions(out, parent.conditions);
    out.end_object();
  }
  out.end_array();
}

void write_status(Writer& out, const PolicyStatus& status) {
  out.key("ancestors").begin_array();
  for (const PolicyAncestorStatus& ancestor : status.ancestors) {
    out.begin_object().key("ancestorRef").begin_object();
    out.member("group", resource::kGatewayGroup).member("kind", "Gateway");
    out.member("namespace", ancestor.gateway_namespace).member("name", ancestor.gateway_name);
    out.end_object();
    write_conditions(out, ancestor.conditions);
    out.end_object();
  }
  out.end_array();
}

void write_status(Writer& out, const AccessPolicyStatus& status) {
  write_conditions(out, status.conditions);
}

void write_status(Writer& out, const PipelineStatus& status) {
  write_conditions(out, status.conditions);
}

void write_status(Writer& out, const BackendStatus& status) {
  write_conditions(out, status.conditions);
}

template <class Status>
void write_object(Writer& out, std::string_view kind, const Status& status) {
  out.begin_object().member("kind", kind);
  if (!status.meta->namespace_.empty()) out.member("namespace", status.meta->namespace_);
  out.member("name", status.meta->name);
  out.key("generation").number(status.meta->generation);
  out.key("status").begin_object();
  write_status(out, status);
  out.end_object().end_object();
}

}  // namespace

std::string format_json(const Compilation& compilation) {
  const Statuses& statuses = compilation.statuses();
  std::string text;
  Writer out(text);
  out.begin_object().key("objects").begin_array();
  for (const auto& status : statuses.gateway_classes) write_object(out, "GatewayClass", status);
  for (const auto& status : statuses.gateways) write_object(out, "Gateway", status);
  for (const auto& status : statuses.listener_sets) write_object(out, "ListenerSet", status);
  for (const auto& status : statuses.routes) write_object(out, status->kind, *status);
  for (const auto& status : statuses.policies) write_object(out, status.kind, status);
  for (const auto& status : statuses.backends) write_object(out, status.kind, status);
  for (const auto& status : statuses.access_policies) write_object(out, "AccessPolicy", status);
  for (const auto& status : statuses.pipelines) {
    write_object(out, "PayloadProcessingPipeline", status);
  }
  out.end_array().key("notes").begin_array();
  for (const std::string& note : compilation.notes()) out.string(note);
  out.end_array();
  out.member("problems", std::uint64_t{count_problems(statuses)}).end_object();
  text += '\n';
  return text;
}

}  // namespace tidegate::gatewayapi
