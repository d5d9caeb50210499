#include "processors/prompt_tools/body_editor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "json/cursor.h"
#include "json/edit.h"
#include "json/text.h"
#include "json/value.h"
#include "json/writer.h"

namespace tidegate::processors::prompt_tools {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// The inside of a JSON string, decoded where it has escapes.
std::string_view plain(std::string_view raw, Arena& arena) {
  if (raw.find('\\') == raw.npos) return raw;
  auto* out = static_cast<char*>(arena.allocate(raw.size(), 1));
  return {out, json::decode_escapes(raw, out)};
}

std::optional<double> number_of(std::string_view value) {
  double number = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) return std::nullopt;
  return number;
}

std::string quoted(std::string_view text) {
  std::string out;
  json::Writer(out).string(text);
  return out;
}

std::string_view role_name(Decoration::Role role) {
  switch (role) {
    case Decoration::Role::kSystem:
      return "system";
    case Decoration::Role::kUser:
      return "user";
    case Decoration::Role::kAssistant:
      return "assistant";
  }
  return "user";
}

bool is_allowed(const ToolRules& rules, std::string_view name) {
  return std::ranges::any_of(rules.allow, [name](std::string_view rule) {
    if (!rule.ends_with('*')) return rule == name;
    return name.starts_with(rule.substr(0, rule.size() - 1));
  });
}

// The name of a tool: {"type":"function","function":{"name"}} of chat, {"name"} of the others. A
// tool that the provider runs itself has only a type.
std::string_view tool_name(std::string_view tool, Arena& arena) {
  const auto function = json::find_member(tool, "function");
  auto name = json::find_member(function.value_or(tool), "name");
  if (!name) name = json::find_member(tool, "type");
  return name && json::is_string(*name) ? plain(json::unquote(*name), arena) : std::string_view();
}

}  // namespace

BodyEditor::BodyEditor(pipeline::Turn& turn) : turn_(turn), object_(trim(turn.message.payload)) {
  json::ObjectCursor cursor(object_);
  while (const auto item = cursor.next()) {
    members_.push_back({plain(item->name, turn_.arena), item->value, item->name});
  }
}

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
  const std::string_view text = json::is_string(at) ? plain(json::unquote(at), turn_.arena) : at;
  const bool clean = std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (!clean || text.empty() || text.size() > 1024) return std::nullopt;
  return text;
}

const BodyEditor::Member* BodyEditor::find(std::string_view name) const {
  const auto found = std::ranges::find(members_, name, &Member::name);
  return found == members_.end() ? nullptr : &*found;
}

void BodyEditor::replace(std::string_view raw, std::string_view text) {
  const auto begin = static_cast<std::size_t>(raw.data() - turn_.message.payload.data());
  turn_.effects.replace(begin, begin + raw.size(), turn_.arena.copy(text));
}

void BodyEditor::insert_at(const char* at, std::string_view text) { replace({at, 0}, text); }

void BodyEditor::remove(const Member& member) {
  const std::string_view payload = turn_.message.payload;
  const auto offset = [&](const char* at) {
    return static_cast<std::uint32_t>(at - payload.data());
  };
  json::Member scanned;
  scanned.name = {offset(member.raw_name.data()) - 1, offset(member.raw_name.end()) + 1};
  scanned.value = {offset(member.value.data()), offset(member.value.end())};
  const json::Range range = json::member_with_comma(payload, scanned);
  turn_.effects.replace(range.begin, range.end, {});
}

void BodyEditor::add_member(std::string_view name, std::string_view json) {
  const bool first = members_.empty() && added_.empty();
  added_ += fmt::format("{}{}:{}", first ? "" : ",", quoted(name), json);
}

void BodyEditor::finish() {
  if (!added_.empty()) insert_at(object_.data() + object_.size() - 1, added_);
}

void BodyEditor::override_member(const Parameter& parameter) {
  bool there = false;
  for (const Member& member : members_) {
    if (member.name != parameter.name) continue;
    there = true;
    if (member.value != parameter.json) replace(member.value, parameter.json);
  }
  if (!there) add_member(parameter.name, parameter.json);
}

void BodyEditor::default_member(const Parameter& parameter) {
  if (find(parameter.name) == nullptr) add_member(parameter.name, parameter.json);
}

void BodyEditor::cap_member(const Cap& cap) {
  for (const Member& member : members_) {
    if (member.name != cap.name) continue;
    const auto number = number_of(member.value);
    if (number && *number > cap.most) replace(member.value, fmt::format("{}", cap.most));
  }
}

