#include "json/writer.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/openai/chat/reply.h"
#include "llm/dialect/openai/citations.h"
#include "llm/dialect/openai/fields.h"
#include "llm/dialect/openai/reasoning.h"
#include "llm/dialect/openai/request_members.h"
#include "llm/dialect/openai/usage.h"

namespace tidegate::llm::openai {
namespace {

class MessageWriter {
 public:
  MessageWriter(json::Writer& writer, const std::vector<Part>& parts)
      : writer_(writer), parts_(parts) {}

  // Returns whether the message says a refusal.
  Refusal write() {
    writer_.begin_object().member("role", "assistant");
    write_content();
    const auto refusal = write_refusal();
    write_reasoning();
    write_calls();
    write_annotations();
    writer_.end_object();
    return refusal;
  }

 private:
  template <class T, class Visit>
  void each(const Visit& visit) const {
    for (const auto& part : parts_) {
      if (const auto* value = std::get_if<T>(&part)) visit(*value);
    }
  }

  void write_content() {
    std::string text;
    bool any = false;
    each<TextPart>([&](const TextPart& part) {
      text += part.text.bytes;
      any = true;
    });
    writer_.key("content");
    if (any) {
      writer_.string(EscapedText{text});
    } else {
      writer_.null();
    }
  }

  Refusal write_refusal() {
    std::string text;
    each<RefusalPart>([&](const RefusalPart& part) { text += part.text.bytes; });
    writer_.key("refusal");
    if (text.empty()) {
      writer_.null();
      return Refusal::kNone;
    }
    writer_.string(EscapedText{text});
    return Refusal::kSaid;
  }

  void write_reasoning() {
    std::string text;
    bool details = false;
    each<ReasoningPart>([&](const ReasoningPart& part) {
      if (!text.empty() && !part.text.empty()) text += "\\n\\n";
      text += part.text.bytes;
      details = details || needs_details(part);
    });
    write_text_member(writer_, "reasoning_content", {text});
    if (!details) return;
    writer_.key("reasoning_details").begin_array();
    std::uint64_t index = 0;
    each<ReasoningPart>([&](const ReasoningPart& part) {
      write_reasoning_detail(writer_, part, index++, DetailText::kWritten);
    });
    writer_.end_array();
  }

  void write_calls() {
    bool any = false;
    each<ToolCallPart>([&](const ToolCallPart& call) {
      if (!any) writer_.key("tool_calls").begin_array();
      any = true;
      write_call(call);
    });
    if (any) writer_.end_array();
  }

  void write_call(const ToolCallPart& call) {
    const std::string_view type = call.custom ? "custom" : "function";
    writer_.begin_object().member("id", call.id).member("type", type).key(type).begin_object();
    writer_.member("name", call.name).key(call.custom ? "input" : "arguments");
    if (!call.arguments_raw.empty()) {
      writer_.string(call.arguments_raw);
    } else if (call.arguments.empty() && !call.custom) {
      writer_.string("{}");
    } else {
      writer_.string(call.arguments);
    }
    writer_.end_object();
    if (!call.signature.empty()) {
      writer_.key("extra_content");
      write_google_signature(writer_, call.signature);
    }
    writer_.end_object();
  }

  void write_annotations() {
    writer_.key("annotations").begin_array();
    each<TextPart>([&](const TextPart& part) {
      json::ArrayCursor citations(part.citations);
      while (const auto citation = citations.next()) write_chat_annotation(writer_, *citation);
    });
    writer_.end_array();
  }

  json::Writer& writer_;
  const std::vector<Part>& parts_;
};

}  // namespace

void write_chat_reply(const Reply& reply, const Caller& caller, std::string& out) {
  json::Writer writer(out);
  writer.begin_object().member("id", chat_id(reply.id, caller));
  writer.member("object", "chat.completion");
  writer.member("created", reply.created == 0 ? caller.now : reply.created);
  writer.member("model", caller.model).key("choices").begin_array().begin_object();
  writer.key("index").number(std::uint64_t{0}).key("message");
  const auto refusal = MessageWriter(writer, reply.parts).write();
  writer.key("logprobs");
  writer.raw(reply.logprobs.empty() ? std::string_view("null") : reply.logprobs);
  writer.member("finish_reason", chat_finish_word(reply.finish, refusal));
  writer.end_object().end_array();
  if (reply.usage) {
    writer.key("usage");
    write_chat_usage(writer, *reply.usage);
  }
  if (!reply.service_tier.empty()) writer.member("service_tier", reply.service_tier);
  writer.end_object();
}

std::string_view chat_finish_word(FinishReason reason, Refusal refusal) {
  switch (reason) {
    case FinishReason::kStop:
    case FinishReason::kStopSequence:
    case FinishReason::kPause:
    case FinishReason::kMalformedCall:
      return "stop";
    case FinishReason::kLength:
    case FinishReason::kContextWindow:
      return "length";
    case FinishReason::kToolCalls:
      return "tool_calls";
    case FinishReason::kContentFilter:
      return "content_filter";
    case FinishReason::kRefusal:
      return refusal == Refusal::kSaid ? "stop" : "content_filter";
  }
  return "stop";
}

std::string chat_id(std::string_view reply_id, const Caller& caller) {
  if (!reply_id.empty()) return std::string(reply_id);
  return std::string("chatcmpl-").append(caller.fallback_id);
}

}  // namespace tidegate::llm::openai
