#include "llm/dialect/anthropic/stream_reader.h"

#include <array>
#include <functional>
#include <utility>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "llm/conversation/provider_error.h"
#include "llm/dialect/anthropic/block.h"
#include "llm/dialect/anthropic/reply.h"

namespace tidegate::llm::anthropic {
namespace {

std::string_view member(std::string_view object, std::string_view name) {
  return json::find_member(object, name).value_or("");
}

EscapedText text_of(std::string_view object, std::string_view name) {
  return {json::unquote(member(object, name))};
}

bool is_within(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> at_most;
  return at_most(whole.data(), part.data()) &&
         at_most(part.data() + part.size(), whole.data() + whole.size());
}

}  // namespace

std::uint16_t error_status(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, std::uint16_t>, 9> kStatuses{{
      {"invalid_request_error", 400},
      {"authentication_error", 401},
      {"billing_error", 402},
      {"permission_error", 403},
      {"not_found_error", 404},
      {"request_too_large", 413},
      {"rate_limit_error", 429},
      {"timeout_error", 504},
      {"overloaded_error", 529},
  }};
  for (const auto& [name, status] : kStatuses) {
    if (name == type) return status;
  }
  return 500;
}

Result<void> EventReader::read(std::string_view event, Arena& arena,
                               std::vector<ReplyStep>& steps) {
  if (done_) return {};
  if (const auto same = repeated_.find(event)) {
    steps.emplace_back(*same);
    return {};
  }
  repeated_.forget();
  TIDEGATE_TRY(range, json::validate(event, Origin::kUpstream));
  event = range.of(event);
  if (!json::is_object(event)) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "an event is no JSON object");
  }
  const std::size_t before = steps.size();
  parse(event, arena, steps);
  if (steps.size() == before + 1) {
    if (const auto* delta = std::get_if<BlockDelta>(&steps.back()))
      repeated_.remember(event, *delta);
  }
  return {};
}

void EventReader::parse(std::string_view event, Arena& arena, std::vector<ReplyStep>& steps) {
  const auto type = json::unquote(member(event, "type"));
  if (type == "content_block_delta") {
    block_delta(member(event, "delta"), steps);
  } else if (type == "content_block_start") {
    block_start(member(event, "content_block"), arena, steps);
  } else if (type == "content_block_stop") {
    close(steps);
  } else if (type == "message_start") {
    message_start(member(event, "message"), arena, steps);
  } else if (type == "message_delta") {
    message_delta(event, steps);
  } else if (type == "message_stop") {
    message_stop(steps);
  } else if (type == "ping") {
    steps.emplace_back(Ping{});
  } else if (type == "error" || json::is_object(member(event, "error"))) {
    error(event, arena, steps);
  }
}

void EventReader::message_start(std::string_view message, Arena& arena,
                                std::vector<ReplyStep>& steps) {
  if (started_) return;
  started_ = true;
  ReplyStart start;
  start.id = json::unescape(text_of(message, "id"), arena);
  start.model = json::unescape(text_of(message, "model"), arena);
  steps.emplace_back(start);
  add_usage(member(message, "usage"), steps);
}

// Servers that speak the dialect are known to leave message_start out.
void EventReader::start(std::vector<ReplyStep>& steps) {
  if (!started_) steps.emplace_back(ReplyStart{});
  started_ = true;
}

void EventReader::open(Block block, BlockStart start_step, std::vector<ReplyStep>& steps) {
  start_step.index = next_index_++;
  block_ = block;
  steps.emplace_back(start_step);
}

void EventReader::close(std::vector<ReplyStep>& steps) {
  const bool open = block_ != Block::kNone && block_ != Block::kSkipped;
  if (open) steps.emplace_back(BlockStop{next_index_ - 1});
  block_ = Block::kNone;
}

void EventReader::block_start(std::string_view block, Arena& arena, std::vector<ReplyStep>& steps) {
  if (finished_) return;
  start(steps);
  close(steps);
  const auto type = json::unquote(member(block, "type"));
  BlockStart step;
  if (type == "text") {
    open(Block::kText, step, steps);
    delta(Block::kText, BlockDelta::Kind::kText, text_of(block, "text"), steps);
  } else if (type == "thinking") {
    step.kind = BlockStart::Kind::kReasoning;
    open(Block::kThinking, step, steps);
    delta(Block::kThinking, BlockDelta::Kind::kText, text_of(block, "thinking"), steps);
    delta(Block::kThinking, BlockDelta::Kind::kSignature, text_of(block, "signature"), steps);
  } else if (type == "redacted_thinking") {
    const auto thought = read_redacted_data(text_of(block, "data"), arena);
    if (thought.redacted.empty()) return void(block_ = Block::kSkipped);
    step.kind = BlockStart::Kind::kRedacted;
    step.data = thought.redacted;
    open(Block::kRedacted, step, steps);
  } else if (type == "tool_use") {
    const bool format = text_of(block, "name").bytes == kFormatTool;
    (format ? format_ : calls_) = true;
    if (!format) {
      step.kind = BlockStart::Kind::kToolCall;
      step.id = text_of(block, "id");
      step.name = text_of(block, "name");
    }
    open(format ? Block::kFormat : Block::kCall, step, steps);
    // Whole arguments, as servers give them that do not stream them.
    const auto input = member(block, "input");
    const bool whole = json::is_object(input) && json::ObjectCursor(input).next();
    if (whole) delta(block_, BlockDelta::Kind::kArguments, json::escape(input, arena), steps);
  } else {
    steps.emplace_back(ReplyLoss{arena.concat({"reply.", type})});
    block_ = Block::kSkipped;
  }
}

