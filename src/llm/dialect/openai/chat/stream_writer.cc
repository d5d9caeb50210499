#include "llm/dialect/openai/chat/stream_writer.h"

#include <array>

#include "llm/conversation/logprobs.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/openai/citations.h"
#include "llm/dialect/openai/reasoning.h"
#include "llm/dialect/openai/usage.h"
#include "llm/error_body.h"

namespace tidegate::llm::openai {
namespace {

using Kind = BlockStart::Kind;
using What = BlockDelta::Kind;

}  // namespace

ChatStreamWriter::ChatStreamWriter(const Caller& caller)
    : model_(caller.model),
      fallback_id_(caller.fallback_id),
      now_(caller.now),
      include_usage_(caller.include_usage) {}

void ChatStreamWriter::write(const ReplyStep& step, std::string& out) {
  std::visit([&](const auto& value) { take(value, out); }, step);
}

void ChatStreamWriter::take(const ReplyStart& step, std::string& out) {
  Caller caller;
  caller.fallback_id = fallback_id_;
  start_ = "data: ";
  json::Writer writer(start_);
  writer.begin_object().member("id", chat_id(step.id, caller));
  writer.member("object", "chat.completion.chunk");
  writer.member("created", step.created == 0 ? now_ : step.created).member("model", model_);
  writer.key("choices").begin_array();
  head_ = start_ + R"({"index":0,"delta":)";
  begin_chunk(out);
  out += R"({"role":"assistant","content":"","refusal":null})";
  end_chunk(out);
}

void ChatStreamWriter::end_chunk(std::string& out, std::string_view finish_reason) {
  if (logprobs_.empty()) {
    out += R"(,"logprobs":null)";
  } else {
    out.append(R"(,"logprobs":{"content":)").append(logprobs_).append(R"(,"refusal":null})");
    logprobs_.clear();
  }
  out.append(R"(,"finish_reason":)").append(finish_reason).append("}]").append(tier_);
  // OpenAI tells who asked for usage in each chunk that there is none yet.
  out += include_usage_ ? std::string_view(",\"usage\":null}\n\n") : std::string_view("}\n\n");
}

void ChatStreamWriter::write_text(std::string_view member, EscapedText text, std::string& out) {
  begin_chunk(out);
  out.append("{\"").append(member).append("\":\"").append(text.bytes).append("\"}");
  end_chunk(out);
}

void ChatStreamWriter::take(const BlockStart& step, std::string& out) {
  block_ = Block{};
  block_.kind = step.kind;
  block_.custom = step.custom;
  block_.id = step.id.bytes;
  if (step.kind == Kind::kRefusal) refusal_ = Refusal::kSaid;
  if (step.kind == Kind::kRedacted) {
    ReasoningPart part;
    part.redacted = step.data;
    write_detail(part, out);
  }
  if (step.kind != Kind::kToolCall) return;
  begin_chunk(out);
  json::Writer writer(out);
  writer.begin_object().key("tool_calls").begin_array().begin_object();
  const std::string_view type = step.custom ? "custom" : "function";
  writer.key("index").number(calls_++);
  writer.member("id", step.id).member("type", type).key(type).begin_object();
  writer.member("name", step.name).member(step.custom ? "input" : "arguments", "");
  writer.end_object().end_object().end_array().end_object();
  end_chunk(out);
}

void ChatStreamWriter::take(const BlockDelta& step, std::string& out) {
  switch (step.kind) {
    case What::kText:
      if (step.text.empty()) return;
      write_text(block_.kind == Kind::kReasoning ? "reasoning_content"
                 : block_.kind == Kind::kRefusal ? "refusal"
                                                 : "content",
                 step.text, out);
      break;
    case What::kArguments:
      if (!step.text.empty()) write_arguments(step.text, out);
      break;
    case What::kSignature:
      block_.signature += step.text.bytes;
      break;
    case What::kEncrypted:
      block_.encrypted += step.text.bytes;
      break;
    case What::kLogprobs:
      append_tokens(logprobs_, step.text.bytes);
      break;
    case What::kCitation: {
      std::string annotations;
      json::Writer writer(annotations);
      writer.begin_object().key("annotations").begin_array();
      if (!write_chat_annotation(writer, step.text.bytes)) return;
      writer.end_array().end_object();
      begin_chunk(out);
      out += annotations;
      end_chunk(out);
      break;
    }
  }
}

void ChatStreamWriter::write_arguments(EscapedText text, std::string& out) {
  block_.has_arguments = true;
  begin_chunk(out);
  json::Writer writer(out);
  writer.begin_object().key("tool_calls").begin_array().begin_object();
  writer.key("index").number(calls_ - 1);
  writer.key(block_.custom ? "custom" : "function").begin_object();
  writer.member(block_.custom ? "input" : "arguments", text);
  writer.end_object().end_object().end_array().end_object();
  end_chunk(out);
}

void ChatStreamWriter::take(const BlockStop&, std::string& out) {
  if (block_.kind == Kind::kToolCall) {
    // Clients parse the text: a call without arguments has an empty object of them.
    if (!block_.has_arguments && !block_.custom) write_arguments({"{}"}, out);
    if (!block_.signature.empty()) write_signature(out);
    return;
  }
  if (block_.kind != Kind::kReasoning) return;
  ReasoningPart part;
  part.id = {block_.id};
  part.signature = {block_.signature};
  part.encrypted = {block_.encrypted};
  if (needs_details(part)) write_detail(part, out);
}

void ChatStreamWriter::write_signature(std::string& out) {
  begin_chunk(out);
  json::Writer writer(out);
  writer.begin_object().key("tool_calls").begin_array().begin_object();
  writer.key("index").number(calls_ - 1).key("extra_content");
  write_google_signature(writer, {block_.signature});
  writer.end_object().end_array().end_object();
  end_chunk(out);
}

void ChatStreamWriter::write_detail(const ReasoningPart& part, std::string& out) {
  begin_chunk(out);
  json::Writer writer(out);
  writer.begin_object().key("reasoning_details").begin_array();
  write_reasoning_detail(writer, part, details_++, DetailText::kLeftOut);
  writer.end_array().end_object();
  end_chunk(out);
}

void ChatStreamWriter::take(const ReplyUsage& step, std::string&) { usage_ = step.usage; }

void ChatStreamWriter::take(const ReplyTier& step, std::string&) {
  tier_ = R"(,"service_tier":)";
  json::Writer(tier_).string(step.service_tier);
}

void ChatStreamWriter::write_finish(FinishReason reason, std::string& out) {
  if (finished_) return;
  finished_ = true;
  begin_chunk(out);
  out += "{}";
  end_chunk(out, std::string("\"").append(chat_finish_word(reason, refusal_)).append("\""));
}

void ChatStreamWriter::take(const ReplyFinish& step, std::string& out) {
  write_finish(step.reason, out);
}

void ChatStreamWriter::take(const ReplyEnd&, std::string& out) {
  write_finish(calls_ > 0 ? FinishReason::kToolCalls : FinishReason::kStop, out);
  if (include_usage_ && usage_) {
    out += start_;
    out.append("]").append(tier_).append(R"(,"usage":)");
    json::Writer writer(out);
    write_chat_usage(writer, *usage_);
    out += "}\n\n";
  }
  out += "data: [DONE]\n\n";
}

void ChatStreamWriter::take(const Ping&, std::string& out) { out += ": ping\n\n"; }

void ChatStreamWriter::take(const ReplyError& step, std::string& out) {
  ErrorBody error;
  error.status = step.status;
  error.message = step.message;
  error.type = step.type;
  error.code = step.code;
  out += format_stream_error({Dialect::kOpenAi, Operation::kChatCompletions}, error, {});
}

}  // namespace tidegate::llm::openai
