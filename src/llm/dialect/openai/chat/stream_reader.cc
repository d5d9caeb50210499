#include "llm/dialect/openai/chat/stream_reader.h"

#include <array>

#include "json/scan.h"
#include "llm/conversation/logprobs.h"
#include "llm/conversation/replay.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/openai/call_id.h"
#include "llm/dialect/openai/chat/messages.h"
#include "llm/dialect/openai/chat/reply.h"
#include "llm/dialect/openai/citations.h"
#include "llm/dialect/openai/fields.h"
#include "llm/dialect/openai/reasoning.h"
#include "llm/dialect/openai/usage.h"

namespace tidegate::llm::openai {
namespace {

using Kind = BlockStart::Kind;
using What = BlockDelta::Kind;

}  // namespace

Result<void> ChatStreamReader::feed(std::string_view piece, Steps& steps) {
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

Result<void> ChatStreamReader::finish(Steps& steps) {
  arena_.clear();
  blocks_.begin_piece();
  http::SseEvent event;
  if (events_.finish(event) && event.has_data) {
    // An event that breaks off is the mark of a body that was cut, which is told by no end.
    const bool whole = event.data == "[DONE]" || json::validate(event.data, Origin::kUpstream);
    if (whole) TIDEGATE_TRY_VOID(take_event(event, steps));
  }
  if (over_) return {};
  if (const auto document = events_.document(); !document.empty()) {
    over_ = true;
    return take_document(document, steps);
  }
  if (!finish_reason_.empty()) end(steps);
  return {};
}

// A whole completion in place of a stream, or what the server says of its failure.
Result<void> ChatStreamReader::take_document(std::string_view document, Steps& steps) {
  if (const auto reply = read_chat_reply(document, arena_)) {
    replay(*reply, arena_, steps);
  } else {
    steps.emplace_back(make_reply_error(document, arena_));
  }
  return {};
}

Result<void> ChatStreamReader::take_event(const http::SseEvent& event, Steps& steps) {
  if (over_) return {};
  if (!event.has_data) {
    if (event.raw.starts_with(':')) steps.emplace_back(Ping{});
    return {};
  }
  if (event.data == "[DONE]") {
    end(steps);
    return {};
  }
  TIDEGATE_TRY(range, json::validate(event.data, Origin::kUpstream));
  const auto chunk = range.of(event.data);
  const bool failed = event.type == "error" || !find_value(chunk, "error").empty() ||
                      find_text(chunk, "object").bytes == "error";
  if (failed) {
    over_ = true;
    steps.emplace_back(make_reply_error(chunk, arena_));
    return {};
  }
  take_chunk(chunk, steps);
  if (blocks_.held_bytes() > BlockSequence::kMaxHeldBytes) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "too many tool calls in between each other");
  }
  return {};
}

void ChatStreamReader::take_chunk(std::string_view chunk, Steps& steps) {
  json::ArrayCursor choices(find_value(chunk, "choices"));
  const auto usage = parse_usage(find_value(chunk, "usage"));
  std::optional<std::string_view> choice = choices.next();
  // Azure begins with a chunk that speaks of the prompt only.
  if (!choice && !usage) return;
  start(chunk, steps);
  take_tier(chunk, steps);
  if (choice && json::parse_uint(find_value(*choice, "index")).value_or(0) == 0) {
    take_choice(*choice, steps);
  }
  if (usage && usage != usage_) {
    usage_ = usage;
    steps.emplace_back(ReplyUsage{*usage});
  }
}

void ChatStreamReader::start(std::string_view chunk, Steps& steps) {
  if (started_) return;
  started_ = true;
  ReplyStart step;
  step.id = json::unescape(find_text(chunk, "id"), arena_);
  step.model = json::unescape(find_text(chunk, "model"), arena_);
  step.created = json::parse_uint(find_value(chunk, "created")).value_or(0);
  reply_id_ = step.id;
  steps.emplace_back(step);
}

void ChatStreamReader::take_tier(std::string_view chunk, Steps& steps) {
  const auto tier = find_text(chunk, "service_tier");
  if (tier.empty() || tier.bytes == tier_) return;
  tier_ = tier.bytes;
  steps.emplace_back(ReplyTier{json::unescape(tier, arena_)});
}

void ChatStreamReader::take_choice(std::string_view choice, Steps& steps) {
  const auto delta = find_value(choice, "delta");
  take_delta(delta.empty() ? find_value(choice, "message") : delta,
             tokens_of(find_value(choice, "logprobs")), steps);
  if (const auto reason = find_text(choice, "finish_reason"); !reason.empty()) {
    finish_reason_ = reason.bytes;
  }
  if (const auto sequence = find_text(choice, "stop_reason"); !sequence.empty()) {
    stop_sequence_ = sequence.bytes;
  }
}

void ChatStreamReader::take_delta(std::string_view delta, std::string_view tokens, Steps& steps) {
  take_reasoning(delta, steps);
  take_content(find_value(delta, "content"), tokens, steps);
  blocks_.append(Kind::kText, find_text(find_value(delta, "audio"), "transcript"), steps);
  const auto refusal = find_text(delta, "refusal");
  refused_ = refused_ || !refusal.empty();
  blocks_.append(Kind::kRefusal, refusal, steps);
  json::ArrayCursor annotations(find_value(delta, "annotations"));
  while (const auto annotation = annotations.next()) {
    const auto citation = read_annotation(*annotation, arena_);
    blocks_.append(Kind::kText, What::kCitation, {citation}, steps);
  }
  json::ArrayCursor calls(find_value(delta, "tool_calls"));
  while (const auto call = calls.next()) take_call(*call, steps);
  take_function_call(find_value(delta, "function_call"), steps);
}

