#include "llm/dialect/openai/responses/stream_reader.h"

#include <algorithm>

#include "json/scan.h"
#include "llm/conversation/replay.h"
#include "llm/dialect/openai/citations.h"
#include "llm/dialect/openai/fields.h"
#include "llm/dialect/openai/responses/items.h"
#include "llm/dialect/openai/responses/reply.h"

namespace tidegate::llm::openai {
namespace {

using Kind = BlockStart::Kind;
using What = BlockDelta::Kind;
using Key = BlockSequence::Key;

constexpr unsigned kContentBits = 16;

std::uint64_t index_of(std::string_view data, std::string_view name) {
  return json::parse_uint(find_value(data, name)).value_or(0);
}

// Keys of an item, and of the parts of a message.
Key item_key_of(std::string_view data) {
  return (index_of(data, "output_index") & 0xffffffffU) << kContentBits;
}
Key part_key(Key item, std::uint64_t index) { return item + 1 + (index & 0x7fffU); }
Key part_key_of(std::string_view data) {
  return part_key(item_key_of(data), index_of(data, "content_index"));
}

bool is_call(std::string_view type) {
  return type == "function_call" || type == "custom_tool_call";
}

}  // namespace

Result<void> ResponsesStreamReader::feed(std::string_view piece, Steps& steps) {
  arena_.clear();
  blocks_.begin_piece();
  TIDEGATE_TRY_VOID(events_.feed(piece));
  http::SseEvent event;
  for (;;) {
    TIDEGATE_TRY(more, events_.next(event, arena_));
    if (!more) return {};
    TIDEGATE_TRY_VOID(take_event(event, steps));
  }
}

Result<void> ResponsesStreamReader::finish(Steps& steps) {
  arena_.clear();
  blocks_.begin_piece();
  http::SseEvent event;
  if (events_.finish(event) && event.has_data) {
    // An event that breaks off is the mark of a body that was cut, which is told by no end.
    if (json::validate(event.data, Origin::kUpstream)) TIDEGATE_TRY_VOID(take_event(event, steps));
  }
  const auto document = events_.document();
  if (over_ || document.empty()) return {};
  over_ = true;
  // A whole response in place of a stream, or what the server says of its failure.
  if (const auto reply = read_responses_reply(document, arena_)) {
    replay(*reply, arena_, steps);
  } else {
    take_error(document, steps);
  }
  return {};
}

Result<void> ResponsesStreamReader::take_event(const http::SseEvent& event, Steps& steps) {
  if (over_) return {};
  if (!event.has_data) {
    if (event.raw.starts_with(':')) steps.emplace_back(Ping{});
    return {};
  }
  // Servers that speak chat too end their streams so.
  if (event.data == "[DONE]") return {};
  TIDEGATE_TRY(range, json::validate(event.data, Origin::kUpstream));
  const auto data = range.of(event.data);
  const auto told = find_text(data, "type").bytes;
  take_typed(told.empty() ? event.type : told, data, steps);
  if (blocks_.held_bytes() > BlockSequence::kMaxHeldBytes) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "too many items in between each other");
  }
  return {};
}

void ResponsesStreamReader::take_typed(std::string_view type, std::string_view data, Steps& steps) {
  if (type == "error" || type == "response.failed" ||
      (!type.starts_with("response.") && !find_value(data, "error").empty())) {
    take_error(data, steps);
  } else if (type == "response.completed" || type == "response.incomplete") {
    end(find_value(data, "response"), steps);
  } else if (type.ends_with(".delta")) {
    take_delta(type, data, steps);
  } else if (type == "response.output_item.added") {
    begin_item(data, steps);
  } else if (type == "response.output_item.done") {
    end_item(data, steps);
  } else if (type == "response.created" || type == "response.in_progress") {
    start(find_value(data, "response"), steps);
  } else if (type == "response.reasoning_summary_part.added") {
    // An empty line between the parts of a summary, which are one text elsewhere.
    if (index_of(data, "summary_index") > 0) {
      add(item_key_of(data), Kind::kReasoning, What::kText, {"\\n\\n"}, steps);
    }
  } else if (type == "response.output_text.annotation.added") {
    const auto citation = read_annotation(find_value(data, "annotation"), arena_);
    blocks_.add(part_key_of(data), What::kCitation, {citation}, steps);
  }
}

void ResponsesStreamReader::take_delta(std::string_view type, std::string_view data, Steps& steps) {
  const auto text = find_text(data, "delta");
  if (type == "response.output_text.delta") {
    add_logprobs(part_key_of(data), find_value(data, "logprobs"), text, steps);
    add(part_key_of(data), Kind::kText, What::kText, text, steps);
  } else if (type == "response.refusal.delta") {
    add(part_key_of(data), Kind::kRefusal, What::kText, text, steps);
  } else if (type == "response.reasoning_summary_text.delta" ||
             type == "response.reasoning_text.delta") {
    add(item_key_of(data), Kind::kReasoning, What::kText, text, steps);
  } else if (type == "response.function_call_arguments.delta" ||
             type == "response.custom_tool_call_input.delta") {
    add(item_key_of(data), Kind::kToolCall, What::kArguments, text, steps);
  }
}

