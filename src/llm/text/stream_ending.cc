#include "llm/text/stream_ending.h"

#include <algorithm>
#include <initializer_list>
#include <limits>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "llm/text/stream_texts.h"

namespace tidegate::llm {
namespace {

constexpr std::uint64_t kBytesPerToken = 4;

std::string_view object_in(std::string_view data) {
  const auto range = json::validate(data, Origin::kUpstream);
  return range && json::is_object(range->of(data)) ? range->of(data) : std::string_view();
}

std::string_view member(std::string_view object, std::string_view name) {
  return json::find_member(object, name).value_or(std::string_view());
}

std::uint32_t number(std::string_view object, std::string_view name) {
  const auto value = json::parse_uint(member(object, name)).value_or(0);
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

void add(std::vector<std::uint32_t>& to, std::uint32_t value) {
  if (std::ranges::find(to, value) == to.end()) to.push_back(value);
}

// The members of `object` but those that are named, each with a comma behind it.
void append_others(std::string& out, std::string_view object,
                   std::initializer_list<std::string_view> without) {
  json::ObjectCursor members(object);
  while (const auto one = members.next()) {
    if (std::ranges::find(without, one->name) != without.end()) continue;
    out.append("\"").append(one->name).append("\":").append(one->value).append(",");
  }
}

bool is_responses(Call call) {
  return call.dialect == Dialect::kOpenAi && call.operation == Operation::kResponses;
}

bool is_anthropic(Call call) {
  return call.dialect == Dialect::kAnthropic ||
         (call.dialect == Dialect::kBedrock && call.operation != Operation::kConverse);
}

}  // namespace

void StreamEnding::take(std::string_view type, std::string_view data) {
  const auto event = data.substr(std::min(data.find('{'), data.size()));
  if (is_anthropic(call_)) return take_anthropic(json::unquote(member(event, "type")), event);
  if (call_.dialect == Dialect::kBedrock) return take_converse(type, event);
  if (call_.dialect == Dialect::kGemini) return take_gemini(event);
  if (is_responses(call_)) return take_responses(event);
  take_chat(event);
}

void StreamEnding::see_choice(std::uint32_t choice) {
  if (call_.dialect != Dialect::kOpenAi && call_.dialect != Dialect::kGemini &&
      call_.dialect != Dialect::kCohere) {
    return;
  }
  if (std::ranges::find(closed_, choice) == closed_.end()) add(open_, choice);
}

void StreamEnding::close_choice(std::uint32_t choice) {
  std::erase(open_, choice);
  add(closed_, choice);
}

void StreamEnding::take_chat(std::string_view data) {
  last_ = data;
  json::ArrayCursor choices(member(data, "choices"));
  while (const auto choice = choices.next()) {
    const auto index = number(*choice, "index");
    see_choice(index);
    if (json::is_string(member(*choice, "finish_reason"))) close_choice(index);
  }
}

void StreamEnding::take_gemini(std::string_view data) {
  last_ = data;
  json::ArrayCursor candidates(member(data, "candidates"));
  while (const auto candidate = candidates.next()) {
    const auto index = number(*candidate, "index");
    see_choice(index);
    if (json::is_string(member(*candidate, "finishReason"))) close_choice(index);
  }
}

void StreamEnding::take_anthropic(std::string_view type, std::string_view data) {
  if (type == "content_block_start") add(open_, number(data, "index"));
  if (type == "content_block_stop") std::erase(open_, number(data, "index"));
  if (type == "content_block_delta") output_bytes_ += member(data, "delta").size();
}

void StreamEnding::take_converse(std::string_view type, std::string_view data) {
  if (type == "contentBlockStart" || type == "contentBlockDelta") {
    add(open_, number(data, "contentBlockIndex"));
  }
  if (type == "contentBlockStop") std::erase(open_, number(data, "contentBlockIndex"));
}

void StreamEnding::take_responses(std::string_view data) {
  events_ = json::parse_uint(member(data, "sequence_number")).value_or(events_) + 1;
  const auto response = member(data, "response");
  if (json::is_object(response)) response_ = response;
}

std::vector<std::uint32_t> StreamEnding::unfinished() const {
  if (!open_.empty() || !closed_.empty()) return open_;
  return {0};
}

void StreamEnding::append_filtered(std::string_view data, std::string& out) const {
  const auto event = object_in(data);
  if (is_anthropic(call_)) return append_anthropic(out);
  if (call_.dialect == Dialect::kBedrock) return append_converse(out);
  if (call_.dialect == Dialect::kGemini) return append_gemini(event, out);
  if (is_responses(call_)) return append_responses(out);
  append_chat(event, out);
}

void StreamEnding::append_chat(std::string_view data, std::string& out) const {
  std::string event("{");
  append_others(event, data.empty() ? std::string_view(last_) : data, {"choices", "usage"});
  event += R"("choices":[)";
  const bool completions = call_.operation == Operation::kCompletions;
  for (const auto choice : unfinished()) {
    if (event.back() != '[') event += ',';
    event += R"({"index":)" + std::to_string(choice);
    event += completions ? R"(,"text":"")" : R"(,"delta":{})";
    event += R"(,"finish_reason":"content_filter"})";
  }
  event += "]}";
  append_stream_event(call_, {}, event, out);
  append_stream_event(call_, {}, "[DONE]", out);
}

void StreamEnding::append_anthropic(std::string& out) const {
  for (const auto block : open_) {
    append_stream_event(call_, "content_block_stop",
                        R"({"type":"content_block_stop","index":)" + std::to_string(block) + "}",
                        out);
  }
  append_stream_event(
      call_, "message_delta",
      R"({"type":"message_delta","delta":{"stop_reason":"refusal","stop_sequence":null},)"
      R"("usage":{"output_tokens":)" +
          std::to_string(output_bytes_ / kBytesPerToken + 1) + "}}",
      out);
  append_stream_event(call_, "message_stop", R"({"type":"message_stop"})", out);
}

void StreamEnding::append_responses(std::string& out) const {
  std::string event(R"({"type":"response.incomplete","sequence_number":)" +
                    std::to_string(events_) + R"(,"response":{)");
  append_others(event, response_, {"status", "incomplete_details"});
  event += R"("status":"incomplete","incomplete_details":{"reason":"content_filter"}}})";
  append_stream_event(call_, "response.incomplete", event, out);
}

void StreamEnding::append_gemini(std::string_view data, std::string& out) const {
  std::string event("{");
  append_others(event, data.empty() ? std::string_view(last_) : data, {"candidates"});
  event += R"("candidates":[)";
  for (const auto candidate : unfinished()) {
    if (event.back() != '[') event += ',';
    event += R"({"index":)" + std::to_string(candidate) +
             R"(,"content":{"role":"model","parts":[]},"finishReason":"SAFETY"})";
  }
  event += "]}";
  append_stream_event(call_, {}, event, out);
}

void StreamEnding::append_converse(std::string& out) const {
  for (const auto block : open_) {
    append_stream_event(call_, "contentBlockStop",
                        R"({"contentBlockIndex":)" + std::to_string(block) + "}", out);
  }
  append_stream_event(call_, "messageStop", R"({"stopReason":"content_filtered"})", out);
}

}  // namespace tidegate::llm
