#include "llm/dialect/anthropic/reply.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "llm/conversation/provider_error.h"
#include "llm/conversation/where.h"
#include "llm/dialect/anthropic/block.h"
#include "llm/dialect/anthropic/usage.h"
#include "llm/dialect/anthropic/write_block.h"

namespace tidegate::llm::anthropic {
namespace {

// Anthropic's replies say "tool_use" for the tool that only carries the form of the answer.
void unwrap_format_tool(Reply& reply, Arena& arena) {
  bool found = false;
  bool others = false;
  for (auto& part : reply.parts) {
    const auto* call = std::get_if<ToolCallPart>(&part);
    if (call == nullptr) continue;
    if (call->name.bytes != kFormatTool) {
      others = true;
      continue;
    }
    TextPart text;
    text.text = json::escape(call->arguments_raw, arena);
    part = text;
    found = true;
  }
  if (found && !others && reply.finish == FinishReason::kToolCalls) {
    reply.finish = FinishReason::kStop;
  }
}

Result<void> read_members(std::string_view body, const Where& root, Reply& reply, Arena& arena) {
  std::vector<UnknownMember> unknown;
  BlockReader blocks(&unknown, arena);
  json::ObjectCursor cursor(body);
  while (const auto item = cursor.next()) {
    const auto value = item->value;
    if (json::is_null(value)) continue;
    if (item->name == "id") {
      reply.id = json::unescape({json::unquote(value)}, arena);
    } else if (item->name == "model") {
      reply.model = json::unescape({json::unquote(value)}, arena);
    } else if (item->name == "content") {
      const auto here = root.member("content");
      TIDEGATE_TRY_VOID(blocks.read_content(value, here, reply.parts));
    } else if (item->name == "stop_reason") {
      reply.finish = read_stop_reason(json::unquote(value));
    } else if (item->name == "stop_sequence") {
      reply.stop_sequence = {json::unquote(value)};
    } else if (item->name == "usage") {
      UsageTally tally;
      tally.add(value);
      reply.usage = tally.usage();
      reply.service_tier = read_service_tier(value);
    }
  }
  // Blocks that only Anthropic has, as those of its own tools. Members that it adds to others do
  // no harm.
  for (const auto& one : unknown) {
    const auto type = json::is_object(one.raw) ? json::find_member(one.raw, "type") : std::nullopt;
    if (type && one.name.ends_with(']')) {
      reply.losses.add(arena.concat({"reply.", json::unquote(*type)}));
    }
  }
  return {};
}

}  // namespace

FinishReason read_stop_reason(std::string_view reason) {
  if (reason == "stop_sequence") return FinishReason::kStopSequence;
  if (reason == "max_tokens") return FinishReason::kLength;
  if (reason == "tool_use") return FinishReason::kToolCalls;
  if (reason == "pause_turn") return FinishReason::kPause;
  if (reason == "refusal") return FinishReason::kRefusal;
  if (reason == "model_context_window_exceeded") return FinishReason::kContextWindow;
  return FinishReason::kStop;
}

std::string_view write_stop_reason(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop:
    case FinishReason::kMalformedCall:
      return "end_turn";
    case FinishReason::kStopSequence:
      return "stop_sequence";
    case FinishReason::kLength:
      return "max_tokens";
    case FinishReason::kContextWindow:
      return "model_context_window_exceeded";
    case FinishReason::kToolCalls:
      return "tool_use";
    case FinishReason::kContentFilter:
    case FinishReason::kRefusal:
      return "refusal";
    case FinishReason::kPause:
      return "pause_turn";
  }
  return "end_turn";
}

Result<Reply> read_messages_reply(std::string_view body, Arena& arena) {
  TIDEGATE_TRY(range, json::validate(body, Origin::kUpstream));
  const auto object = range.of(body);
  const Where root(Origin::kUpstream);
  TIDEGATE_TRY_VOID(read_object(object, root));
  const auto type = json::find_member(object, "type").value_or("");
  if (json::unquote(type) == "error" ||
      json::is_object(json::find_member(object, "error").value_or(""))) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream,
                "an error with status 200: " + read_provider_error(200, {}, object).message);
  }
  if (!json::find_member(object, "content")) return root.member("content").refuse("is missing");
  Reply reply;
  TIDEGATE_TRY_VOID(read_members(object, root, reply, arena));
  unwrap_format_tool(reply, arena);
  return reply;
}

void write_messages_reply(const Reply& reply, const Caller& caller, std::string& out) {
  Arena arena;
  json::Writer writer(out);
  writer.begin_object().member("id", reply.id.empty() ? caller.fallback_id : reply.id);
  writer.member("type", "message").member("role", "assistant").member("model", caller.model);
  writer.key("content").begin_array();
  CacheMarks marks(0);
  BlockWriter blocks(writer, marks, nullptr, arena);
  blocks.show_unsigned_thoughts();
  for (std::size_t i = 0; i < reply.parts.size(); ++i) {
    auto part = reply.parts[i];
    auto* call = std::get_if<ToolCallPart>(&part);
    if (call != nullptr && call->id.empty()) {
      call->id = {arena.copy(fmt::format("toolu_{}_{}", caller.fallback_id, i))};
    }
    blocks.write(part);
  }
  writer.end_array().member("stop_reason", write_stop_reason(reply.finish)).key("stop_sequence");
  if (reply.finish == FinishReason::kStopSequence && !reply.stop_sequence.empty()) {
    writer.string(reply.stop_sequence);
  } else {
    writer.null();
  }
  writer.key("usage");
  write_usage(writer, reply.usage.value_or(Usage{}), reply.service_tier);
  writer.end_object();
}

}  // namespace tidegate::llm::anthropic
