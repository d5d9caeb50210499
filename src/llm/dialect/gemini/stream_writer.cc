#include "llm/dialect/gemini/stream_writer.h"

#include <variant>

#include "llm/call.h"
#include "llm/conversation/logprobs.h"
#include "llm/dialect/gemini/finish.h"
#include "llm/dialect/gemini/grounding.h"
#include "llm/dialect/gemini/logprobs.h"
#include "llm/dialect/gemini/usage.h"
#include "llm/dialect/gemini/write_parts.h"
#include "llm/error_body.h"

namespace tidegate::llm::gemini {

using json::Writer;

void GenerateContentStreamWriter::write(const ReplyStep& step, std::string& out) {
  std::visit([&](const auto& value) { take(value, out); }, step);
}

// Opens the event up to and with the array of parts.
void GenerateContentStreamWriter::begin_chunk(Writer& writer) const {
  writer.begin_object().key("candidates").begin_array().begin_object();
  writer.key("content").begin_object().key("parts").begin_array();
}

// Closes it behind the candidate's members.
void GenerateContentStreamWriter::end_chunk(Writer& writer, std::string& out) const {
  writer.member("modelVersion", model_).member("responseId", id_).end_object();
  out += "\n\n";
}

void GenerateContentStreamWriter::take(const ReplyStart& step, std::string&) {
  if (!step.id.empty()) id_ = step.id;
}

void GenerateContentStreamWriter::take(const BlockStart& step, std::string&) {
  block_ = {.kind = step.kind,
            .custom = step.custom,
            .id = std::string(step.id.bytes),
            .name = std::string(step.name.bytes),
            .arguments = {},
            .signature = {},
            .encrypted = {},
            .redacted = std::string(step.data.bytes)};
}

void GenerateContentStreamWriter::take(const BlockDelta& step, std::string& out) {
  switch (step.kind) {
    case BlockDelta::Kind::kText: {
      if (step.text.empty()) return;
      out += "data: ";
      Writer writer(out);
      begin_chunk(writer);
      if (block_.kind == BlockStart::Kind::kReasoning) {
        write_thought(writer, step.text, {});
      } else {
        write_text(writer, step.text);
      }
      writer.end_array().member("role", "model").end_object();
      writer.key("index").number(0).end_object().end_array();
      end_chunk(writer, out);
      return;
    }
    case BlockDelta::Kind::kArguments:
      block_.arguments += step.text.bytes;
      return;
    case BlockDelta::Kind::kSignature:
      block_.signature += step.text.bytes;
      return;
    case BlockDelta::Kind::kEncrypted:
      block_.encrypted += step.text.bytes;
      return;
    case BlockDelta::Kind::kCitation:
      citations_.emplace_back(step.text.bytes);
      return;
    case BlockDelta::Kind::kLogprobs:
      append_tokens(logprobs_, step.text.bytes);
      return;
  }
}

void GenerateContentStreamWriter::take(const BlockStop&, std::string& out) {
  const bool call = block_.kind == BlockStart::Kind::kToolCall;
  if (!call && block_.signature.empty() && block_.encrypted.empty() && block_.redacted.empty()) {
    return;
  }
  Arena arena;
  out += "data: ";
  Writer writer(out);
  begin_chunk(writer);
  if (call) {
    const auto arguments = arguments_object({block_.arguments}, block_.custom, arena);
    write_call(writer, {block_.id}, {block_.name}, arguments, {block_.signature}, arena);
  } else {
    ReasoningPart thought;
    thought.signature = {block_.signature};
    thought.redacted = {block_.redacted};
    thought.encrypted = {block_.encrypted};
    thought.id = {block_.id};
    write_foreign_thought(writer, thought, arena);
  }
  writer.end_array().member("role", "model").end_object();
  writer.key("index").number(0).end_object().end_array();
  end_chunk(writer, out);
  block_ = {};
}

void GenerateContentStreamWriter::take(const ReplyUsage& step, std::string&) {
  usage_ = step.usage;
}

void GenerateContentStreamWriter::take(const ReplyFinish& step, std::string&) {
  finish_ = step.reason;
}

void GenerateContentStreamWriter::take(const ReplyEnd&, std::string& out) {
  out += "data: ";
  Writer writer(out);
  begin_chunk(writer);
  write_text(writer, {});
  writer.end_array().member("role", "model").end_object();
  writer.member("finishReason", write_finish(finish_.value_or(FinishReason::kStop)));
  writer.key("index").number(0);
  if (!logprobs_.empty()) {
    writer.key("logprobsResult");
    write_logprobs(writer, "{\"content\":" + logprobs_ + "}");
  }
  const std::vector<std::string_view> citations(citations_.begin(), citations_.end());
  write_grounding(writer, "groundingMetadata", citations);
  writer.end_object().end_array();
  if (usage_) {
    writer.key("usageMetadata");
    write_usage(writer, *usage_);
  }
  end_chunk(writer, out);
}

void GenerateContentStreamWriter::take(const Ping&, std::string&) {}

void GenerateContentStreamWriter::take(const ReplyError& step, std::string& out) {
  // The status says it; a type of another provider's is none of Google's words.
  const ErrorBody error{
      .status = step.status, .message = step.message, .type = {}, .code = {}, .param = {}};
  out += "data: " + format_error(Dialect::kGemini, error) + "\n\n";
}

}  // namespace tidegate::llm::gemini