void EventReader::delta(Block block, BlockDelta::Kind kind, EscapedText text,
                        std::vector<ReplyStep>& steps) {
  if (text.empty() || finished_ || block_ == Block::kSkipped || block_ == Block::kRedacted) return;
  start(steps);
  // The input of the format tool is the text of the answer.
  if (block_ == Block::kFormat && kind == BlockDelta::Kind::kArguments) {
    kind = BlockDelta::Kind::kText;
  } else if (block_ != block) {
    // A delta of another kind than its block, or without one: a block of its own.
    close(steps);
    if (block == Block::kCall) return void(block_ = Block::kSkipped);  // nobody knows whose
    BlockStart step;
    if (block == Block::kThinking) step.kind = BlockStart::Kind::kReasoning;
    open(block, step, steps);
  }
  steps.emplace_back(BlockDelta{next_index_ - 1, kind, text});
}

void EventReader::block_delta(std::string_view value, std::vector<ReplyStep>& steps) {
  const auto type = json::unquote(member(value, "type"));
  if (type == "text_delta") {
    delta(Block::kText, BlockDelta::Kind::kText, text_of(value, "text"), steps);
  } else if (type == "input_json_delta") {
    delta(Block::kCall, BlockDelta::Kind::kArguments, text_of(value, "partial_json"), steps);
  } else if (type == "thinking_delta") {
    delta(Block::kThinking, BlockDelta::Kind::kText, text_of(value, "thinking"), steps);
  } else if (type == "signature_delta") {
    delta(Block::kThinking, BlockDelta::Kind::kSignature, text_of(value, "signature"), steps);
  } else if (type == "citations_delta") {
    delta(Block::kText, BlockDelta::Kind::kCitation, {member(value, "citation")}, steps);
  }
}

void EventReader::add_usage(std::string_view usage, std::vector<ReplyStep>& steps) {
  if (!json::is_object(usage)) return;
  usage_.add(usage);
  if (const auto all = usage_.usage()) steps.emplace_back(ReplyUsage{*all});
  const auto tier = read_service_tier(usage);
  if (tier.empty() || tier == tier_) return;
  tier_ = tier;
  steps.emplace_back(ReplyTier{tier});
}

void EventReader::message_delta(std::string_view event, std::vector<ReplyStep>& steps) {
  start(steps);
  add_usage(member(event, "usage"), steps);
  const auto change = member(event, "delta");
  const auto reason = member(change, "stop_reason");
  if (!json::is_string(reason) || finished_) return;
  close(steps);
  finished_ = true;
  ReplyFinish finish;
  finish.reason = read_stop_reason(json::unquote(reason));
  if (finish.reason == FinishReason::kToolCalls && format_ && !calls_) {
    finish.reason = FinishReason::kStop;
  }
  finish.stop_sequence = text_of(change, "stop_sequence");
  steps.emplace_back(finish);
}

void EventReader::message_stop(std::vector<ReplyStep>& steps) {
  start(steps);
  close(steps);
  steps.emplace_back(ReplyEnd{});
  done_ = true;
}

void EventReader::error(std::string_view event, Arena& arena, std::vector<ReplyStep>& steps) {
  const auto error = read_provider_error(500, {}, event);
  fail_with({error_status(error.type), arena.copy(error.type), arena.copy(error.code),
             arena.copy(error.message)},
            steps);
}

void EventReader::fail_with(const ReplyError& error, std::vector<ReplyStep>& steps) {
  if (!done_) steps.emplace_back(error);
  done_ = true;
}

void EventReader::finish(std::vector<ReplyStep>& steps) {
  if (finished_ && !done_) message_stop(steps);
}

Result<void> MessagesStreamReader::feed(std::string_view piece, std::vector<ReplyStep>& steps) {
  arena_.clear();
  piece_ = piece;
  scanner_.feed(piece);
  http::SseEvent event;
  while (!events_.done()) {
    TIDEGATE_TRY(found, scanner_.next(event));
    if (!found) break;
    if (event.has_data) TIDEGATE_TRY_VOID(read(event.data, steps));
  }
  return {};
}

Result<void> MessagesStreamReader::finish(std::vector<ReplyStep>& steps) {
  arena_.clear();
  piece_ = {};
  http::SseEvent event;
  if (!events_.done() && scanner_.finish(event) && event.has_data) {
    // A last event that is cut is no error of its own: the stream just lacks its end.
    if (json::validate(event.data, Origin::kUpstream)) {
      TIDEGATE_TRY_VOID(read(event.data, steps));
    }
  }
  events_.finish(steps);
  return {};
}

// Data of an event that came in pieces lives only until the scanner's next call.
Result<void> MessagesStreamReader::read(std::string_view data, std::vector<ReplyStep>& steps) {
  if (data == "[DONE]") return {};  // servers of both dialects are known to add it
  return events_.read(is_within(data, piece_) ? data : arena_.copy(data), arena_, steps);
}

}  // namespace tidegate::llm::anthropic
