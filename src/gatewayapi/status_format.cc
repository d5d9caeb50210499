#include "gatewayapi/status_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

namespace tidegate::gatewayapi {
namespace {

std::string object_name(std::string_view kind, const resource::ObjectMeta& meta) {
  return meta.namespace_.empty() ? fmt::format("{} {}", kind, meta.name)
                                 : fmt::format("{} {}/{}", kind, meta.namespace_, meta.name);
}

// Text of one object: headings are written when the first line under them is.
class Paragraph {
 public:
  Paragraph(std::string heading, Detail detail) : detail_(detail) { pending_.push_back(heading); }

  // Starts a part one level deeper; replaces the one before.
  void begin_part(const std::string& heading) {
    pending_.resize(std::min<std::size_t>(pending_.size(), text_.empty() ? 1 : 0));
    pending_.push_back("  " + heading);
    indent_ = "    ";
    if (detail_ == Detail::kAll) flush();
  }

  void add(std::span<const Condition> conditions) {
    for (const Condition& condition : conditions) {
      const bool problem = is_problem(condition);
      if (!problem && detail_ == Detail::kProblems) continue;
      flush();
      text_ += fmt::format("{}{} {}={} {}: {}\n", indent_, problem ? "problem" : "ok     ",
                           condition.type, to_string(condition.status), condition.reason,
                           message_of(condition));
    }
  }

  const std::string& text() const { return text_; }

 private:
  void flush() {
    for (const std::string& heading : pending_) text_ += heading + "\n";
    pending_.clear();
  }

  Detail detail_;
  std::vector<std::string> pending_;
  std::string indent_ = "  ";
  std::string text_;
};

std::string format_kinds(const ListenerStatus& listener) {
  std::string text;
  for (const auto& kind : listener.supported_kinds) {
    text += (text.empty() ? "" : ", ") + kind.kind;
  }
  return text.empty() ? "none" : text;
}

void add_listeners(Paragraph& paragraph, const std::vector<ListenerStatus>& listeners) {
  for (const ListenerStatus& listener : listeners) {
    paragraph.begin_part(fmt::format("listener {}: {} attached, takes {}", listener.name,
                                     listener.attached_routes, format_kinds(listener)));
    paragraph.add(listener.conditions);
  }
}

std::string format_parent(const resource::ParentReference& ref) {
  std::string text = fmt::format("parent {} {}{}", ref.kind.value_or("Gateway"),
                                 ref.namespace_ ? *ref.namespace_ + "/" : "", ref.name);
  if (ref.section_name) text += fmt::format(", listener {}", *ref.section_name);
  if (ref.port) text += fmt::format(", port {}", *ref.port);
  return text;
}

std::string format_gateway(const GatewayStatus& status, Detail detail) {
  std::string heading = object_name("Gateway", *status.meta);
  for (const AddressStatus& address : status.addresses) heading += " " + address.value;
  Paragraph paragraph(std::move(heading), detail);
  paragraph.add(status.conditions);
  add_listeners(paragraph, status.listeners);
  return paragraph.text();
}

template <class Status>
std::string format_plain(std::string_view kind, const Status& status, Detail detail) {
  Paragraph paragraph(object_name(kind, *status.meta), detail);
  paragraph.add(status.conditions);
  if constexpr (requires { status.listeners; }) add_listeners(paragraph, status.listeners);
  return paragraph.text();
}

std::string format_route(const RouteStatus& status, Detail detail) {
  Paragraph paragraph(object_name(status.kind, *status.meta), detail);
  for (const RouteParentStatus& parent : status.parents) {
    paragraph.begin_part(format_parent(*parent.parent_ref));
    paragraph.add(parent.conditions);
  }
  return paragraph.text();
}

std::string format_policy(const PolicyStatus& status, Detail detail) {
  Paragraph paragraph(object_name(status.kind, *status.meta), detail);
  if (status.ancestors.empty()) paragraph.begin_part("no Gateway reaches its targets");
  for (const PolicyAncestorStatus& ancestor : status.ancestors) {
    paragraph.begin_part(
        fmt::format("at Gateway {}/{}", ancestor.gateway_namespace, ancestor.gateway_name));
    paragraph.add(ancestor.conditions);
  }
  return paragraph.text();
}

std::size_t count(std::span<const Condition> conditions) {
  return static_cast<std::size_t>(std::ranges::count_if(conditions, is_problem));
}

std::size_t count(const std::vector<ListenerStatus>& listeners) {
  std::size_t problems = 0;
  for (const ListenerStatus& listener : listeners) problems += count(listener.conditions);
  return problems;
}

}  // namespace

bool is_problem(const Condition& condition) {
  const bool bad_when_true = condition.type == ConditionType::kConflicted ||
                             condition.type == ConditionType::kPartiallyInvalid;
  if (bad_when_true) return condition.status == ConditionStatus::kTrue;
  return condition.status != ConditionStatus::kTrue;
}

std::size_t count_problems(const Statuses& statuses) {
  std::size_t problems = 0;
  for (const auto& status : statuses.gateway_classes) problems += count(status.conditions);
  for (const auto& status : statuses.gateways) {
    problems += count(status.conditions) + count(status.listeners);
  }
  for (const auto& status : statuses.listener_sets) {
    problems += count(status.conditions) + count(status.listeners);
  }
  for (const auto& status : statuses.routes) {
    for (const auto& parent : status->parents) problems += count(parent.conditions);
  }
  for (const auto& status : statuses.policies) {
    for (const auto& ancestor : status.ancestors) problems += count(ancestor.conditions);
  }
  for (const auto& status : statuses.backends) problems += count(status.conditions);
  return problems;
}

std::string format_text(const Compilation& compilation, Detail detail) {
  const Statuses& statuses = compilation.statuses;
  std::string text;
  for (const auto& status : statuses.gateway_classes) {
    text += format_plain("GatewayClass", status, detail);
  }
  for (const auto& status : statuses.gateways) text += format_gateway(status, detail);
  for (const auto& status : statuses.listener_sets) {
    text += format_plain("ListenerSet", status, detail);
  }
  for (const auto& status : statuses.routes) text += format_route(*status, detail);
  for (const auto& status : statuses.policies) text += format_policy(status, detail);
  for (const auto& status : statuses.backends) text += format_plain("Backend", status, detail);
  for (const std::string& note : compilation.notes) text += fmt::format("note: {}\n", note);
  return text;
}

}  // namespace tidegate::gatewayapi
