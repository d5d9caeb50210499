#include "llm/dialect/bedrock/reply.h"

#include <fmt/format.h>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "llm/conversation/where.h"
#include "llm/dialect/anthropic/block.h"
#include "llm/dialect/bedrock/block.h"
#include "llm/dialect/bedrock/usage.h"
#include "llm/dialect/bedrock/write_block.h"

namespace tidegate::llm::bedrock {
namespace {

std::string_view member(std::string_view object, std::string_view name) {
  return json::find_member(object, name).value_or("");
}

// A call of the tool that only carries the form of the answer is the text of the answer.
void unwrap_format_tool(Reply& reply, Arena& arena) {
  bool calls = false;
  for (auto& part : reply.parts) {
    const auto* call = std::get_if<ToolCallPart>(&part);
    if (call == nullptr) continue;
    if (call->name.bytes != anthropic::kFormatTool) {
      calls = true;
      continue;
    }
    TextPart text;
    text.text = json::escape(call->arguments_raw, arena);
    part = text;
  }
  if (!calls && reply.finish == FinishReason::kToolCalls) reply.finish = FinishReason::kStop;
}

}  // namespace

void write_service_tier(json::Writer& writer, std::string_view tier) {
  const bool known = tier == "default" || tier == "priority" || tier == "flex";
  if (known) writer.key("serviceTier").begin_object().member("type", tier).end_object();
}

FinishReason read_stop_reason(std::string_view reason) {
  if (reason == "tool_use") return FinishReason::kToolCalls;
  if (reason == "max_tokens") return FinishReason::kLength;
  if (reason == "stop_sequence") return FinishReason::kStopSequence;
  if (reason == "guardrail_intervened" || reason == "content_filtered") {
    return FinishReason::kContentFilter;
  }
  if (reason == "malformed_tool_use") return FinishReason::kMalformedCall;
  if (reason == "model_context_window_exceeded") return FinishReason::kContextWindow;
  // Not in the reference, but what Claude says.
  if (reason == "refusal") return FinishReason::kRefusal;
  if (reason == "pause_turn") return FinishReason::kPause;
  return FinishReason::kStop;
}

std::string_view write_stop_reason(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop:
    case FinishReason::kPause:
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
      return "content_filtered";
    case FinishReason::kMalformedCall:
      return "malformed_tool_use";
  }
  return "end_turn";
}

Result<Reply> read_converse_reply(std::string_view body, Arena& arena) {
  TIDEGATE_TRY(range, json::validate(body, Origin::kUpstream));
  const auto object = range.of(body);
  const Where root(Origin::kUpstream);
  TIDEGATE_TRY_VOID(read_object(object, root));
  const auto output = member(object, "output");
  const auto where = root.member("output");
  TIDEGATE_TRY_VOID(read_object(output, where));
  const auto message = where.member("message");
  const auto content_place = message.member("content");
  const auto content = member(member(output, "message"), "content");
  Reply reply;
  std::vector<UnknownMember> unknown;
  BlockReader blocks(&unknown, arena);
  TIDEGATE_TRY_VOID(blocks.read_content(content, content_place, reply.parts));
  // "output.message.content[1].guardContent": what the block is.
  for (const auto& one : unknown) {
    if (one.name.rfind("].") == one.name.rfind('.') - 1) {
      reply.losses.add(arena.concat({"reply.", one.name.substr(one.name.rfind('.') + 1)}));
    }
  }
  // Of the provider's own tools: a model gives no others.
  const auto is_result = [](const Part& part) {
    return std::holds_alternative<ToolResultPart>(part);
  };
  if (std::erase_if(reply.parts, is_result) > 0) reply.losses.add("reply.toolResult");
  reply.finish = read_stop_reason(json::unquote(member(object, "stopReason")));
  const auto additional = member(object, "additionalModelResponseFields");
  reply.stop_sequence = {json::unquote(member(additional, "stop_sequence"))};
  reply.usage = read_usage(member(object, "usage"));
  const auto tier = member(member(object, "serviceTier"), "type");
  reply.service_tier = json::unescape({json::unquote(tier)}, arena);
  unwrap_format_tool(reply, arena);
  return reply;
}

void write_converse_reply(const Reply& reply, const Caller& caller, std::string& out) {
  Arena arena;
  json::Writer writer(out);
  writer.begin_object().key("output").begin_object().key("message").begin_object();
  writer.member("role", "assistant").key("content").begin_array();
  CachePoints points(0, CachePoints::Take::kNo, nullptr);
  BlockWriter blocks(writer, points, nullptr, arena);
  for (std::size_t i = 0; i < reply.parts.size(); ++i) {
    auto part = reply.parts[i];
    auto* call = std::get_if<ToolCallPart>(&part);
    if (call != nullptr && call->id.empty()) {
      call->id = {arena.copy(fmt::format("tooluse_{}_{}", caller.fallback_id, i))};
    }
    blocks.write(part);
  }
  writer.end_array().end_object().end_object();
  writer.member("stopReason", write_stop_reason(reply.finish)).key("usage");
  write_usage(writer, reply.usage.value_or(Usage{}));
  // The SDKs demand the member; how long the provider took is not known here.
  writer.key("metrics").begin_object().key("latencyMs").number(std::uint64_t{0}).end_object();
  write_service_tier(writer, reply.service_tier);
  if (reply.finish == FinishReason::kStopSequence && !reply.stop_sequence.empty()) {
    writer.key("additionalModelResponseFields").begin_object();
    writer.member("stop_sequence", reply.stop_sequence).end_object();
  }
  writer.end_object();
}

}  // namespace tidegate::llm::bedrock
