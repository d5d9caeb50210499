#include "llm/dialect/openai/responses/stream_writer.h"

#include "llm/conversation/logprobs.h"
#include "llm/dialect/openai/citations.h"
#include "llm/dialect/openai/reasoning.h"
#include "llm/error_body.h"

namespace tidegate::llm::openai {
namespace {

using Block = BlockStart::Kind;
using Kind = OutputItem::Kind;
using What = BlockDelta::Kind;

bool is_text(Block kind) { return kind == Block::kText || kind == Block::kRefusal; }

}  // namespace

// event: <type>
// data: {"type":"<type>","sequence_number":n, and what the members below add}
class ResponsesStreamWriter::Event {
 public:
  Event(ResponsesStreamWriter& stream, std::string_view type, std::string& out)
      : out_(out), writer_(out) {
    out.append("event: ").append(type).append("\ndata: ");
    writer_.begin_object().member("type", type);
    writer_.member("sequence_number", stream.sequence_++);
  }
  ~Event() {
    writer_.end_object();
    out_ += "\n\n";
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Where in the output the event is.
  Event& at_item(const Response& response) {
    writer_.member("item_id", EscapedText{response.output.back().id});
    return at_index(response);
  }
  Event& at_index(const Response& response) {
    writer_.member("output_index", std::uint64_t{response.output.size() - 1});
    return *this;
  }
  Event& at_content(const Response& response) {
    at_item(response);
    writer_.member("content_index", std::uint64_t{response.output.back().content.size() - 1});
    return *this;
  }
  Event& at_summary(const Response& response) {
    at_item(response);
    writer_.member("summary_index", std::uint64_t{0});
    return *this;
  }
  json::Writer& members() { return writer_; }

 private:
  std::string& out_;
  json::Writer writer_;
};

ResponsesStreamWriter::ResponsesStreamWriter(const Caller& caller)
    : model_(caller.model), fallback_id_(caller.fallback_id), now_(caller.now) {}

void ResponsesStreamWriter::write(const ReplyStep& step, std::string& out) {
  std::visit([&](const auto& value) { take(value, out); }, step);
}

void ResponsesStreamWriter::write_whole(std::string_view type, std::string& out) {
  Event event(*this, type, out);
  event.members().key("response");
  write_response(event.members(), response_);
}

void ResponsesStreamWriter::take(const ReplyStart& step, std::string& out) {
  Caller caller;
  caller.model = model_;
  caller.fallback_id = fallback_id_;
  caller.now = now_;
  response_ = make_response(step.id, step.created, caller);
  started_ = true;
  write_whole("response.created", out);
  write_whole("response.in_progress", out);
}

void ResponsesStreamWriter::take(const BlockStart& step, std::string& out) {
  const bool goes_on = item_open_ && is_text(step.kind) && item().kind == Kind::kMessage;
  if (!goes_on) {
    end_item(out);
    Kind kind = Kind::kMessage;
    if (step.kind == Block::kToolCall) kind = step.custom ? Kind::kCustomCall : Kind::kFunctionCall;
    if (step.kind == Block::kReasoning || step.kind == Block::kRedacted) kind = Kind::kReasoning;
    begin_item(kind, step, out);
  }
  if (is_text(step.kind)) begin_content(step.kind == Block::kRefusal, out);
}

void ResponsesStreamWriter::begin_item(Kind kind, const BlockStart& step, std::string& out) {
  OutputItem begun;
  begun.kind = kind;
  begun.id = item_id(response_, kind, response_.output.size());
  if (kind == Kind::kReasoning) {
    if (!step.id.empty()) begun.id = step.id.bytes;
    signature_.clear();
    redacted_ = step.data.bytes;
  } else if (kind != Kind::kMessage) {
    begun.call_id = step.id.bytes;
    begun.name = step.name.bytes;
  }
  response_.output.push_back(std::move(begun));
  item_open_ = true;
  Event event(*this, "response.output_item.added", out);
  event.at_index(response_).members().key("item");
  write_item(event.members(), item(), ItemState::kBegun);
}

void ResponsesStreamWriter::begin_content(bool refusal, std::string& out) {
  item().content.emplace_back().refusal = refusal;
  content_open_ = true;
  Event event(*this, "response.content_part.added", out);
  event.at_content(response_).members().key("part");
  write_content(event.members(), item().content.back());
}

void ResponsesStreamWriter::take(const BlockDelta& step, std::string& out) {
  if (!item_open_) return;
  switch (step.kind) {
    case What::kText:
    case What::kArguments:
      add_text(step.text, out);
      break;
    case What::kSignature:
      signature_ += step.text.bytes;
      break;
    case What::kEncrypted:
      item().encrypted += step.text.bytes;
      break;
    case What::kLogprobs:
      append_tokens(logprobs_, step.text.bytes);
      break;
    case What::kCitation:
      if (content_open_) add_citation(step.text.bytes, out);
      break;
  }
}

void ResponsesStreamWriter::add_text(EscapedText text, std::string& out) {
  if (text.empty()) return;
  if (item().kind == Kind::kMessage) {
    if (!content_open_) return;
    auto& content = item().content.back();
    content.text += text.bytes;
    Event event(*this, content.refusal ? "response.refusal.delta" : "response.output_text.delta",
                out);
    event.at_content(response_).members().member("delta", text);
    if (content.refusal) return;
    event.members().key("logprobs").raw(logprobs_.empty() ? "[]" : std::string_view(logprobs_));
    append_tokens(content.logprobs, logprobs_);
    logprobs_.clear();
    return;
  }
  const bool first = item().text.empty();
  if (item().kind != Kind::kReasoning) {
    item().text += text.bytes;
    const bool custom = item().kind == Kind::kCustomCall;
    Event event(
        *this,
        custom ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta",
        out);
    event.at_item(response_).members().member("delta", text);
    return;
  }
  if (first) {
    Event event(*this, "response.reasoning_summary_part.added", out);
    event.at_summary(response_).members().key("part").raw(R"({"type":"summary_text","text":""})");
  }
  item().text += text.bytes;
  Event event(*this, "response.reasoning_summary_text.delta", out);
  event.at_summary(response_).members().member("delta", text);
}

void ResponsesStreamWriter::add_citation(std::string_view citation, std::string& out) {
  Arena arena;
  const auto annotation = responses_annotation(citation, arena);
  if (annotation.empty()) return;
  auto& annotations = item().content.back().annotations;
  Event event(*this, "response.output_text.annotation.added", out);
  event.at_content(response_).members().member("annotation_index",
                                               std::uint64_t{annotations.size()});
  event.members().key("annotation").raw(annotation);
  annotations.emplace_back(annotation);
}

void ResponsesStreamWriter::end_content(std::string& out) {
  if (!content_open_) return;
  content_open_ = false;
  const auto& content = item().content.back();
  {
    Event event(*this, content.refusal ? "response.refusal.done" : "response.output_text.done",
                out);
    event.at_content(response_).members().member(content.refusal ? "refusal" : "text",
                                                 EscapedText{content.text});
    const std::string_view tokens = content.logprobs;
    if (!content.refusal) event.members().key("logprobs").raw(tokens.empty() ? "[]" : tokens);
  }
  Event event(*this, "response.content_part.done", out);
  event.at_content(response_).members().key("part");
  write_content(event.members(), content);
}

// A message stays open: the next text is its next part.
void ResponsesStreamWriter::take(const BlockStop&, std::string& out) {
  if (!item_open_) return;
  if (item().kind == Kind::kMessage) {
    end_content(out);
  } else {
    end_item(out);
  }
}

void ResponsesStreamWriter::end_item(std::string& out) {
  if (!item_open_) return;
  end_content(out);
  if (item().kind == Kind::kReasoning) end_reasoning(out);
  if (item().kind == Kind::kFunctionCall || item().kind == Kind::kCustomCall) end_call(out);
  item_open_ = false;
  Event event(*this, "response.output_item.done", out);
  event.at_index(response_).members().key("item");
  write_item(event.members(), item(), ItemState::kDone);
}

void ResponsesStreamWriter::end_call(std::string& out) {
  const bool custom = item().kind == Kind::kCustomCall;
  // Clients parse the text: a call without arguments has an empty object of them.
  if (item().text.empty() && !custom) add_text({"{}"}, out);
  Event event(
      *this,
      custom ? "response.custom_tool_call_input.done" : "response.function_call_arguments.done",
      out);
  event.at_item(response_).members().member(custom ? "input" : "arguments",
                                            EscapedText{item().text});
  if (!custom) event.members().member("name", EscapedText{item().name});
}

void ResponsesStreamWriter::end_reasoning(std::string& out) {
  Arena arena;
  ReasoningPart part;
  part.signature = {signature_};
  part.redacted = {redacted_};
  part.encrypted = {item().encrypted};
  item().encrypted = std::string(encrypted_content(part, arena).bytes);
  if (item().text.empty()) return;
  {
    Event event(*this, "response.reasoning_summary_text.done", out);
    event.at_summary(response_).members().member("text", EscapedText{item().text});
  }
  Event event(*this, "response.reasoning_summary_part.done", out);
  event.at_summary(response_).members().key("part").begin_object();
  event.members().member("type", "summary_text").member("text", EscapedText{item().text});
  event.members().end_object();
}

void ResponsesStreamWriter::take(const ReplyUsage& step, std::string&) {
  response_.usage = step.usage;
}

void ResponsesStreamWriter::take(const ReplyTier& step, std::string&) {
  response_.service_tier = step.service_tier;
}

void ResponsesStreamWriter::take(const ReplyFinish& step, std::string& out) {
  finish_ = step.reason;
  end_item(out);
}

void ResponsesStreamWriter::take(const ReplyEnd&, std::string& out) {
  end_item(out);
  set_finish(response_, finish_);
  const bool complete = response_.status == Response::Status::kCompleted;
  write_whole(complete ? "response.completed" : "response.incomplete", out);
}

void ResponsesStreamWriter::take(const Ping&, std::string& out) { out += ": ping\n\n"; }

void ResponsesStreamWriter::take(const ReplyError& step, std::string& out) {
  ErrorBody error;
  error.status = step.status;
  error.message = step.message;
  error.type = step.type;
  error.code = step.code;
  StreamPosition position;
  if (started_) position.response_id = response_.id;
  position.next_sequence_number = sequence_;
  out += format_stream_error({Dialect::kOpenAi, Operation::kResponses}, error, position);
}

}  // namespace tidegate::llm::openai
