#include "json/scan.h"
#include "llm/conversation/provider_error.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/openai/call_id.h"
#include "llm/dialect/openai/chat/messages.h"
#include "llm/dialect/openai/chat/reply.h"
#include "llm/dialect/openai/fields.h"
#include "llm/dialect/openai/usage.h"

namespace tidegate::llm::openai {
namespace {

// Calls need ids, which a few servers leave out, and carry Gemini's signature in them.
bool complete_calls(Reply& reply, Arena& arena) {
  std::uint64_t count = 0;
  for (auto& part : reply.parts) {
    auto* call = std::get_if<ToolCallPart>(&part);
    if (call == nullptr) continue;
    if (call->id.empty()) call->id = make_call_id(reply.id, count, arena);
    if (!call->signature.empty() && split_signature(call->id, arena).signature.empty()) {
      call->id = add_signature(call->id, call->signature, arena);
    }
    ++count;
  }
  return count > 0;
}

bool has_refusal(const Reply& reply) {
  for (const auto& part : reply.parts) {
    if (std::holds_alternative<RefusalPart>(part)) return true;
  }
  return false;
}

void read_finish(std::string_view choice, bool calls, Reply& reply) {
  const auto word = find_text(choice, "finish_reason");
  reply.finish = read_chat_finish(word.bytes, calls ? Calls::kSome : Calls::kNone);
  if (reply.finish != FinishReason::kStop) return;
  if (has_refusal(reply)) reply.finish = FinishReason::kRefusal;
  // vLLM and SGLang tell the sequence that ended the text.
  const auto sequence = find_text(choice, "stop_reason");
  if (sequence.empty()) return;
  reply.finish = FinishReason::kStopSequence;
  reply.stop_sequence = sequence;
}

}  // namespace

Result<Reply> read_chat_reply(std::string_view body, Arena& arena) {
  TIDEGATE_TRY(range, json::validate(body, Origin::kUpstream));
  const auto document = range.of(body);
  json::ArrayCursor choices(find_value(document, "choices"));
  const auto choice = choices.next();
  if (!choice) {
    if (find_value(document, "error").empty() && find_text(document, "object").bytes != "error") {
      return fail(ErrorCode::kMalformed, Origin::kUpstream, "the reply has no choices");
    }
    return fail(ErrorCode::kMalformed, Origin::kUpstream,
                read_provider_error(502, "application/json", document).message);
  }
  Reply reply;
  reply.id = json::unescape(find_text(document, "id"), arena);
  reply.model = json::unescape(find_text(document, "model"), arena);
  reply.created = json::parse_uint(find_value(document, "created")).value_or(0);
  reply.service_tier = json::unescape(find_text(document, "service_tier"), arena);
  reply.usage = parse_usage(find_value(document, "usage"));
  read_assistant_parts(find_value(*choice, "message"), reply.parts, arena);
  const bool calls = complete_calls(reply, arena);
  read_finish(*choice, calls, reply);
  if (const auto logprobs = find_value(*choice, "logprobs"); json::is_object(logprobs)) {
    reply.logprobs = logprobs;
  }
  return reply;
}

FinishReason read_chat_finish(std::string_view word, Calls calls) {
  if (word == "length" || word == "max_tokens") return FinishReason::kLength;
  if (word == "model_length") return FinishReason::kContextWindow;
  if (word == "content_filter") return FinishReason::kContentFilter;
  // Some servers say "stop" where the model calls a tool.
  if (calls == Calls::kSome) return FinishReason::kToolCalls;
  return FinishReason::kStop;
}

}  // namespace tidegate::llm::openai
