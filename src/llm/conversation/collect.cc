#include "llm/conversation/collect.h"

#include "llm/conversation/logprobs.h"

namespace tidegate::llm {

void ReplyCollector::take(const ReplyStep& step) {
  std::visit([this](const auto& one) { take_step(one); }, step);
}

void ReplyCollector::take_step(const ReplyStart& step) {
  reply_.id = arena_.copy(step.id);
  reply_.model = arena_.copy(step.model);
  reply_.created = step.created;
}

void ReplyCollector::take_step(const BlockStart& step) {
  block_ = step;
  block_.id = keep(step.id.bytes);
  block_.name = keep(step.name.bytes);
  block_.data = keep(step.data.bytes);
  text_.clear();
  signature_.clear();
  encrypted_.clear();
  citations_.clear();
}

void ReplyCollector::take_step(const BlockDelta& step) {
  switch (step.kind) {
    case BlockDelta::Kind::kText:
    case BlockDelta::Kind::kArguments:
      text_ += step.text.bytes;
      return;
    case BlockDelta::Kind::kSignature:
      signature_ += step.text.bytes;
      return;
    case BlockDelta::Kind::kEncrypted:
      encrypted_ += step.text.bytes;
      return;
    case BlockDelta::Kind::kCitation:
      citations_.emplace_back(step.text.bytes);
      return;
    case BlockDelta::Kind::kLogprobs:
      append_tokens(logprobs_, step.text.bytes);
      return;
  }
}

Part ReplyCollector::make_part() {
  const EscapedText text = keep(text_);
  const EscapedText signature = keep(signature_);
  switch (block_.kind) {
    case BlockStart::Kind::kText: {
      TextPart part{.text = text};
      std::string citations;
      for (const std::string& one : citations_) citations += (citations.empty() ? "[" : ",") + one;
      if (!citations.empty()) part.citations = arena_.copy(citations + "]");
      return part;
    }
    case BlockStart::Kind::kToolCall: {
      ToolCallPart part{.id = block_.id, .name = block_.name, .custom = block_.custom};
      part.arguments = text;
      if (text.empty() && !block_.custom) part.arguments_raw = "{}";
      part.signature = signature;
      return part;
    }
    case BlockStart::Kind::kReasoning:
      return ReasoningPart{
          .text = text, .signature = signature, .id = block_.id, .encrypted = keep(encrypted_)};
    case BlockStart::Kind::kRedacted:
      return ReasoningPart{.redacted = block_.data};
    case BlockStart::Kind::kRefusal:
      return RefusalPart{.text = text};
  }
  return TextPart{.text = text};
}

void ReplyCollector::take_step(const BlockStop&) { reply_.parts.push_back(make_part()); }

void ReplyCollector::take_step(const ReplyUsage& step) { reply_.usage = step.usage; }

void ReplyCollector::take_step(const ReplyTier& step) {
  reply_.service_tier = arena_.copy(step.service_tier);
}

void ReplyCollector::take_step(const ReplyLoss& step) { reply_.losses.add(step.path); }

void ReplyCollector::take_step(const ReplyFinish& step) {
  reply_.finish = step.reason;
  reply_.stop_sequence = keep(step.stop_sequence.bytes);
}

void ReplyCollector::take_step(const ReplyEnd&) { ended_ = true; }

void ReplyCollector::take_step(const ReplyError& step) {
  failed_ = true;
  failure_ = {.status = step.status,
              .type = arena_.copy(step.type),
              .code = arena_.copy(step.code),
              .message = arena_.copy(step.message)};
}

Result<Reply> ReplyCollector::finish() {
  if (failed_) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, std::string(failure_.message));
  }
  if (!ended_) {
    return fail(ErrorCode::kEndOfStream, Origin::kUpstream, "stream ended without its terminator");
  }
  if (!logprobs_.empty()) {
    reply_.logprobs = arena_.concat({R"({"content":)", logprobs_, R"(,"refusal":null})"});
  }
  return std::move(reply_);
}

}  // namespace tidegate::llm
