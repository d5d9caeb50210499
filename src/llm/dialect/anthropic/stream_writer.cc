#include "llm/dialect/anthropic/stream_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/writer.h"
#include "llm/conversation/custom_input.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/anthropic/reply.h"
#include "llm/dialect/anthropic/usage.h"
#include "llm/dialect/anthropic/write_block.h"
#include "llm/error_body.h"

namespace tidegate::llm::anthropic {
namespace {

class SseSink final : public EventSink {
 public:
  explicit SseSink(std::string& out) : out_(out) {}
  void event(std::string_view type, std::string_view json) override {
    out_.append("event: ").append(type).append("\ndata: ");
    const auto begin = out_.size();
    out_.append(json).append("\n\n");
    // Raw values may have come with line ends between their tokens, which would end the data.
    std::replace_if(
        out_.begin() + static_cast<std::ptrdiff_t>(begin), out_.end() - 2,
        [](char c) { return c == '\n' || c == '\r'; }, ' ');
  }

 private:
  std::string& out_;
};

}  // namespace

void EventWriter::write(const ReplyStep& step, EventSink& sink) {
  if (done_) return;
  std::visit([&](const auto& value) { take(value, sink); }, step);
}

void EventWriter::take(const ReplyStart& step, EventSink&) {
  if (!step.id.empty()) id_ = step.id;
}

void EventWriter::take(const ReplyUsage& step, EventSink&) { usage_ = step.usage; }

void EventWriter::begin(EventSink& sink) {
  if (begun_) return;
  begun_ = true;
  json_.clear();
  json::Writer writer(json_);
  writer.begin_object().member("type", "message_start").key("message").begin_object();
  writer.member("id", id_).member("type", "message").member("role", "assistant");
  writer.member("model", model_).key("content").begin_array().end_array();
  writer.key("stop_reason").null().key("stop_sequence").null().key("usage");
  write_usage(writer, usage_, tier_);
  writer.end_object().end_object();
  sink.event("message_start", json_);
}

// `block`: raw content_block.
void EventWriter::open(const std::string& block, EventSink& sink) {
  begin(sink);
  json_.clear();
  json::Writer writer(json_);
  writer.begin_object().member("type", "content_block_start").member("index", index_);
  writer.key("content_block").raw(block).end_object();
  sink.event("content_block_start", json_);
  open_ = true;
}

void EventWriter::close(EventSink& sink) {
  if (!open_) return;
  json_ = fmt::format(R"({{"type":"content_block_stop","index":{}}})", index_);
  sink.event("content_block_stop", json_);
  open_ = false;
  ++index_;
}

void EventWriter::delta(std::string_view type, std::string_view name, EscapedText text,
                        EventSink& sink) {
  json_.clear();
  json::Writer writer(json_);
  writer.begin_object().member("type", "content_block_delta").member("index", index_);
  writer.key("delta").begin_object().member("type", type);
  if (name == "citation") {
    writer.key(name).raw(text.bytes);
  } else {
    writer.member(name, text);
  }
  writer.end_object().end_object();
  sink.event("content_block_delta", json_);
}

void EventWriter::take(const BlockStart& step, EventSink& sink) {
  kind_ = step.kind;
  arguments_ = false;
  custom_ = step.custom;
  encrypted_.clear();
  thought_id_ = step.id.bytes;
  json_.clear();
  json::Writer writer(json_);
  if (step.kind == BlockStart::Kind::kToolCall) {
    writer.begin_object().member("type", "tool_use").key("id");
    if (step.id.empty()) {
      writer.string(fmt::format("toolu_{}_{}", id_, index_));
    } else {
      writer.string(step.id);
    }
    writer.member("name", step.name).key("input").raw("{}").end_object();
    open(std::string(json_), sink);
  } else if (step.kind == BlockStart::Kind::kRedacted) {
    writer.begin_object().member("type", "redacted_thinking").member("data", step.data);
    writer.end_object();
    open(std::string(json_), sink);
  }
}

void EventWriter::open_thinking(EventSink& sink) {
  if (!open_) open(R"({"type":"thinking","thinking":"","signature":""})", sink);
}

void EventWriter::write_custom(EscapedText piece, EventSink& sink) {
  if (!arguments_) delta("input_json_delta", "partial_json", kCustomInputBegin, sink);
  arguments_ = true;
  if (!piece.empty())
    delta("input_json_delta", "partial_json", wrap_custom_input(piece, wrapped_), sink);
}

void EventWriter::take(const BlockDelta& step, EventSink& sink) {
  if (step.text.empty()) return;
  const bool thought = kind_ == BlockStart::Kind::kReasoning;
  const bool call = kind_ == BlockStart::Kind::kToolCall;
  switch (step.kind) {
    case BlockDelta::Kind::kText:
      if (call || kind_ == BlockStart::Kind::kRedacted) return;
      if (thought) {
        open_thinking(sink);
        return delta("thinking_delta", "thinking", step.text, sink);
      }
      if (!open_) open(R"({"type":"text","text":""})", sink);
      return delta("text_delta", "text", step.text, sink);
    case BlockDelta::Kind::kArguments:
      if (!call) return;
      if (custom_) return write_custom(step.text, sink);
      arguments_ = true;
      return delta("input_json_delta", "partial_json", step.text, sink);
    case BlockDelta::Kind::kSignature:
      // That of a call stands in its id (thought_signature.h).
      if (!thought) return;
      open_thinking(sink);
      return delta("signature_delta", "signature", step.text, sink);
    case BlockDelta::Kind::kEncrypted:
      if (thought) encrypted_ += step.text.bytes;
      return;
    case BlockDelta::Kind::kCitation:
      if (open_ && !thought && !call && is_own_citations(step.text.bytes)) {
        delta("citations_delta", "citation", step.text, sink);
      }
      return;
    case BlockDelta::Kind::kLogprobs:
      return;  // no caller of this dialect can ask for them
  }
}

void EventWriter::take(const BlockStop&, EventSink& sink) {
  // Clients take the pieces together as JSON: none at all would be no JSON.
  if (open_ && custom_) {
    write_custom({}, sink);
    delta("input_json_delta", "partial_json", kCustomInputEnd, sink);
  }
  if (open_ && kind_ == BlockStart::Kind::kToolCall && !arguments_) {
    delta("input_json_delta", "partial_json", {"{}"}, sink);
  }
  close(sink);
  if (encrypted_.empty()) return;
  // Another provider's, for the caller to give back.
  Arena arena;
  const auto data =
      wrap_thought({ForeignThought::Kind::kEncrypted, {thought_id_}, {encrypted_}}, arena);
  json_.clear();
  json::Writer(json_)
      .begin_object()
      .member("type", "redacted_thinking")
      .member("data", data)
      .end_object();
  open(std::string(json_), sink);
  close(sink);
}

void EventWriter::take(const ReplyFinish& step, EventSink&) {
  finish_ = step.reason;
  stop_sequence_ = step.stop_sequence.bytes;
}

void EventWriter::take(const ReplyEnd&, EventSink& sink) {
  begin(sink);
  close(sink);
  json_.clear();
  json::Writer writer(json_);
  writer.begin_object().member("type", "message_delta").key("delta").begin_object();
  writer.member("stop_reason", write_stop_reason(finish_)).key("stop_sequence");
  if (finish_ == FinishReason::kStopSequence && !stop_sequence_.empty()) {
    writer.string(EscapedText{stop_sequence_});
  } else {
    writer.null();
  }
  writer.end_object().key("usage");
  write_usage(writer, usage_, tier_);
  writer.end_object();
  sink.event("message_delta", json_);
  sink.event("message_stop", R"({"type":"message_stop"})");
  done_ = true;
}

void EventWriter::take(const Ping&, EventSink& sink) {
  begin(sink);
  sink.event("ping", R"({"type":"ping"})");
}

void EventWriter::take(const ReplyError& step, EventSink& sink) {
  ErrorBody error;
  error.status = step.status;
  error.message = step.message;
  sink.event("error", format_error(Dialect::kAnthropic, error));
  done_ = true;
}

void MessagesStreamWriter::write(const ReplyStep& step, std::string& out) {
  SseSink sink(out);
  events_.write(step, sink);
}

}  // namespace tidegate::llm::anthropic
