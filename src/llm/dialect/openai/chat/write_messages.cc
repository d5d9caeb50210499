#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "llm/conversation/turns.h"
#include "llm/dialect/openai/call_id.h"
#include "llm/dialect/openai/chat/messages.h"
#include "llm/dialect/openai/media.h"
#include "llm/dialect/openai/reasoning.h"
#include "llm/dialect/openai/request_members.h"

namespace tidegate::llm::openai {
namespace {

using ReasoningField = Target::ReasoningField;
using Parts = std::vector<Part>;

class MessagesWriter {
 public:
  MessagesWriter(json::Writer& writer, const Target& target, Losses& losses, Arena& arena)
      : writer_(writer), target_(target), losses_(losses), arena_(arena) {}

  void write(const Conversation& conversation) {
    writer_.begin_array();
    std::size_t system = 0;
    for (std::size_t i = 0; i <= conversation.messages.size(); ++i) {
      for (; system < conversation.system.size() &&
             (conversation.system[system].before <= i || i == conversation.messages.size());
           ++system) {
        write_system(conversation.system[system]);
      }
      if (i == conversation.messages.size()) break;
      const auto& message = conversation.messages[i];
      if (message.role == Role::kAssistant) {
        write_assistant(message);
      } else {
        write_results(message.parts);
        write_user(message);
      }
    }
    writer_.end_array();
  }

 private:
  void write_cache(std::optional<CacheLife> cache) {
    if (!cache) return;
    if (target_.keeps_cache_control) {
      write_cache_control(writer_, cache);
    } else {
      losses_.add("cache_control");
    }
  }

  void write_text_part(EscapedText text, std::optional<CacheLife> cache) {
    writer_.begin_object().member("type", "text").member("text", text);
    write_cache(cache);
    writer_.end_object();
  }

  void write_system(const SystemPart& part) {
    const bool developer = part.developer && target_.takes_developer_role;
    writer_.begin_object().member("role", developer ? "developer" : "system").key("content");
    if (part.cache && target_.keeps_cache_control) {
      writer_.begin_array();
      write_text_part(part.text, part.cache);
      writer_.end_array();
    } else {
      if (part.cache) losses_.add("cache_control");
      writer_.string(part.text);
    }
    writer_.end_object();
  }

  // ---- User

  static bool is_plain(const Part& part) {
    const auto* text = std::get_if<TextPart>(&part);
    return text != nullptr && !text->cache;
  }

  // Media that a tool message cannot hold come with the user's next words.
  void write_user(const Message& message) {
    const auto is_said = [](const Part& part) {
      return std::holds_alternative<TextPart>(part) || std::holds_alternative<MediaPart>(part);
    };
    const auto count = std::ranges::count_if(message.parts, is_said);
    if (count == 0 && moved_.empty()) return;
    writer_.begin_object().member("role", "user");
    write_text_member(writer_, "name", message.name);
    writer_.key("content");
    const auto first = std::ranges::find_if(message.parts, is_said);
    if (count == 1 && moved_.empty() && is_plain(*first)) {
      writer_.string(std::get<TextPart>(*first).text);
    } else {
      writer_.begin_array();
      for (const auto& [id, media] : moved_) {
        write_text_part({arena_.concat({"Content of tool result ", id.bytes, ":"})}, {});
        write_media(*media);
      }
      moved_.clear();
      for (const auto& part : message.parts) {
        if (const auto* text = std::get_if<TextPart>(&part))
          write_text_part(text->text, text->cache);
        if (const auto* media = std::get_if<MediaPart>(&part)) write_media(*media);
      }
      writer_.end_array();
    }
    writer_.end_object();
  }

  void write_media(const MediaPart& media) {
    if (media.cache) losses_.add("cache_control");
    write_chat_media(writer_, media, losses_, arena_);
  }

  // ---- Tool results

  void write_results(const Parts& parts) {
    for (const auto& part : parts) {
      if (const auto* result = std::get_if<ToolResultPart>(&part)) write_result(*result);
    }
  }

  void write_result(const ToolResultPart& result) {
    const auto id = fit_call_id(result.call_id, kMaxChatCallId, arena_);
    writer_.begin_object().member("role", "tool").member("tool_call_id", id).key("content");
    writer_.string(EscapedText{arena_.copy(result_text(result, id))});
    if (result.cache) write_cache(result.cache);
    writer_.end_object();
  }

