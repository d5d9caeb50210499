#include <array>
#include <ranges>
#include <string>

#include "llm/conversation/thought_signature.h"
#include "llm/dialect/openai/citations.h"
#include "llm/dialect/openai/media.h"
#include "llm/dialect/openai/reasoning.h"
#include "llm/dialect/openai/responses/items.h"

namespace tidegate::llm::openai {
namespace {

// Texts of an array of parts, with an empty line between them.
void join_texts(std::string_view parts, std::string& out) {
  json::ArrayCursor cursor(parts);
  while (const auto part = cursor.next()) {
    const auto text = find_text(*part, "text");
    if (!out.empty() && !text.empty()) out += "\\n\\n";
    out += text.bytes;
  }
}

class InputReader {
 public:
  InputReader(Conversation& conversation, Arena& arena)
      : conversation_(conversation), arena_(arena) {}

  Result<void> read(const Where& where, std::string_view value) {
    if (json::is_string(value)) {
      TextPart text;
      text.text = {json::unquote(value)};
      conversation_.messages.emplace_back().parts.emplace_back(text);
      return {};
    }
    if (!json::is_array(value)) return where.refuse("must be a string or an array");
    return for_each_element(
        value, where, [&](std::string_view item, const Where& at) { return read_item(at, item); });
  }

 private:
  // What the last item was, for those that join the turn before.
  enum class Last : std::uint8_t { kOther, kAssistant, kResult };

  Result<void> read_item(const Where& where, std::string_view item) {
    TIDEGATE_TRY_VOID(read_object(item, where));
    const auto raw_type = find_value(item, "type");
    std::string_view type = "message";
    if (!raw_type.empty()) {
      TIDEGATE_TRY(word, read_word(raw_type, where.member("type"), arena_));
      type = word;
    }
    if (type == "message") return read_message(where, item);
    if (type == "reasoning") {
      assistant().emplace_back(read_reasoning_item(item, arena_));
      return {};
    }
    if (type == "function_call" || type == "custom_tool_call") return read_call(where, item, type);
    if (type == "function_call_output" || type == "custom_tool_call_output") {
      return read_result(where, item);
    }
    if (type == "item_reference") {
      return where.refuse("is a reference to an item that another provider does not have");
    }
    conversation_.unknown.push_back({where.path(arena_), item});
    return {};
  }

  std::vector<Part>& assistant() {
    if (last_ != Last::kAssistant) {
      conversation_.messages.emplace_back().role = Role::kAssistant;
      last_ = Last::kAssistant;
    }
    return conversation_.messages.back().parts;
  }

  Result<void> read_message(const Where& where, std::string_view item) {
    TIDEGATE_TRY(role, read_word(find_value(item, "role"), where.member("role"), arena_));
    const Where at = where.member("content");
    const auto content = find_value(item, "content");
    if (role == "system" || role == "developer") return read_system(at, content, role);
    if (role == "assistant") return read_content(at, content, assistant());
    if (role != "user") {
      return where.member("role").refuse("must be user, assistant, system or developer");
    }
    last_ = Last::kOther;
    return read_content(at, content, conversation_.messages.emplace_back().parts);
  }

  Result<void> read_system(const Where& where, std::string_view content, std::string_view role) {
    std::vector<Part> parts;
    TIDEGATE_TRY_VOID(read_content(where, content, parts));
    for (const auto& part : parts) {
      const auto* text = std::get_if<TextPart>(&part);
      if (text == nullptr) return where.refuse("must be text");
      SystemPart system;
      system.text = text->text;
      system.developer = role == "developer";
      system.before = static_cast<std::uint32_t>(conversation_.messages.size());
      if (!system.text.empty()) conversation_.system.push_back(system);
    }
    last_ = Last::kOther;
    return {};
  }

  template <class Parts>
  Result<void> read_content(const Where& where, std::string_view content, Parts& parts) {
    if (json::is_string(content)) {
      TextPart text;
      text.text = {json::unquote(content)};
      parts.emplace_back(text);
      return {};
    }
    if (!json::is_array(content)) return where.refuse("must be a string or an array");
    return for_each_element(content, where, [&](std::string_view part, const Where& at) {
      return read_part(at, part, parts);
    });
  }

