#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "llm/dialect/openai/chat/messages.h"
#include "llm/dialect/openai/media.h"
#include "llm/dialect/openai/request_members.h"

namespace tidegate::llm::openai {
namespace {

constexpr std::array<std::string_view, 11> kAssistantMembers = {
    "role",         "content",           "name",        "refusal",       "reasoning_content",
    "reasoning",    "reasoning_details", "annotations", "function_call", "tool_calls",
    "cache_control"};

class MessagesReader {
 public:
  MessagesReader(Conversation& conversation, Arena& arena)
      : conversation_(conversation), arena_(arena) {}

  Result<void> read(const Where& path, std::string_view value) {
    TIDEGATE_TRY_VOID(read_array(value, path));
    return for_each_element(value, path, [&](std::string_view message, const Where& at) {
      return read_message(at, message);
    });
  }

 private:
  Result<void> read_message(const Where& path, std::string_view message) {
    TIDEGATE_TRY_VOID(read_object(message, path));
    TIDEGATE_TRY(role, read_word(find_value(message, "role"), path.member("role"), arena_));
    const bool was_result = last_was_result_;
    last_was_result_ = role == "tool" || role == "function";
    if (role == "system" || role == "developer") return read_system(path, message, role);
    if (role == "assistant") return read_assistant(path, message);
    if (role == "user") return read_user(path, message);
    if (!last_was_result_) {
      return path.member("role").refuse("must be system, developer, user, assistant or tool");
    }
    if (!was_result) conversation_.messages.emplace_back();
    return read_result(path, message);
  }

  // Members beside those of the role are told by their path.
  void note_unknown(const Where& path, std::string_view message,
                    std::span<const std::string_view> known) {
    FieldCursor cursor(message, arena_);
    while (const auto item = cursor.next()) {
      if (std::ranges::find(known, item->name) != known.end()) continue;
      const auto name = path.member(item->name).path(arena_);
      conversation_.unknown.push_back({name, item->value});
    }
  }

  Result<void> read_system(const Where& path, std::string_view message, std::string_view role) {
    SystemPart part;
    part.developer = role == "developer";
    part.before = static_cast<std::uint32_t>(conversation_.messages.size());
    part.cache = read_cache_control(message);
    const Where at = path.member("content");
    const auto content = find_value(message, "content");
    if (json::is_array(content)) {
      json::ArrayCursor cursor(content);
      for (std::size_t i = 0; const auto element = cursor.next(); ++i) {
        TIDEGATE_TRY(text, read_text_part(at.element(i), *element));
        part.text = text.text;
        part.cache = text.cache;
        if (!part.text.empty()) conversation_.system.push_back(part);
      }
    } else {
      TIDEGATE_TRY(text, read_string(content, at));
      part.text = text;
      if (!text.empty()) conversation_.system.push_back(part);
    }
    constexpr std::array<std::string_view, 4> kKnown = {"role", "content", "name", "cache_control"};
    note_unknown(path, message, kKnown);
    return {};
  }

  Result<TextPart> read_text_part(const Where& path, std::string_view element) {
    TIDEGATE_TRY_VOID(read_object(element, path));
    TIDEGATE_TRY(type, read_word(find_value(element, "type"), path.member("type"), arena_));
    if (type != "text") return path.member("type").refuse("must be text");
    return read_text_of(path, element);
  }

  Result<TextPart> read_text_of(const Where& path, std::string_view element) {
    TextPart part;
    TIDEGATE_TRY(text, read_string(find_value(element, "text"), path.member("text")));
    part.text = text;
    part.cache = read_cache_control(element);
    return part;
  }

  // A string, or parts of text and media, into anything that has them.
  template <class Parts>
  Result<void> read_content(const Where& path, std::string_view content, Parts& parts) {
    if (json::is_string(content)) {
      TextPart text;
      text.text = {json::unquote(content)};
      parts.emplace_back(text);
      return {};
    }
    if (!json::is_array(content)) return path.refuse("must be a string or an array");
    return for_each_element(
        content, path, [&](std::string_view element, const Where& at) -> Result<void> {
          TIDEGATE_TRY_VOID(read_object(element, at));
          TIDEGATE_TRY(type, read_word(find_value(element, "type"), at.member("type"), arena_));
          if (type == "text") {
            TIDEGATE_TRY(text, read_text_of(at, element));
            parts.emplace_back(text);
          } else if (is_media(type)) {
            TIDEGATE_TRY(media, read_media(at, type, element, arena_));
            media.cache = read_cache_control(element);
            parts.emplace_back(media);
          } else {
            conversation_.unknown.push_back({at.path(arena_), element});
          }
          return {};
        });
  }

  Result<void> read_name(const Where& path, std::string_view message, EscapedText& name) {
    const auto value = find_value(message, "name");
    if (value.empty()) return {};
    TIDEGATE_TRY(text, read_string(value, path.member("name")));
    name = text;
    return {};
  }

  Result<void> read_user(const Where& path, std::string_view message) {
    Message turn;
    TIDEGATE_TRY_VOID(read_name(path, message, turn.name));
    TIDEGATE_TRY_VOID(
        read_content(path.member("content"), find_value(message, "content"), turn.parts));
    mark_last(message, turn.parts);
    conversation_.messages.push_back(std::move(turn));
    constexpr std::array<std::string_view, 4> kKnown = {"role", "content", "name", "cache_control"};
    note_unknown(path, message, kKnown);
    return {};
  }