Result<BodyEditor::Format> BodyEditor::known_format() const {
  switch (turn_.message.call->operation) {
    case llm::Operation::kChatCompletions:
      return Format::kChat;
    case llm::Operation::kMessages:
      return Format::kMessages;
    case llm::Operation::kResponses:
      return Format::kResponses;
    default:
      return fail(ErrorCode::kUnsupported, Origin::kInternal,
                  fmt::format("PromptTools does not edit calls of {}",
                              llm::to_string(turn_.message.call->operation)));
  }
}

Result<void> BodyEditor::cap_output(std::uint64_t tokens) {
  TIDEGATE_TRY(format, known_format());
  const std::string_view usual = format == Format::kChat        ? "max_completion_tokens"
                                 : format == Format::kResponses ? "max_output_tokens"
                                                                : "max_tokens";
  const bool there =
      find(usual) != nullptr || (format == Format::kChat && find("max_tokens") != nullptr);
  const double most = static_cast<double>(tokens);
  cap_member({std::string(usual), most});
  if (format == Format::kChat) cap_member({"max_tokens", most});
  if (!there) add_member(usual, fmt::format("{}", tokens));
  return {};
}

// Puts messages at both ends of a list of {"role","content"}.
void BodyEditor::decorate_list(const Member& list, std::span<const Decoration> prepend,
                               std::span<const Decoration> append) {
  const auto write = [](std::span<const Decoration> all) {
    std::string text;
    for (const Decoration& one : all) {
      text += fmt::format("{}{{\"role\":\"{}\",\"content\":{}}}", text.empty() ? "" : ",",
                          role_name(one.role), quoted(one.content));
    }
    return text;
  };
  const bool empty = !json::ArrayCursor(list.value).next();
  const std::string before = write(prepend);
  const std::string after = write(append);
  const char* begin = list.value.data() + 1;
  const char* end = list.value.data() + list.value.size() - 1;
  if (empty) {
    const bool both = !before.empty() && !after.empty();
    insert_at(begin, before + (both ? "," : "") + after);
    return;
  }
  if (!before.empty()) insert_at(begin, before + ",");
  if (!after.empty()) insert_at(end, "," + after);
}

// In front of a member that is a text, or a list of text blocks.
void BodyEditor::prepend_text(std::string_view name, std::string_view text) {
  const Member* member = find(name);
  if (member == nullptr || json::is_null(member->value)) {
    if (member != nullptr) return replace(member->value, quoted(text));
    return add_member(name, quoted(text));
  }
  if (json::is_array(member->value)) {
    const bool empty = !json::ArrayCursor(member->value).next();
    return insert_at(member->value.data() + 1, fmt::format("{{\"type\":\"text\",\"text\":{}}}{}",
                                                           quoted(text), empty ? "" : ","));
  }
  const std::string escaped = quoted(std::string(text) + "\n\n");
  insert_at(member->value.data() + 1, std::string_view(escaped).substr(1, escaped.size() - 2));
}

Result<void> BodyEditor::decorate(std::span<const Decoration> prepend,
                                  std::span<const Decoration> append) {
  if (prepend.empty() && append.empty()) return {};
  TIDEGATE_TRY(format, known_format());
  const std::string_view name = format == Format::kResponses ? "input" : "messages";
  const Member* list = find(name);
  if (list == nullptr || !json::is_array(list->value)) {
    return fail(ErrorCode::kUnsupported, Origin::kInternal,
                fmt::format("\"{}\" is no list to add messages to", name));
  }
  if (format == Format::kChat) {
    decorate_list(*list, prepend, append);
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
  if (!system.empty()) {
    prepend_text(format == Format::kMessages ? "system" : "instructions", system);
  }
  if (!first.empty() || !last.empty()) decorate_list(*list, first, last);
  return {};
}

Result<std::string> BodyEditor::keep_tools(const ToolRules& rules) {
  for (const Member& member : members_) {
    if (member.name != "tools") continue;
    TIDEGATE_TRY(format, known_format());
    (void)format;
    std::string kept;
    bool all = true;
    json::ArrayCursor tools(member.value);
    while (const auto tool = tools.next()) {
      const std::string_view name = tool_name(*tool, turn_.arena);
      if (is_allowed(rules, name)) {
        kept += kept.empty() ? "" : ",";
        kept += *tool;
        continue;
      }
      if (rules.action == ToolRules::Action::kReject) {
        return name.empty() ? std::string("?") : std::string(name);
      }
      all = false;
    }
    if (all) continue;
    if (kept.empty()) {
      remove(member);  // providers refuse an empty list
    } else {
      replace(member.value, "[" + kept + "]");
    }
  }
  return std::string();
}

}  // namespace tidegate::processors::prompt_tools