  // A tool message holds text only. chat has no mark of an error: the text says it.
  std::string result_text(const ToolResultPart& result, EscapedText id) {
    std::string out;
    for (const auto& part : result.parts) {
      if (const auto* text = std::get_if<TextPart>(&part)) {
        if (!out.empty()) out += "\\n";
        out += text->text.bytes;
      } else {
        const auto& media = std::get<MediaPart>(part);
        if (media.source == MediaPart::Source::kText) {
          out += media.data.bytes;
        } else {
          moved_.emplace_back(id, &media);
        }
      }
    }
    if (!result.raw.empty()) out += json::escape(result.raw, arena_).bytes;
    const auto start = out.substr(0, 5);
    const bool says_error = start == "Error" || start == "error" || start == "ERROR";
    if (result.error && !says_error) out.insert(0, "Error: ");
    return out;
  }

  // ---- Assistant

  void write_assistant(const Message& message) {
    writer_.begin_object().member("role", "assistant");
    write_text_member(writer_, "name", message.name);
    write_reasoning(message.parts);
    write_content(message.parts);
    write_calls(message.parts);
    writer_.end_object();
  }

  void write_reasoning(const Parts& parts) {
    std::string text;
    bool details = false;
    for (const auto& part : parts) {
      const auto* reasoning = std::get_if<ReasoningPart>(&part);
      if (reasoning == nullptr) continue;
      if (!text.empty() && !reasoning->text.empty()) text += "\\n\\n";
      text += reasoning->text.bytes;
      details = details || needs_details(*reasoning);
    }
    if (target_.reasoning_field == ReasoningField::kNone) {
      if (!text.empty()) losses_.add("messages.reasoning");
      return;
    }
    const bool routed = target_.reasoning_field == ReasoningField::kReasoning;
    write_text_member(writer_, routed ? "reasoning" : "reasoning_content", {text});
    if (routed && details) write_details(parts);
  }

  void write_details(const Parts& parts) {
    writer_.key("reasoning_details").begin_array();
    std::uint64_t index = 0;
    for (const auto& part : parts) {
      const auto* reasoning = std::get_if<ReasoningPart>(&part);
      if (reasoning == nullptr) continue;
      write_reasoning_detail(writer_, *reasoning, index++, DetailText::kWritten);
    }
    writer_.end_array();
  }

  // One string, as nearly all compatible servers want it; null where calls are all there is.
  void write_content(const Parts& parts) {
    std::string text;
    bool calls = false;
    EscapedText refusal;
    std::optional<CacheLife> cache;
    for (const auto& part : parts) {
      calls = calls || std::holds_alternative<ToolCallPart>(part);
      if (const auto* said = std::get_if<RefusalPart>(&part)) refusal = said->text;
      if (std::holds_alternative<MediaPart>(part)) losses_.add("messages.content.media");
      const auto* piece = std::get_if<TextPart>(&part);
      if (piece == nullptr) continue;
      text += piece->text.bytes;
      if (piece->cache) cache = piece->cache;
    }
    if (!refusal.empty()) writer_.member("refusal", refusal);
    writer_.key("content");
    if (cache && target_.keeps_cache_control && !text.empty()) {
      writer_.begin_array();
      write_text_part({text}, cache);
      writer_.end_array();
      return;
    }
    if (cache) losses_.add("cache_control");
    if (text.empty() && (calls || !refusal.empty())) {
      writer_.null();
    } else {
      writer_.string(EscapedText{text});
    }
  }

  void write_calls(const Parts& parts) {
    bool any = false;
    for (const auto& part : parts) {
      const auto* call = std::get_if<ToolCallPart>(&part);
      if (call == nullptr) continue;
      if (!any) writer_.key("tool_calls").begin_array();
      any = true;
      write_call(*call);
    }
    if (any) writer_.end_array();
  }

  void write_call(const ToolCallPart& call) {
    const std::string_view type = call.custom ? "custom" : "function";
    writer_.begin_object().member("id", fit_call_id(call.id, kMaxChatCallId, arena_));
    writer_.member("type", type).key(type).begin_object().member("name", call.name);
    auto arguments = call.arguments;
    if (!call.arguments_raw.empty()) arguments = json::escape(call.arguments_raw, arena_);
    if (arguments.empty() && !call.custom) arguments = {"{}"};
    writer_.member(call.custom ? "input" : "arguments", arguments).end_object();
    if (call.cache) losses_.add("cache_control");
    writer_.end_object();
  }

  json::Writer& writer_;
  const Target& target_;
  Losses& losses_;
  Arena& arena_;
  std::vector<std::pair<EscapedText, const MediaPart*>> moved_;
};

}  // namespace

void write_chat_messages(json::Writer& writer, const Conversation& conversation,
                         const Target& target, Losses& losses, Arena& arena) {
  MessagesWriter(writer, target, losses, arena).write(conversation);
}

}  // namespace tidegate::llm::openai