  // cache_control of a whole message marks its end.
  static void mark_last(std::string_view message, std::vector<Part>& parts) {
    const auto cache = read_cache_control(message);
    if (!cache || parts.empty()) return;
    if (auto* text = std::get_if<TextPart>(&parts.back())) text->cache = cache;
    if (auto* media = std::get_if<MediaPart>(&parts.back())) media->cache = cache;
  }

  Result<void> read_assistant(const Where& path, std::string_view message) {
    TIDEGATE_TRY_VOID(check_assistant(path, message));
    Message turn;
    turn.role = Role::kAssistant;
    TIDEGATE_TRY_VOID(read_name(path, message, turn.name));
    read_assistant_parts(message, turn.parts, arena_);
    for (auto& part : turn.parts) {
      auto* call = std::get_if<ToolCallPart>(&part);
      if (call == nullptr || !call->id.empty()) continue;
      call->id = {arena_.copy(fmt::format("call_{}", made_ids_++))};
    }
    mark_last(message, turn.parts);
    conversation_.messages.push_back(std::move(turn));
    note_unknown(path, message, kAssistantMembers);
    return {};
  }

  Result<void> check_assistant(const Where& path, std::string_view message) {
    for (const std::string_view name : {"refusal", "reasoning_content"}) {
      const auto value = find_value(message, name);
      if (!value.empty()) TIDEGATE_TRY_VOID(read_string(value, path.member(name)));
    }
    const auto content = find_value(message, "content");
    const Where content_path = path.member("content");
    if (!content.empty() && !json::is_string(content) && !json::is_array(content)) {
      return content_path.refuse("must be a string, an array or null");
    }
    json::ArrayCursor elements(content);
    for (std::size_t i = 0; const auto element = elements.next(); ++i) {
      const Where at = content_path.element(i);
      TIDEGATE_TRY(type, read_word(find_value(*element, "type"), at.member("type"), arena_));
      if (type == "text" || type == "refusal") {
        TIDEGATE_TRY_VOID(read_string(find_value(*element, type), at.member(type)));
      } else if (type != "thinking") {
        conversation_.unknown.push_back({at.path(arena_), *element});
      }
    }
    return check_calls(path.member("tool_calls"), find_value(message, "tool_calls"));
  }

  Result<void> check_calls(const Where& path, std::string_view calls) {
    if (calls.empty()) return {};
    TIDEGATE_TRY_VOID(read_array(calls, path));
    return for_each_element(
        calls, path, [&](std::string_view call, const Where& at) -> Result<void> {
          TIDEGATE_TRY_VOID(read_object(call, at));
          if (const auto id = find_value(call, "id"); !id.empty()) {
            TIDEGATE_TRY_VOID(read_string(id, at.member("id")));
          }
          const bool custom = find_text(call, "type").bytes == "custom";
          const std::string_view type = custom ? "custom" : "function";
          const auto body = find_value(call, type);
          const Where inner = at.member(type);
          TIDEGATE_TRY_VOID(read_object(body, inner));
          if (find_text(body, "name").empty()) {
            return inner.member("name").refuse("must be a string, not empty");
          }
          const std::string_view member = custom ? "input" : "arguments";
          const auto arguments = find_value(body, member);
          if (!json::is_string(arguments) && !json::is_object(arguments) && !arguments.empty()) {
            return inner.member(member).refuse("must be a string");
          }
          return {};
        });
  }

  // The results of one turn stand in one user message.
  Result<void> read_result(const Where& path, std::string_view message) {
    ToolResultPart result;
    TIDEGATE_TRY_VOID(read_name(path, message, result.name));
    const auto id = find_value(message, "tool_call_id");
    if (!id.empty() || result.name.empty()) {
      TIDEGATE_TRY(text, read_string(id, path.member("tool_call_id")));
      result.call_id = text;
    }
    complete(result);
    // Nothing at all is what some clients send of a tool that says nothing.
    if (const auto content = find_value(message, "content"); !content.empty()) {
      TIDEGATE_TRY_VOID(read_content(path.member("content"), content, result.parts));
    }
    result.cache = read_cache_control(message);
    conversation_.messages.back().parts.emplace_back(std::move(result));
    constexpr std::array<std::string_view, 5> kKnown = {"role", "content", "name", "tool_call_id",
                                                        "cache_control"};
    note_unknown(path, message, kKnown);
    return {};
  }

  // The name of the tool from the call, or the id from the last call of that name.
  void complete(ToolResultPart& result) const {
    for (const auto& message : conversation_.messages | std::views::reverse) {
      if (message.role != Role::kAssistant) continue;
      for (const auto& part : message.parts) {
        const auto* call = std::get_if<ToolCallPart>(&part);
        if (call == nullptr) continue;
        if (result.call_id.empty() ? call->name == result.name : call->id == result.call_id) {
          result.call_id = call->id;
          result.name = call->name;
          return;
        }
      }
    }
  }

  Conversation& conversation_;
  Arena& arena_;
  std::uint32_t made_ids_ = 0;
  bool last_was_result_ = false;
};

}  // namespace

Result<void> read_chat_messages(const Where& path, std::string_view value,
                                Conversation& conversation, Arena& arena) {
  return MessagesReader(conversation, arena).read(path, value);
}

}  // namespace tidegate::llm::openai