// Begins the block where the event that should have done so did not come.
void ResponsesStreamReader::add(Key key, Kind kind, What what, EscapedText text, Steps& steps) {
  if (text.empty()) return;
  start({}, steps);
  if (!blocks_.has(key)) {
    BlockStart block;
    block.kind = kind;
    blocks_.start(key, block, steps);
    if (kind == Kind::kText || kind == Kind::kRefusal) open_.push_back(key);
  }
  refused_ = refused_ || kind == Kind::kRefusal;
  if (!was_told(key)) told_.push_back(key);
  blocks_.add(key, what, text, steps);
}

void ResponsesStreamReader::add_logprobs(Key key, std::string_view tokens, EscapedText text,
                                         Steps& steps) {
  if (text.empty() || !json::ArrayCursor(tokens).next()) return;
  add(key, Kind::kText, What::kLogprobs, {tokens}, steps);
}

bool ResponsesStreamReader::was_told(Key key) const {
  return std::ranges::find(told_, key) != told_.end();
}

void ResponsesStreamReader::begin_item(std::string_view data, Steps& steps) {
  start({}, steps);
  const auto item = find_value(data, "item");
  const auto type = find_text(item, "type").bytes;
  if (type != "reasoning" && !is_call(type)) {
    if (type != "message") steps.emplace_back(ReplyLoss{arena_.concat({"reply.", type})});
    return;
  }
  BlockStart block;
  block.kind = type == "reasoning" ? Kind::kReasoning : Kind::kToolCall;
  block.custom = type == "custom_tool_call";
  block.id = find_text(item, type == "reasoning" ? "id" : "call_id");
  block.name = find_text(item, "name");
  calls_ = calls_ || is_call(type);
  blocks_.start(item_key_of(data), block, steps);
}

// The item is whole here: what no delta told is told now.
void ResponsesStreamReader::end_item(std::string_view data, Steps& steps) {
  const auto item = find_value(data, "item");
  const auto type = find_text(item, "type").bytes;
  const Key key = item_key_of(data);
  if (type == "message") {
    end_message(item, key, steps);
    return;
  }
  if (type != "reasoning" && !is_call(type)) return;
  begin_item(data, steps);
  if (is_call(type)) {
    const auto call = read_call_item(item, arena_);
    if (!was_told(key)) blocks_.add(key, What::kArguments, call.arguments, steps);
  } else {
    if (!was_told(key)) {
      blocks_.add(key, What::kText, read_reasoning_item(item, arena_).text, steps);
    }
    blocks_.add(key, What::kEncrypted, find_text(item, "encrypted_content"), steps);
  }
  blocks_.end(key, steps);
}

void ResponsesStreamReader::end_message(std::string_view item, Key item_key, Steps& steps) {
  json::ArrayCursor contents(find_value(item, "content"));
  for (std::uint64_t i = 0; const auto content = contents.next(); ++i) {
    const Key key = part_key(item_key, i);
    if (was_told(key)) continue;
    const auto text = find_text(*content, "text");
    add_logprobs(key, find_value(*content, "logprobs"), text, steps);
    add(key, Kind::kText, What::kText, text, steps);
    add(key, Kind::kRefusal, What::kText, find_text(*content, "refusal"), steps);
  }
  std::erase_if(open_, [&](Key key) {
    if (key >> kContentBits != item_key >> kContentBits) return false;
    blocks_.end(key, steps);
    return true;
  });
}

void ResponsesStreamReader::start(std::string_view response, Steps& steps) {
  if (started_) return;
  started_ = true;
  ReplyStart step;
  step.id = json::unescape(find_text(response, "id"), arena_);
  step.model = json::unescape(find_text(response, "model"), arena_);
  step.created = index_of(response, "created_at");
  steps.emplace_back(step);
  take_tier(response, steps);
}

void ResponsesStreamReader::take_tier(std::string_view response, Steps& steps) {
  const auto tier = find_text(response, "service_tier");
  if (tier.empty() || tier.bytes == tier_) return;
  tier_ = tier.bytes;
  steps.emplace_back(ReplyTier{json::unescape(tier, arena_)});
}

void ResponsesStreamReader::end(std::string_view response, Steps& steps) {
  over_ = true;
  start(response, steps);
  take_tier(response, steps);
  blocks_.close(steps);
  const auto reply = read_response(response, arena_);
  if (blocks_.blocks() == 0) {
    Steps all;
    replay(reply, arena_, all);
    for (const auto& step : all) {
      const bool of_block =
          std::holds_alternative<BlockStart>(step) || std::holds_alternative<BlockDelta>(step) ||
          std::holds_alternative<BlockStop>(step) || std::holds_alternative<ReplyLoss>(step);
      if (of_block) steps.push_back(step);
    }
  }
  if (reply.usage) steps.emplace_back(ReplyUsage{*reply.usage});
  ReplyFinish finish;
  finish.reason = reply.finish;
  // Some servers leave the output out of the last event.
  if (finish.reason == FinishReason::kStop && refused_) finish.reason = FinishReason::kRefusal;
  if (finish.reason == FinishReason::kStop && calls_) finish.reason = FinishReason::kToolCalls;
  steps.emplace_back(finish);
  steps.emplace_back(ReplyEnd{});
}

void ResponsesStreamReader::take_error(std::string_view data, Steps& steps) {
  over_ = true;
  // The status of a failed response says nothing of the reason; its error does.
  const auto error = find_value(find_value(data, "response"), "error");
  steps.emplace_back(make_reply_error(error.empty() ? data : error, arena_));
}

}  // namespace tidegate::llm::openai
