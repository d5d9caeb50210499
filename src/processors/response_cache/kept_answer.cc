#include "processors/response_cache/kept_answer.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "json/cursor.h"
#include "json/scan.h"
#include "llm/provider.h"
#include "llm/transcode.h"

namespace tidegate::processors::response_cache {
namespace {

bool ends_well(llm::FinishReason reason, const Config& config) {
  switch (reason) {
    case llm::FinishReason::kStop:
    case llm::FinishReason::kStopSequence:
      return true;
    case llm::FinishReason::kToolCalls:
      return config.tool_calls;
    case llm::FinishReason::kLength:
    case llm::FinishReason::kContextWindow:
    case llm::FinishReason::kContentFilter:
    case llm::FinishReason::kRefusal:
    case llm::FinishReason::kPause:
    case llm::FinishReason::kMalformedCall:
      return false;
  }
  return false;
}

template <class P>
bool has(const llm::Reply& reply) {
  return std::ranges::any_of(reply.parts,
                             [](const llm::Part& part) { return std::holds_alternative<P>(part); });
}

// Embeddings and the like, which have no reason to end.
bool is_plain_answer(std::string_view body) {
  if (!llm::is_document(body).value_or(false)) return false;
  return json::validate(body, Origin::kUpstream).has_value() &&
         !json::find_member(body, "error").has_value();
}

}  // namespace

Keepable judge(llm::Call call, std::string_view body, const Config& config, Arena& arena) {
  const auto format = llm::format_of(call);
  if (!format) return is_plain_answer(body) ? Keepable::kAsItIs : Keepable::kNo;
  if (body.starts_with('[')) return Keepable::kNo;  // a stream as one array (Gemini)
  std::optional<llm::ReplyError> failure;
  const auto reply = llm::read_reply(*format, body, "cache", arena, failure);
  if (!reply || failure || reply->parts.empty()) return Keepable::kNo;
  if (has<llm::RefusalPart>(*reply) || !ends_well(reply->finish, config)) return Keepable::kNo;
  const bool whole = reply->losses.empty() && !has<llm::MediaPart>(*reply);
  return whole ? Keepable::kInBoth : Keepable::kAsItIs;
}

}  // namespace tidegate::processors::response_cache
