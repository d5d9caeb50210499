#include "processors/prompt_tools/body_editor.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/cursor.h"
#include "json/escaped_text.h"
#include "json/value.h"
#include "processors/prompt_tools/tool_filter.h"

namespace tidegate::processors::prompt_tools {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool is_empty_list(std::string_view list) { return !json::ArrayCursor(list).next(); }

// "generationConfig.temperature": the object, and its member. Without a dot, a top-level member.
std::pair<std::string_view, std::string_view> split(std::string_view name) {
  const auto dot = name.find('.');
  if (dot == name.npos) return {{}, name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

}  // namespace

BodyEditor::BodyEditor(pipeline::Turn& turn)
    : turn_(turn), object_(trim(turn.message.payload)), root_(turn, object_) {}

std::optional<std::string_view> BodyEditor::find_text(std::span<const PathStep> path) const {
  std::string_view at = object_;
  for (const PathStep& step : path) {
    std::optional<std::string_view> next;
    if (step.element) {
      json::ArrayCursor elements(at);
      for (std::size_t i = 0; i <= *step.element; ++i) {
        next = elements.next();
        if (!next) break;
      }
    } else {
      next = json::find_member(at, step.member);
    }
    if (!next) return std::nullopt;
    at = *next;
  }
  if (json::is_object(at) || json::is_array(at) || json::is_null(at)) return std::nullopt;
  return json::is_string(at) ? json::unescape({json::unquote(at)}, turn_.arena) : at;
}

std::optional<std::string_view> BodyEditor::find_member(std::string_view name) const {
  const auto* found = root_.find(name);
  if (found == nullptr) return std::nullopt;
  return found->value;
}

void BodyEditor::override_parameter(const Parameter& parameter) {
  const auto [object, name] = split(parameter.name);
  if (object.empty()) return root_.override_member(name, parameter.json);
  for (ObjectEdit* one : root_.children({&object, 1})) one->override_member(name, parameter.json);
}

void BodyEditor::default_parameter(const Parameter& parameter) {
  const auto [object, name] = split(parameter.name);
  if (object.empty()) return root_.default_member(name, parameter.json);
  for (ObjectEdit* one : root_.children({&object, 1})) one->default_member(name, parameter.json);
}

void BodyEditor::cap_parameter(const Cap& cap) {
  const auto [object, name] = split(cap.name);
  if (object.empty()) return root_.cap_member(name, cap.most);
  for (ObjectEdit* one : root_.children({&object, 1})) one->cap_member(name, cap.most);
}

Result<const CallShape*> BodyEditor::known_shape() const {
  if (const CallShape* shape = shape_of(turn_.message, root_)) return shape;
  return fail(ErrorCode::kUnsupported, Origin::kInternal,
              fmt::format("PromptTools does not edit calls of {}",
                          llm::to_string(turn_.message.call->operation)));
}

Result<void> BodyEditor::cap_output(std::uint64_t tokens) {
  TIDEGATE_TRY(shape, known_shape());
  const auto cap = [&](ObjectEdit& object) {
    for (const std::string_view name : shape->limits) {
      object.cap_member(name, static_cast<double>(tokens));
    }
    if (object.find_any(shape->limits) == nullptr) {
      object.add(shape->limits.front(), fmt::format("{}", tokens));
    }
  };
  if (shape->limit_object.empty()) {
    cap(root_);
  } else {
    for (ObjectEdit* one : root_.children(shape->limit_object)) cap(*one);
  }
  return {};
}

// What stands in the place of the messages must be understood, whatever is added where.
Result<void> BodyEditor::check_list(const CallShape& shape) const {
  const auto* list = root_.find(shape.messages);
  if (list == nullptr || json::is_array(list->value)) return {};
  if (shape.list_may_be_text && json::is_string(list->value)) return {};
  return fail(ErrorCode::kUnsupported, Origin::kInternal,
              fmt::format("\"{}\" is no list to add messages to", shape.messages));
}

// Puts messages at both ends of a list; there may be none yet, and a text may stand in its place.
void BodyEditor::decorate_list(const CallShape& shape, std::span<const Decoration> prepend,
                               std::span<const Decoration> append) {
  const auto write = [&](std::span<const Decoration> all) {
    std::string text;
    for (const Decoration& one : all) {
      if (!text.empty()) text += ',';
      text += shape.message(one);
    }
    return text;
  };
  std::string before = write(prepend);
  const std::string after = write(append);
  const auto* list = root_.find(shape.messages);
  const bool is_text = list != nullptr && shape.list_may_be_text && json::is_string(list->value);
  const bool is_empty = list == nullptr || (!is_text && is_empty_list(list->value));
  if (!before.empty() && (!is_empty || !after.empty())) before += ',';
  if (list == nullptr) {
    root_.add(shape.messages, "[" + before + after + "]");
    return;
  }
  const std::string behind = (after.empty() || is_empty ? "" : ",") + after;
  const char* begin = list->value.data();
  const char* end = list->value.data() + list->value.size();
  if (is_text) {
    root_.insert_at(begin, "[" + before + R"({"role":"user","content":)");
    root_.insert_at(end, "}" + behind + "]");
  } else if (is_empty) {
    root_.insert_at(begin + 1, before + after);
  } else {
    if (!before.empty()) root_.insert_at(begin + 1, before);
    if (!behind.empty()) root_.insert_at(end - 1, behind);
  }
}

void BodyEditor::prepend_blocks(const CallShape& shape, std::string_view list,
                                std::string_view text) {
  root_.insert_at(list.data() + 1, shape.block(text) + (is_empty_list(list) ? "" : ","));
}

// In front of what the system says, in whatever form that stands.
void BodyEditor::prepend_system(const CallShape& shape, std::string_view text) {
  using System = CallShape::System;
  const std::string blocks = "[" + shape.block(text) + "]";
  const std::string whole = shape.system == System::kText     ? quoted(text)
                            : shape.system == System::kBlocks ? blocks
                                                              : R"({"parts":)" + blocks + "}";
  const auto* member = root_.find_any(shape.system_names);
  if (member == nullptr) return root_.add(shape.system_names.front(), whole);
  std::string_view value = member->value;
  if (shape.system == System::kParts && json::is_object(value)) {
    value = json::find_member(value, "parts").value_or("");
  }
  if (json::is_array(value)) return prepend_blocks(shape, value, text);
  if (shape.system == System::kText && json::is_string(value)) {
    const std::string escaped = quoted(std::string(text) + "\n\n");
    return root_.insert_at(value.data() + 1,
                           std::string_view(escaped).substr(1, escaped.size() - 2));
  }
  root_.replace(member->value, whole);  // null, or nothing that says anything
}

Result<void> BodyEditor::decorate(std::span<const Decoration> prepend,
                                  std::span<const Decoration> append) {
  if (prepend.empty() && append.empty()) return {};
  TIDEGATE_TRY(shape, known_shape());
  TIDEGATE_TRY_VOID(check_list(*shape));
  if (shape->system == CallShape::System::kMessage) {
    decorate_list(*shape, prepend, append);
    return {};
  }
  // Elsewhere what the system says does not stand among the messages.
  std::string system;
  std::vector<Decoration> first;
  std::vector<Decoration> last;
  const auto sort = [&system](std::span<const Decoration> all, std::vector<Decoration>& out) {
    for (const Decoration& one : all) {
      if (one.role != Decoration::Role::kSystem) {
        out.push_back(one);
        continue;
      }
      if (!system.empty()) system += "\n\n";
      system += one.content;
    }
  };
  sort(prepend, first);
  sort(append, last);
  if (!system.empty()) prepend_system(*shape, system);
  if (!first.empty() || !last.empty()) decorate_list(*shape, first, last);
  return {};
}

// Of one list of tools of `holder`: what is not allowed goes, or is named.
std::string BodyEditor::take_tools(ObjectEdit& holder, std::string_view name,
                                   const ToolRules& rules) {
  for (const ObjectEdit::Member& member : holder.members()) {
    if (member.name != name) continue;
    const KeptTools kept = prompt_tools::keep_tools(member.value, rules, turn_.arena);
    if (kept.all) continue;
    if (rules.action == ToolRules::Action::kReject) return *kept.refused;
    if (!kept.list.empty()) {
      holder.replace(member.value, "[" + kept.list + "]");
      continue;
    }
    // Providers refuse an empty list, and a choice among no tools.
    for (const std::string_view one :
         {name, std::string_view("tool_choice"), std::string_view("parallel_tool_calls"),
          std::string_view("function_call"), std::string_view("toolConfig"),
          std::string_view("tool_config")}) {
      holder.remove(one);
    }
    return {};
  }
  return {};
}

Result<std::string> BodyEditor::keep_tools(const ToolRules& rules) {
  for (const std::string_view name : {"tools", "functions"}) {
    if (root_.find(name) == nullptr) continue;
    TIDEGATE_TRY_VOID(known_shape());
    if (auto refused = take_tools(root_, name, rules); !refused.empty()) return refused;
  }
  const bool is_converse = turn_.message.call->operation == llm::Operation::kConverse;
  const auto* config = is_converse ? root_.find("toolConfig") : nullptr;
  if (config == nullptr || !json::is_object(config->value)) return std::string();
  const auto tools = json::find_member(config->value, "tools");
  if (!tools) return std::string();
  const KeptTools kept = prompt_tools::keep_tools(*tools, rules, turn_.arena);
  if (kept.all) return std::string();
  if (rules.action == ToolRules::Action::kReject) return *kept.refused;
  if (kept.list.empty()) {
    root_.remove("toolConfig");
  } else {
    root_.replace(*tools, "[" + kept.list + "]");
  }
  return std::string();
}

}  // namespace tidegate::processors::prompt_tools
