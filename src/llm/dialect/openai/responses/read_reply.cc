#include "json/scan.h"
#include "llm/conversation/provider_error.h"
#include "llm/dialect/openai/citations.h"
#include "llm/dialect/openai/fields.h"
#include "llm/dialect/openai/responses/items.h"
#include "llm/dialect/openai/responses/reply.h"
#include "llm/dialect/openai/usage.h"

namespace tidegate::llm::openai {
namespace {

void read_message(std::string_view item, Reply& reply, Arena& arena) {
  json::ArrayCursor cursor(find_value(item, "content"));
  while (const auto content = cursor.next()) {
    if (const auto refusal = find_text(*content, "refusal"); !refusal.empty()) {
      reply.parts.emplace_back(RefusalPart{refusal});
      continue;
    }
    TextPart text;
    text.text = find_text(*content, "text");
    text.citations = read_annotations(find_value(*content, "annotations"), arena);
    if (!text.text.empty()) reply.parts.emplace_back(text);
    const auto logprobs = find_value(*content, "logprobs");
    if (json::ArrayCursor(logprobs).next() && reply.logprobs.empty()) {
      reply.logprobs = arena.concat({R"({"content":)", logprobs, R"(,"refusal":null})"});
    }
  }
}

void read_output(std::string_view output, Reply& reply, Arena& arena) {
  json::ArrayCursor cursor(output);
  while (const auto item = cursor.next()) {
    const auto type = find_text(*item, "type").bytes;
    if (type == "message") {
      read_message(*item, reply, arena);
    } else if (type == "reasoning") {
      const auto part = read_reasoning_item(*item, arena);
      const bool said = !part.text.empty() || !part.encrypted.empty() || !part.signature.empty() ||
                        !part.redacted.empty();
      if (said) reply.parts.emplace_back(part);
    } else if (type == "function_call" || type == "custom_tool_call") {
      reply.parts.emplace_back(read_call_item(*item, arena));
    } else {
      reply.losses.add(arena.concat({"reply.", type}));
    }
  }
}

FinishReason finish_of(std::string_view response, const Reply& reply) {
  if (find_text(response, "status").bytes == "incomplete") {
    const auto reason = find_text(find_value(response, "incomplete_details"), "reason");
    return reason.bytes == "content_filter" ? FinishReason::kContentFilter : FinishReason::kLength;
  }
  auto finish = FinishReason::kStop;
  for (const auto& part : reply.parts) {
    if (std::holds_alternative<ToolCallPart>(part)) return FinishReason::kToolCalls;
    if (std::holds_alternative<RefusalPart>(part)) finish = FinishReason::kRefusal;
  }
  return finish;
}

}  // namespace

Reply read_response(std::string_view response, Arena& arena) {
  Reply reply;
  reply.id = json::unescape(find_text(response, "id"), arena);
  reply.model = json::unescape(find_text(response, "model"), arena);
  reply.created = json::parse_uint(find_value(response, "created_at")).value_or(0);
  reply.service_tier = json::unescape(find_text(response, "service_tier"), arena);
  reply.usage = parse_usage(find_value(response, "usage"));
  read_output(find_value(response, "output"), reply, arena);
  reply.finish = finish_of(response, reply);
  return reply;
}

Result<Reply> read_responses_reply(std::string_view body, Arena& arena) {
  TIDEGATE_TRY(range, json::validate(body, Origin::kUpstream));
  const auto document = range.of(body);
  if (!find_value(document, "error").empty()) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream,
                read_provider_error(502, "application/json", document).message);
  }
  if (find_text(document, "status").bytes == "failed") {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "the response failed");
  }
  if (!json::is_array(find_value(document, "output"))) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "the reply has no output");
  }
  return read_response(document, arena);
}

}  // namespace tidegate::llm::openai
