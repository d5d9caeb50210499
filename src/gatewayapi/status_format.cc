#include "gatewayapi/status_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "gatewayapi/compile_state.h"
#include "gatewayapi/make_statuses.h"

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

using Paragraphs = std::vector<std::string>;

// GatewayClasses, Gateways and ListenerSets.
Paragraphs format_infrastructure(const Statuses& statuses, Detail detail) {
  Paragraphs paragraphs;
  for (const auto& status : statuses.gateway_classes) {
    paragraphs.push_back(format_plain("GatewayClass", status, detail));
  }
  for (const auto& status : statuses.gateways) {
    paragraphs.push_back(format_gateway(status, detail));
  }
  for (const auto& status : statuses.listener_sets) {
    paragraphs.push_back(format_plain("ListenerSet", status, detail));
  }
  return paragraphs;
}

std::string format_note(std::string_view note) { return fmt::format("note: {}\n", note); }

// ---- problems that are new

// Those of everything but routes and Backends.
Paragraphs format_few_problems(const CompileState& state) {
  const Statuses statuses = make_few_statuses(state);
  Paragraphs paragraphs = format_infrastructure(statuses, Detail::kProblems);
  for (const auto& status : statuses.policies) {
    paragraphs.push_back(format_policy(status, Detail::kProblems));
  }
  for (const auto& status : statuses.access_policies) {
    paragraphs.push_back(format_plain("AccessPolicy", status, Detail::kProblems));
  }
  for (const auto& status : statuses.pipelines) {
    paragraphs.push_back(format_plain("PayloadProcessingPipeline", status, Detail::kProblems));
  }
  for (const auto& note : state.topology->notes) paragraphs.push_back(format_note(note));
  return paragraphs;
}

Paragraphs format_backend_problems(const CompileState& state) {
  Paragraphs paragraphs;
  for (const auto& status : backend_statuses(state)) {
    paragraphs.push_back(format_plain(status.kind, status, Detail::kProblems));
  }
  return paragraphs;
}

Paragraphs format_route_problems(const std::vector<std::shared_ptr<const RouteResult>>& results) {
  Paragraphs paragraphs;
  for (const auto& result : results) {
    paragraphs.push_back(result->status ? format_route(*result->status, Detail::kProblems)
                                        : format_note(unattached_note(result->object)));
  }
  return paragraphs;
}

void add_new(const Paragraphs& now, const Paragraphs& before, std::string& text) {
  const std::unordered_set<std::string_view> known(before.begin(), before.end());
  for (const std::string& paragraph : now) {
    if (!known.contains(paragraph)) text += paragraph;
  }
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
  for (const auto& status : statuses.access_policies) problems += count(status.conditions);
  for (const auto& status : statuses.pipelines) problems += count(status.conditions);
  return problems;
}

std::string format_text(const Compilation& compilation, Detail detail) {
  const Statuses& statuses = compilation.statuses();
  std::string text;
  for (const auto& paragraph : format_infrastructure(statuses, detail)) text += paragraph;
  for (const auto& status : statuses.routes) text += format_route(*status, detail);
  for (const auto& status : statuses.policies) text += format_policy(status, detail);
  for (const auto& status : statuses.backends) text += format_plain(status.kind, status, detail);
  for (const auto& status : statuses.access_policies) {
    text += format_plain("AccessPolicy", status, detail);
  }
  for (const auto& status : statuses.pipelines) {
    text += format_plain("PayloadProcessingPipeline", status, detail);
  }
  for (const std::string& note : compilation.notes()) text += format_note(note);
  return text;
}

std::string format_new_problems(const Compilation& now, const Compilation* before) {
  const CompileState* old = before == nullptr ? nullptr : before->state.get();
  std::string text;
  add_new(format_few_problems(*now.state),
          old == nullptr ? Paragraphs() : format_few_problems(*old), text);
  const auto routes =
      find_difference(old == nullptr ? PagedList<RouteResult>() : old->settled.results(),
                      now.state->settled.results());
  add_new(format_route_problems(routes.added), format_route_problems(routes.removed), text);
  if (old == nullptr || old->backend_statuses != now.state->backend_statuses) {
    add_new(format_backend_problems(*now.state),
            old == nullptr ? Paragraphs() : format_backend_problems(*old), text);
  }
  return text;
}

}  // namespace tidegate::gatewayapi