void ChatStreamReader::take_content(std::string_view content, std::string_view tokens,
                                    Steps& steps) {
  if (json::is_string(content)) {
    const bool said = !json::unquote(content).empty();
    if (said) blocks_.append(Kind::kText, What::kLogprobs, {tokens}, steps);
    blocks_.append(Kind::kText, {json::unquote(content)}, steps);
    return;
  }
  // Mistral's reasoning models.
  json::ArrayCursor cursor(content);
  while (const auto element = cursor.next()) {
    blocks_.append(Kind::kText, find_text(*element, "text"), steps);
    json::ArrayCursor thinking(find_value(*element, "thinking"));
    while (const auto part = thinking.next()) {
      blocks_.append(Kind::kReasoning, find_text(*part, "text"), steps);
    }
  }
}

// OpenRouter sends the text twice; the plain member counts then.
void ChatStreamReader::take_reasoning(std::string_view delta, Steps& steps) {
  auto text = find_text(delta, "reasoning_content");
  if (text.empty()) text = find_text(delta, "reasoning");
  blocks_.append(Kind::kReasoning, text, steps);
  for (const auto& detail :
       read_reasoning_details(find_value(delta, "reasoning_details"), arena_)) {
    if (text.empty()) blocks_.append(Kind::kReasoning, detail.text, steps);
    if (!detail.redacted.empty()) {
      constexpr BlockSequence::Key kRedactedKey = ~std::uint64_t{0};
      BlockStart block;
      block.kind = Kind::kRedacted;
      block.data = detail.redacted;
      blocks_.start(kRedactedKey, block, steps);
      blocks_.end(kRedactedKey, steps);
    }
    blocks_.append(Kind::kReasoning, What::kEncrypted, detail.encrypted, steps);
    blocks_.append(Kind::kReasoning, What::kSignature, detail.signature, steps);
  }
}

void ChatStreamReader::take_call(std::string_view call, Steps& steps) {
  const bool custom =
      find_text(call, "type").bytes == "custom" || !find_value(call, "custom").empty();
  const auto body = find_value(call, custom ? "custom" : "function");
  const auto id = find_text(call, "id");
  const auto name = find_text(body, "name");
  const auto signature = find_google_signature(find_value(call, "extra_content"));
  const auto key = find_call(call, id);
  if (!id.empty() || !name.empty() || !blocks_.has(key)) {
    BlockStart block;
    block.kind = Kind::kToolCall;
    block.custom = custom;
    block.name = name;
    block.id = signed_id(id, signature, !name.empty(), key);
    blocks_.start(key, block, steps);
  }
  const auto arguments = find_value(body, custom ? "input" : "arguments");
  const auto text = json::is_object(arguments) ? json::escape(arguments, arena_)
                                               : EscapedText{json::unquote(arguments)};
  blocks_.add(key, What::kArguments, text, steps);
  blocks_.add(key, What::kSignature, signature, steps);
}

// The id of a call that has a name must be told with it.
EscapedText ChatStreamReader::signed_id(EscapedText id, EscapedText signature, bool named,
                                        BlockSequence::Key key) {
  if (id.empty() && (!named || blocks_.has(key))) return {};
  if (id.empty()) id = make_call_id(reply_id_, key, arena_);
  const bool is_signed = !split_signature(id, arena_).signature.empty();
  return is_signed ? id : add_signature(id, signature, arena_);
}

BlockSequence::Key ChatStreamReader::find_call(std::string_view call, EscapedText id) {
  const auto told = json::parse_uint(find_value(call, "index"));
  // Without an index an id begins a call, and all else goes on with the last one.
  if (!told && id.empty() && !calls_.empty()) return calls_.size() - 1;
  const std::uint64_t index = told.value_or(calls_.size());
  for (std::size_t key = calls_.size(); key-- > 0;) {
    auto& known = calls_[key];
    if (known.index != index) continue;
    // The same index with another id is another call: some servers say 0 for all.
    if (!id.empty() && !known.id.empty() && id.bytes != known.id) break;
    if (known.id.empty()) known.id = id.bytes;
    return key;
  }
  calls_.push_back({index, std::string(id.bytes)});
  return calls_.size() - 1;
}

// Deprecated, and only one.
void ChatStreamReader::take_function_call(std::string_view call, Steps& steps) {
  if (!json::is_object(call)) return;
  constexpr BlockSequence::Key kKey = ~std::uint64_t{1};
  const auto name = find_text(call, "name");
  if (!name.empty()) {
    if (calls_.empty()) calls_.emplace_back();
    BlockStart block;
    block.kind = Kind::kToolCall;
    block.name = name;
    block.id = make_call_id(reply_id_, 0, arena_);
    blocks_.start(kKey, block, steps);
  }
  blocks_.add(kKey, What::kArguments, find_text(call, "arguments"), steps);
}

void ChatStreamReader::end(Steps& steps) {
  over_ = true;
  start({}, steps);
  blocks_.close(steps);
  ReplyFinish finish;
  finish.reason = read_chat_finish(finish_reason_, calls_.empty() ? Calls::kNone : Calls::kSome);
  if (finish.reason == FinishReason::kStop && refused_) finish.reason = FinishReason::kRefusal;
  if (finish.reason == FinishReason::kStop && !stop_sequence_.empty()) {
    finish.reason = FinishReason::kStopSequence;
    finish.stop_sequence = {stop_sequence_};
  }
  steps.emplace_back(finish);
  steps.emplace_back(ReplyEnd{});
}

}  // namespace tidegate::llm::openai
