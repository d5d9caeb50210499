#include "llm/dialect/bedrock/stream_reader.h"

#include <array>
#include <utility>

#include "base/base64.h"
#include "http/header_map.h"
#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "llm/conversation/provider_error.h"
#include "llm/dialect/anthropic/block.h"
#include "llm/dialect/bedrock/block.h"
#include "llm/dialect/bedrock/citations.h"
#include "llm/dialect/bedrock/reply.h"
#include "llm/dialect/bedrock/usage.h"

namespace tidegate::llm::bedrock {
namespace {

std::string_view member(std::string_view object, std::string_view name) {
  return json::find_member(object, name).value_or("");
}

EscapedText text_of(std::string_view object, std::string_view name) {
  return {json::unquote(member(object, name))};
}

bool is_error(const Frame& frame) {
  return frame.message_type == "exception" || frame.message_type == "error";
}

// Statuses of the Bedrock runtime's exceptions (API reference, Errors). Within a stream their names
// begin with a small letter.
std::uint16_t status_of(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, std::uint16_t>, 9> kStatuses{{
      {"validationException", 400},
      {"accessDeniedException", 403},
      {"resourceNotFoundException", 404},
      {"modelTimeoutException", 408},
      {"modelErrorException", 424},
      {"modelStreamErrorException", 424},
      {"throttlingException", 429},
      {"modelNotReadyException", 429},
      {"serviceUnavailableException", 503},
  }};
  for (const auto& [name, status] : kStatuses) {
    if (http::iequals(name, type)) return status;
  }
  return 500;
}

}  // namespace

ReplyError read_exception(const Frame& frame, Arena& arena) {
  const auto type = frame.message_type == "error" ? frame.error_code : frame.exception_type;
  const auto text = frame.message_type == "error" ? frame.error_message : frame.payload;
  const auto error = read_provider_error(500, {}, text, type);
  ReplyError out;
  out.status = status_of(type);
  // What the model's own server said, where the exception tells.
  if (json::validate(frame.payload, Origin::kUpstream)) {
    const auto original = json::parse_uint(member(frame.payload, "originalStatusCode"));
    if (original && *original >= 400 && *original < 600) {
      out.status = static_cast<std::uint16_t>(*original);
    }
  }
  out.type = arena.copy(error.type);
  out.code = arena.copy(error.code);
  out.message = arena.copy(error.message);
  return out;
}

Result<void> ConverseEvents::read(std::string_view type, std::string_view payload, Arena& arena,
                                  std::vector<ReplyStep>& steps) {
  if (done_) return {};
  TIDEGATE_TRY(range, json::validate(payload, Origin::kUpstream));
  const auto event = range.of(payload);
  if (!json::is_object(event)) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "an event is no JSON object");
  }
  if (type == "contentBlockDelta") {
    block_delta(event, arena, steps);
  } else if (type == "contentBlockStart") {
    block_start(event, arena, steps);
  } else if (type == "contentBlockStop") {
    close(steps);
  } else if (type == "messageStart") {
    start(steps);
  } else if (type == "messageStop") {
    message_stop(event, steps);
  } else if (type == "metadata") {
    metadata(event, steps);
  }
  return {};
}

void ConverseEvents::start(std::vector<ReplyStep>& steps) {
  if (!started_) steps.emplace_back(ReplyStart{});
  started_ = true;
}

void ConverseEvents::open(Block block, BlockStart step, std::vector<ReplyStep>& steps) {
  step.index = next_index_++;
  block_ = block;
  steps.emplace_back(step);
}

void ConverseEvents::close(std::vector<ReplyStep>& steps) {
  const bool open = block_ != Block::kNone && block_ != Block::kUnknown;
  if (open) steps.emplace_back(BlockStop{next_index_ - 1});
  block_ = Block::kNone;
  provider_index_.reset();
}

void ConverseEvents::block_start(std::string_view event, Arena& arena,
                                 std::vector<ReplyStep>& steps) {
  if (finished_) return;
  start(steps);
  close(steps);
  provider_index_ = json::parse_uint(member(event, "contentBlockIndex"));
  const auto [kind, value] = find_union_member(member(event, "start"));
  if (kind == "toolUse" && text_of(value, "type").bytes == "server_tool_use") {
    // The provider runs it itself; a caller would answer it.
    steps.emplace_back(ReplyLoss{"reply.toolUse"});
    block_ = Block::kUnknown;
  } else if (kind == "toolUse") {
    const bool format = text_of(value, "name").bytes == anthropic::kFormatTool;
    (format ? format_ : calls_) = true;
    BlockStart step;
    if (!format) {
      step.kind = BlockStart::Kind::kToolCall;
      step.id = text_of(value, "toolUseId");
      step.name = text_of(value, "name");
    }
    open(format ? Block::kFormat : Block::kCall, step, steps);
  } else if (!kind.empty()) {
    steps.emplace_back(ReplyLoss{arena.concat({"reply.", kind})});
    block_ = Block::kUnknown;
  }
}

void ConverseEvents::delta(Block block, BlockDelta::Kind kind, EscapedText text,
                           std::vector<ReplyStep>& steps) {
  if (text.empty() || block_ == Block::kUnknown) return;
  // The input of the format tool is the text of the answer.
  if (block_ == Block::kFormat && kind == BlockDelta::Kind::kArguments) {
    kind = BlockDelta::Kind::kText;
  } else if (block_ != block) {
    const auto index = provider_index_;
    close(steps);
    provider_index_ = index;
    if (block == Block::kCall) return void(block_ = Block::kUnknown);  // nobody knows whose
    BlockStart step;
    if (block == Block::kReasoning) step.kind = BlockStart::Kind::kReasoning;
    open(block, step, steps);
  }
  steps.emplace_back(BlockDelta{next_index_ - 1, kind, text});
}

