#include "llm/dialect/gemini/stream_reader.h"

#include "json/scan.h"
#include "llm/conversation/logprobs.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/gemini/call_ids.h"
#include "llm/dialect/gemini/fields.h"
#include "llm/dialect/gemini/finish.h"
#include "llm/dialect/gemini/grounding.h"
#include "llm/dialect/gemini/logprobs.h"
#include "llm/dialect/gemini/usage.h"

namespace tidegate::llm::gemini {
namespace {

using Kind = PartFields::Kind;
using BlockKind = BlockStart::Kind;

BlockDelta delta_of(std::uint32_t index, BlockDelta::Kind kind, EscapedText text) {
  return {.index = index, .kind = kind, .text = text};
}

}  // namespace

Result<void> GenerateContentStreamReader::feed(std::string_view piece, Steps& steps) {
  arena_.clear();
  scanner_.feed(piece);
  for (;;) {
    TIDEGATE_TRY(chunk, scanner_.next());
    if (chunk.empty()) return {};
    TIDEGATE_TRY_VOID(take_chunk(chunk, steps));
  }
}

Result<void> GenerateContentStreamReader::finish(Steps& steps) {
  arena_.clear();
  TIDEGATE_TRY(chunk, scanner_.finish());
  if (!chunk.empty()) {
    // A chunk that breaks off is the mark of a body that was cut, which is told by no end.
    if (!json::validate(chunk, Origin::kUpstream)) return {};
    TIDEGATE_TRY_VOID(take_chunk(chunk, steps));
  }
  if (failed_ || !started_ || (finish_reason_.empty() && !blocked_)) return {};
  close(steps);
  const auto reason =
      finish_reason_.empty()
          ? FinishReason::kContentFilter
          : read_finish(finish_reason_, calls_ > 0 ? HasCalls::kYes : HasCalls::kNo);
  steps.emplace_back(ReplyFinish{.reason = reason, .stop_sequence = {}});
  steps.emplace_back(ReplyEnd{});
  return {};
}

Result<void> GenerateContentStreamReader::take_chunk(std::string_view json, Steps& steps) {
  if (failed_) return {};
  // Servers that speak OpenAI's dialect too end their streams so.
  if (json == "[DONE]") return {};
  TIDEGATE_TRY(range, json::validate(json, Origin::kUpstream));
  const auto value = range.of(json);
  if (json::is_object(value)) {
    take_object(value, steps);
    return {};
  }
  json::ArrayCursor cursor(value);
  while (const auto object = cursor.next()) take_object(*object, steps);
  return {};
}

void GenerateContentStreamReader::take_object(std::string_view object, Steps& steps) {
  if (failed_) return;
  if (const auto error = find_field(object, "error"); !error.empty()) {
    take_error(error, steps);
    return;
  }
  if (!started_) {
    started_ = true;
    response_id_ = json::unescape({find_text(object, "responseId")}, arena_);
    const auto model = json::unescape({find_text(object, "modelVersion")}, arena_);
    steps.emplace_back(ReplyStart{.id = arena_.copy(response_id_), .model = model});
  }
  json::ArrayCursor candidates(find_field(object, "candidates"));
  if (const auto candidate = candidates.next()) take_candidate(*candidate, steps);
  if (failed_) return;
  if (!find_field(find_field(object, "promptFeedback"), "blockReason").empty()) blocked_ = true;
  const auto usage = parse_usage(find_field(object, "usageMetadata"));
  if (usage && usage != usage_) {
    usage_ = usage;
    steps.emplace_back(ReplyUsage{*usage});
  }
}

void GenerateContentStreamReader::take_error(std::string_view error, Steps& steps) {
  failed_ = true;
  ReplyError step;
  const auto code = parse_count(find_field(error, "code")).value_or(502);
  step.status = static_cast<std::uint16_t>(code >= 400 && code < 600 ? code : 502);
  step.type = json::unescape({find_text(error, "status")}, arena_);
  step.message = json::unescape({find_text(error, "message")}, arena_);
  steps.emplace_back(step);
}

void GenerateContentStreamReader::take_candidate(std::string_view candidate, Steps& steps) {
  logprobs_ = tokens_of(read_logprobs(find_field(candidate, "logprobsResult"), arena_));
  json::ArrayCursor parts(find_field(find_field(candidate, "content"), "parts"));
  while (const auto part = parts.next()) {
    take_part(read_part(*part), steps);
    if (failed_) return;
  }
  if (const auto reason = find_text(candidate, "finishReason"); !reason.empty()) {
    finish_reason_ = reason;
  }
  if (open_ != BlockKind::kText) return;
  for (const auto citation : read_grounding(find_field(candidate, "groundingMetadata"), arena_)) {
    steps.emplace_back(delta_of(next_block_ - 1, BlockDelta::Kind::kCitation, {citation}));
  }
}

void GenerateContentStreamReader::take_part(const PartFields& part, Steps& steps) {
  switch (part.kind) {
    case Kind::kText:
      take_text(json::unquote(part.value), part, steps);
      break;
    case Kind::kFunctionCall:
      take_call(part, steps);
      break;
    case Kind::kInlineData:
    case Kind::kFileData:
      take_text(read_made_media(part, arena_).text.bytes, PartFields{}, steps);
      break;
    case Kind::kExecutableCode:
    case Kind::kCodeExecutionResult:
      take_text(read_code(part, arena_).text.bytes, PartFields{}, steps);
      break;
    case Kind::kFunctionResponse:
      break;  // the caller's to say
    case Kind::kNone:
      if (!part.unknown.empty()) {
        steps.emplace_back(ReplyLoss{arena_.concat({"reply.", part.unknown})});
      }
      take_signature(part.signature, steps);
      break;
  }
}

void GenerateContentStreamReader::take_text(std::string_view text, const PartFields& part,
                                            Steps& steps) {
  if (!text.empty()) {
    open(part.thought ? BlockKind::kReasoning : BlockKind::kText, steps);
    if (!part.thought && !logprobs_.empty()) {
      steps.emplace_back(delta_of(next_block_ - 1, BlockDelta::Kind::kLogprobs, {logprobs_}));
      logprobs_ = {};
    }
    steps.emplace_back(delta_of(next_block_ - 1, BlockDelta::Kind::kText, {text}));
  }
  take_signature(part.signature, steps);
}

// Goes to the thought that is open; otherwise it is a thought of which only the signature is shown.
void GenerateContentStreamReader::take_signature(EscapedText signature, Steps& steps) {
  if (signature.empty()) return;
  if (open_ != BlockKind::kReasoning) close(steps);
  open(BlockKind::kReasoning, steps);
  steps.emplace_back(
      delta_of(next_block_ - 1, BlockDelta::Kind::kSignature, mark_google(signature, arena_)));
  close(steps);
}

// A call comes whole: pieces of one (partialArgs) come only where they were asked for, which the
// gateway never does.
void GenerateContentStreamReader::take_call(const PartFields& part, Steps& steps) {
  if (!find_field(part.value, "partialArgs").empty()) {
    failed_ = true;
    ReplyError error;
    error.message = "the provider sent a function call in pieces, which was not asked for";
    steps.emplace_back(error);
    return;
  }
  close(steps);
  BlockStart start;
  start.index = next_block_++;
  start.kind = BlockKind::kToolCall;
  start.id = make_call_id({exchange_, response_id_}, calls_++, part.value, part.signature, arena_);
  start.name = {find_text(part.value, "name")};
  steps.emplace_back(start);
  steps.emplace_back(delta_of(start.index, BlockDelta::Kind::kArguments,
                              json::escape(read_arguments(part.value), arena_)));
  if (!part.signature.empty()) {
    steps.emplace_back(delta_of(start.index, BlockDelta::Kind::kSignature, part.signature));
  }
  steps.emplace_back(BlockStop{start.index});
}

void GenerateContentStreamReader::open(BlockKind kind, Steps& steps) {
  if (open_ == kind) return;
  close(steps);
  BlockStart start;
  start.index = next_block_++;
  start.kind = kind;
  steps.emplace_back(start);
  open_ = kind;
}

void GenerateContentStreamReader::close(Steps& steps) {
  if (!open_) return;
  open_.reset();
  steps.emplace_back(BlockStop{next_block_ - 1});
}

}  // namespace tidegate::llm::gemini