  template <class Parts>
  Result<void> read_part(const Where& where, std::string_view part, Parts& parts) {
    TIDEGATE_TRY_VOID(read_object(part, where));
    TIDEGATE_TRY(type, read_word(find_value(part, "type"), where.member("type"), arena_));
    if (type == "input_text" || type == "output_text" || type == "text") {
      TextPart text;
      TIDEGATE_TRY(value, read_string(find_value(part, "text"), where.member("text")));
      text.text = value;
      text.citations = read_annotations(find_value(part, "annotations"), arena_);
      parts.emplace_back(text);
      return {};
    }
    if (is_media(type)) {
      TIDEGATE_TRY(media, read_media(where, type, part, arena_));
      parts.emplace_back(media);
      return {};
    }
    if constexpr (std::is_same_v<Parts, std::vector<Part>>) {
      if (type == "refusal") {
        TIDEGATE_TRY(value, read_string(find_value(part, type), where.member(type)));
        parts.emplace_back(RefusalPart{value});
        return {};
      }
    }
    conversation_.unknown.push_back({where.path(arena_), part});
    return {};
  }

  Result<void> read_call(const Where& where, std::string_view item, std::string_view type) {
    const std::string_view input = type == "function_call" ? "arguments" : "input";
    for (const std::string_view name :
         {std::string_view("call_id"), std::string_view("name"), input}) {
      TIDEGATE_TRY_VOID(read_string(find_value(item, name), where.member(name)));
    }
    const auto call = read_call_item(item, arena_);
    if (call.name.empty()) return where.member("name").refuse("must be a string, not empty");
    assistant().emplace_back(call);
    return {};
  }

  Result<void> read_result(const Where& where, std::string_view item) {
    ToolResultPart result;
    TIDEGATE_TRY(id, read_string(find_value(item, "call_id"), where.member("call_id")));
    result.call_id = id;
    result.name = find_tool(id);
    TIDEGATE_TRY_VOID(
        read_content(where.member("output"), find_value(item, "output"), result.parts));
    if (last_ != Last::kResult) conversation_.messages.emplace_back();
    last_ = Last::kResult;
    conversation_.messages.back().parts.emplace_back(std::move(result));
    return {};
  }

  EscapedText find_tool(EscapedText id) const {
    for (const auto& message : conversation_.messages | std::views::reverse) {
      for (const auto& part : message.parts) {
        const auto* call = std::get_if<ToolCallPart>(&part);
        if (call != nullptr && call->id == id) return call->name;
      }
    }
    return {};
  }

  Conversation& conversation_;
  Arena& arena_;
  Last last_ = Last::kOther;
};

}  // namespace

Result<void> read_input(const Where& where, std::string_view value, Conversation& conversation,
                        Arena& arena) {
  return InputReader(conversation, arena).read(where, value);
}

ReasoningPart read_reasoning_item(std::string_view item, Arena& arena) {
  ReasoningPart part;
  part.id = find_text(item, "id");
  // Open models show the reasoning itself, OpenAI's own a summary of it.
  std::string text;
  join_texts(find_value(item, "content"), text);
  if (text.empty()) {
    join_texts(find_value(item, "summary"), text);
    part.summary = !text.empty();
  }
  part.text = {arena.copy(text)};
  if (const auto content = find_text(item, "encrypted_content"); !content.empty()) {
    take_encrypted_content(content, part, arena);
  }
  return part;
}

ToolCallPart read_call_item(std::string_view item, Arena& arena) {
  ToolCallPart part;
  part.id = find_text(item, "call_id");
  part.name = find_text(item, "name");
  part.custom = find_text(item, "type").bytes == "custom_tool_call";
  part.arguments = find_text(item, part.custom ? "input" : "arguments");
  part.signature = split_signature(part.id, arena).signature;
  return part;
}

}  // namespace tidegate::llm::openai
