#include <algorithm>
#include <string>

#include "llm/dialect/openai/call_id.h"
#include "llm/dialect/openai/media.h"
#include "llm/dialect/openai/request_members.h"
#include "llm/dialect/openai/responses/items.h"

namespace tidegate::llm::openai {
namespace {

class InputWriter {
 public:
  InputWriter(json::Writer& writer, Losses& losses, Arena& arena)
      : writer_(writer), losses_(losses), arena_(arena) {}

  void write(const Conversation& conversation) {
    writer_.begin_array();
    const auto& messages = conversation.messages;
    std::size_t system = 0;
    for (std::size_t i = 0; i <= messages.size(); ++i) {
      const auto is_due = [&](const SystemPart& part) {
        return part.before <= i || i == messages.size();
      };
      while (system < conversation.system.size() && is_due(conversation.system[system])) {
        write_system(conversation.system[system++]);
      }
      if (i < messages.size()) write_turn(messages[i]);
    }
    writer_.end_array();
  }

 private:
  void write_system(const SystemPart& part) {
    if (part.cache) losses_.add("cache_control");
    writer_.begin_object().member("type", "message");
    writer_.member("role", part.developer ? "developer" : "system");
    writer_.member("content", part.text).end_object();
  }

  void write_turn(const Message& message) {
    if (!message.name.empty()) losses_.add("messages.name");
    role_ = message.role;
    for (const auto& part : message.parts) {
      if (const auto* result = std::get_if<ToolResultPart>(&part)) write_result(*result);
    }
    for (const auto& part : message.parts) {
      std::visit([this](const auto& value) { write_part(value); }, part);
    }
    end_message();
  }

  // Parts of what was said stand in a message; other items end it.
  void begin_message() {
    if (in_message_) return;
    in_message_ = true;
    writer_.begin_object().member("type", "message");
    writer_.member("role", role_ == Role::kUser ? "user" : "assistant");
    writer_.key("content").begin_array();
  }
  void end_message() {
    if (!in_message_) return;
    in_message_ = false;
    writer_.end_array().end_object();
  }

  void write_part(const TextPart& part) {
    if (part.text.empty()) return;
    if (part.cache) losses_.add("cache_control");
    begin_message();
    write_text(role_ == Role::kUser ? "input_text" : "output_text", part.text);
  }

  void write_text(std::string_view type, EscapedText text) {
    writer_.begin_object().member("type", type).member("text", text).end_object();
  }

  void write_part(const MediaPart& part) {
    if (role_ == Role::kAssistant) {
      losses_.add("messages.content.media");
      return;
    }
    begin_message();
    write_media(part);
  }

  void write_media(const MediaPart& part) {
    if (part.cache) losses_.add("cache_control");
    write_responses_media(writer_, part, losses_, arena_);
  }

  void write_part(const RefusalPart& part) {
    begin_message();
    writer_.begin_object().member("type", "refusal").member("refusal", part.text).end_object();
  }

  // Only OpenAI's own reasoning can go back to it.
  void write_part(const ReasoningPart& part) {
    if (part.encrypted.empty() || part.id.empty()) {
      if (!part.text.empty()) losses_.add("messages.reasoning");
      return;
    }
    end_message();
    writer_.begin_object().member("type", "reasoning").member("id", part.id);
    writer_.key("summary").begin_array();
    if (!part.text.empty()) write_text("summary_text", part.text);
    writer_.end_array().member("encrypted_content", part.encrypted).end_object();
  }

  void write_part(const ToolCallPart& call) {
    end_message();
    if (call.cache) losses_.add("cache_control");
    writer_.begin_object();
    writer_.member("type", call.custom ? "custom_tool_call" : "function_call");
    writer_.member("call_id", fit_call_id(call.id, kMaxResponsesCallId, arena_));
    writer_.member("name", call.name);
    auto arguments = call.arguments;
    if (!call.arguments_raw.empty()) arguments = json::escape(call.arguments_raw, arena_);
    if (arguments.empty() && !call.custom) arguments = {"{}"};
    writer_.member(call.custom ? "input" : "arguments", arguments).end_object();
    if (call.custom) custom_.push_back(call.id);
  }

  void write_part(const ToolResultPart&) {}  // first in its turn

  void write_result(const ToolResultPart& result) {
    if (result.cache) losses_.add("cache_control");
    const bool custom = std::ranges::find(custom_, result.call_id) != custom_.end();
    writer_.begin_object();
    writer_.member("type", custom ? "custom_tool_call_output" : "function_call_output");
    writer_.member("call_id", fit_call_id(result.call_id, kMaxResponsesCallId, arena_));
    writer_.key("output");
    const bool plain = result.parts.size() == 1 && result.raw.empty() &&
                       std::holds_alternative<TextPart>(result.parts[0]);
    if (plain) {
      writer_.string(marked(std::get<TextPart>(result.parts[0]).text, result.error));
    } else if (result.parts.empty()) {
      writer_.string(marked(json::escape(result.raw, arena_), result.error));
    } else {
      write_output(result);
    }
    writer_.end_object();
  }

  void write_output(const ToolResultPart& result) {
    writer_.begin_array();
    bool first = true;
    for (const auto& part : result.parts) {
      if (const auto* text = std::get_if<TextPart>(&part)) {
        write_text("input_text", marked(text->text, result.error && first));
        first = false;
      } else {
        write_media(std::get<MediaPart>(part));
      }
    }
    if (!result.raw.empty()) write_text("input_text", json::escape(result.raw, arena_));
    writer_.end_array();
  }

  // There is no mark of an error: the text says it.
  EscapedText marked(EscapedText text, bool error) {
    const auto start = text.bytes.substr(0, 5);
    const bool says_error = start == "Error" || start == "error" || start == "ERROR";
    return error && !says_error ? EscapedText{arena_.concat({"Error: ", text.bytes})} : text;
  }

  json::Writer& writer_;
  Losses& losses_;
  Arena& arena_;
  Role role_ = Role::kUser;
  bool in_message_ = false;
  std::vector<EscapedText> custom_;  // ids of calls of custom tools
};

}  // namespace

void write_input(json::Writer& writer, const Conversation& conversation, Losses& losses,
                 Arena& arena) {
  InputWriter(writer, losses, arena).write(conversation);
}

}  // namespace tidegate::llm::openai