void ConverseEvents::block_delta(std::string_view event, Arena& arena,
                                 std::vector<ReplyStep>& steps) {
  if (finished_) return;
  start(steps);
  // Without a stop between them, another index is another block.
  const auto index = json::parse_uint(member(event, "contentBlockIndex"));
  if (block_ != Block::kNone && index && provider_index_ && *index != *provider_index_) {
    close(steps);
  }
  if (index) provider_index_ = index;
  const auto [kind, value] = find_union_member(member(event, "delta"));
  if (kind == "text") {
    delta(Block::kText, BlockDelta::Kind::kText, {json::unquote(value)}, steps);
  } else if (kind == "toolUse") {
    const auto input = member(value, "input");
    const bool whole = json::is_object(input);
    delta(Block::kCall, BlockDelta::Kind::kArguments,
          whole ? json::escape(input, arena) : EscapedText{json::unquote(input)}, steps);
  } else if (kind == "reasoningContent") {
    reasoning_delta(value, steps);
  } else if (kind == "citation") {
    delta(Block::kText, BlockDelta::Kind::kCitation, {read_citation(value, arena)}, steps);
  }
}

void ConverseEvents::reasoning_delta(std::string_view value, std::vector<ReplyStep>& steps) {
  const auto [kind, inner] = find_union_member(value);
  const EscapedText text{json::unquote(inner)};
  if (kind == "text") {
    delta(Block::kReasoning, BlockDelta::Kind::kText, text, steps);
  } else if (kind == "signature") {
    delta(Block::kReasoning, BlockDelta::Kind::kSignature, text, steps);
  } else if (kind == "redactedContent" && !text.empty()) {
    const auto index = provider_index_;
    close(steps);
    provider_index_ = index;
    BlockStart step;
    step.kind = BlockStart::Kind::kRedacted;
    step.data = text;
    open(Block::kRedacted, step, steps);
  }
}

void ConverseEvents::message_stop(std::string_view event, std::vector<ReplyStep>& steps) {
  if (finished_) return;
  start(steps);
  close(steps);
  finished_ = true;
  ReplyFinish finish;
  finish.reason = read_stop_reason(json::unquote(member(event, "stopReason")));
  if (finish.reason == FinishReason::kToolCalls && format_ && !calls_) {
    finish.reason = FinishReason::kStop;
  }
  finish.stop_sequence = text_of(member(event, "additionalModelResponseFields"), "stop_sequence");
  steps.emplace_back(finish);
}

void ConverseEvents::metadata(std::string_view event, std::vector<ReplyStep>& steps) {
  start(steps);
  if (const auto usage = read_usage(member(event, "usage"))) steps.emplace_back(ReplyUsage{*usage});
  const auto tier = json::unquote(member(member(event, "serviceTier"), "type"));
  if (!tier.empty()) steps.emplace_back(ReplyTier{tier});
  finish(steps);
}

void ConverseEvents::finish(std::vector<ReplyStep>& steps) {
  if (!finished_ || done_) return;
  steps.emplace_back(ReplyEnd{});
  done_ = true;
}

void ConverseEvents::fail_with(const ReplyError& error, std::vector<ReplyStep>& steps) {
  if (!done_) steps.emplace_back(error);
  done_ = true;
}

Result<void> ConverseStreamReader::feed(std::string_view piece, std::vector<ReplyStep>& steps) {
  arena_.clear();
  frames_.feed(piece);
  Frame frame;
  while (!events_.done()) {
    TIDEGATE_TRY(found, frames_.next(frame));
    if (!found) break;
    if (is_error(frame)) {
      events_.fail_with(read_exception(frame, arena_), steps);
    } else {
      // The frame's own bytes live only until the reader's next call.
      const auto payload = arena_.copy(frame.payload);
      TIDEGATE_TRY_VOID(events_.read(frame.event_type, payload, arena_, steps));
    }
  }
  return {};
}

Result<void> ConverseStreamReader::finish(std::vector<ReplyStep>& steps) {
  arena_.clear();
  events_.finish(steps);
  return {};
}

Result<void> InvokeStreamReader::feed(std::string_view piece, std::vector<ReplyStep>& steps) {
  arena_.clear();
  frames_.feed(piece);
  Frame frame;
  while (!events_.done()) {
    TIDEGATE_TRY(found, frames_.next(frame));
    if (!found) break;
    if (is_error(frame)) {
      events_.fail_with(read_exception(frame, arena_), steps);
    } else if (frame.event_type == "chunk") {
      TIDEGATE_TRY_VOID(read_chunk(frame.payload, steps));
    }
  }
  return {};
}

Result<void> InvokeStreamReader::read_chunk(std::string_view payload,
                                            std::vector<ReplyStep>& steps) {
  TIDEGATE_TRY(range, json::validate(payload, Origin::kUpstream));
  const auto encoded = text_of(range.of(payload), "bytes");
  const auto event = parse_base64(json::unescape(encoded, arena_));
  if (!event) return fail(ErrorCode::kMalformed, Origin::kUpstream, "a chunk is no base64");
  return events_.read(arena_.copy(*event), arena_, steps);
}

Result<void> InvokeStreamReader::finish(std::vector<ReplyStep>& steps) {
  arena_.clear();
  events_.finish(steps);
  return {};
}

}  // namespace tidegate::llm::bedrock
