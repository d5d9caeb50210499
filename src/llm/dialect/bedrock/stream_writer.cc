#include "llm/dialect/bedrock/stream_writer.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "llm/conversation/custom_input.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/bedrock/citations.h"
#include "llm/dialect/bedrock/reply.h"
#include "llm/dialect/bedrock/usage.h"
#include "llm/dialect/bedrock/write_block.h"
#include "llm/dialect/bedrock/write_frame.h"
#include "llm/error_body.h"

namespace tidegate::llm::bedrock {
namespace {

// The exception that stands for an error of any provider.
std::string exception_frame(const ReplyError& error) {
  ErrorBody body;
  body.status = error.status;
  body.message = error.message;
  return format_stream_error({Dialect::kBedrock, Operation::kConverse}, body, {});
}

class ChunkSink final : public anthropic::EventSink {
 public:
  explicit ChunkSink(std::string& out) : out_(out) {}
  void event(std::string_view, std::string_view json) override {
    std::string payload = R"({"bytes":")";
    append_base64(payload, json);
    append_event(out_, "chunk", payload + "\"}");
  }

 private:
  std::string& out_;
};

}  // namespace

void ConverseStreamWriter::write(const ReplyStep& step, std::string& out) {
  if (done_) return;
  std::visit([&](const auto& value) { take(value, out); }, step);
}

void ConverseStreamWriter::begin(std::string& out) {
  if (!begun_) append_event(out, "messageStart", R"({"role":"assistant"})");
  begun_ = true;
}

void ConverseStreamWriter::take(const ReplyStart&, std::string& out) { begin(out); }
void ConverseStreamWriter::take(const ReplyUsage& step, std::string&) { usage_ = step.usage; }
void ConverseStreamWriter::take(const Ping&, std::string&) {}

void ConverseStreamWriter::take(const BlockStart& step, std::string& out) {
  begin(out);
  kind_ = step.kind;
  open_ = arguments_ = false;
  custom_ = step.custom;
  encrypted_.clear();
  thought_id_ = step.id.bytes;
  if (step.kind == BlockStart::Kind::kRedacted) {
    Arena arena;
    delta("reasoningContent", "redactedContent", as_base64(step.data, arena), out);
  }
  if (step.kind != BlockStart::Kind::kToolCall) return;
  open_ = true;
  json_.clear();
  json::Writer writer(json_);
  writer.begin_object().key("start").begin_object().key("toolUse").begin_object();
  writer.key("toolUseId");
  if (step.id.empty()) {
    writer.string(fmt::format("tooluse_{}_{}", id_, index_));
  } else {
    writer.string(step.id);
  }
  writer.member("name", step.name).end_object().end_object();
  writer.member("contentBlockIndex", index_).end_object();
  append_event(out, "contentBlockStart", json_);
}

void ConverseStreamWriter::delta(std::string_view outer, std::string_view name, EscapedText text,
                                 std::string& out) {
  open_ = true;
  json_.clear();
  json::Writer writer(json_);
  writer.begin_object().key("delta").begin_object();
  if (!outer.empty()) writer.key(outer).begin_object();
  if (name == "citation") {
    writer.key(name).raw(text.bytes);
  } else {
    writer.member(name, text);
  }
  if (!outer.empty()) writer.end_object();
  writer.end_object().member("contentBlockIndex", index_).end_object();
  append_event(out, "contentBlockDelta", json_);
}

void ConverseStreamWriter::write_custom(EscapedText piece, std::string& out) {
  if (!arguments_) delta("toolUse", "input", kCustomInputBegin, out);
  arguments_ = true;
  if (!piece.empty()) delta("toolUse", "input", wrap_custom_input(piece, wrapped_), out);
}

void ConverseStreamWriter::take(const BlockDelta& step, std::string& out) {
  if (step.text.empty()) return;
  const bool thought = kind_ == BlockStart::Kind::kReasoning;
  const bool call = kind_ == BlockStart::Kind::kToolCall;
  switch (step.kind) {
    case BlockDelta::Kind::kText:
      if (call || kind_ == BlockStart::Kind::kRedacted) return;
      return delta(thought ? "reasoningContent" : "", "text", step.text, out);
    case BlockDelta::Kind::kArguments:
      if (!call) return;
      if (custom_) return write_custom(step.text, out);
      arguments_ = true;
      return delta("toolUse", "input", step.text, out);
    case BlockDelta::Kind::kSignature:
      if (thought) delta("reasoningContent", "signature", step.text, out);
      return;
    case BlockDelta::Kind::kEncrypted:
      if (thought) encrypted_ += step.text.bytes;
      return;
    case BlockDelta::Kind::kCitation:
      if (kind_ == BlockStart::Kind::kText) take_citation(step.text.bytes, out);
      return;
    case BlockDelta::Kind::kLogprobs:
      return;  // no caller of this dialect can ask for them
  }
}

void ConverseStreamWriter::take_citation(std::string_view citation, std::string& out) {
  std::string own;
  json::Writer writer(own);
  if (write_citation(writer, citation)) delta("", "citation", {own}, out);
}

void ConverseStreamWriter::close(std::string& out) {
  if (!open_) return;
  append_event(out, "contentBlockStop", fmt::format(R"({{"contentBlockIndex":{}}})", index_));
  open_ = false;
  ++index_;
}

void ConverseStreamWriter::take(const BlockStop&, std::string& out) {
  if (open_ && custom_) {
    write_custom({}, out);
    delta("toolUse", "input", kCustomInputEnd, out);
  }
  // Clients take the pieces together as JSON: none at all would be no JSON.
  if (kind_ == BlockStart::Kind::kToolCall && open_ && !arguments_) {
    delta("toolUse", "input", {"{}"}, out);
  }
  close(out);
  if (encrypted_.empty()) return;
  // Another provider's, for the caller to give back.
  Arena arena;
  const auto data =
      wrap_thought({ForeignThought::Kind::kEncrypted, {thought_id_}, {encrypted_}}, arena);
  delta("reasoningContent", "redactedContent", data, out);
  close(out);
}

void ConverseStreamWriter::take(const ReplyFinish& step, std::string&) {
  finish_ = step.reason;
  stop_sequence_ = step.stop_sequence.bytes;
}

void ConverseStreamWriter::take(const ReplyEnd&, std::string& out) {
  begin(out);
  close(out);
  json_.clear();
  json::Writer stop(json_);
  stop.begin_object().member("stopReason", write_stop_reason(finish_));
  if (finish_ == FinishReason::kStopSequence && !stop_sequence_.empty()) {
    stop.key("additionalModelResponseFields").begin_object();
    stop.member("stop_sequence", EscapedText{stop_sequence_}).end_object();
  }
  stop.end_object();
  append_event(out, "messageStop", json_);
  json_.clear();
  json::Writer metadata(json_);
  metadata.begin_object().key("usage");
  write_usage(metadata, usage_);
  // The SDKs demand the member; how long the provider took is not known here.
  metadata.key("metrics").raw(R"({"latencyMs":0})");
  write_service_tier(metadata, tier_);
  metadata.end_object();
  append_event(out, "metadata", json_);
  done_ = true;
}

void ConverseStreamWriter::take(const ReplyError& step, std::string& out) {
  out += exception_frame(step);
  done_ = true;
}

void InvokeStreamWriter::write(const ReplyStep& step, std::string& out) {
  if (const auto* error = std::get_if<ReplyError>(&step)) {
    if (!events_.done()) out += exception_frame(*error);
    events_.stop();
    return;
  }
  ChunkSink sink(out);
  events_.write(step, sink);
}

}  // namespace tidegate::llm::bedrock
