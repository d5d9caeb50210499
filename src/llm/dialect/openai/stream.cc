#include "llm/dialect/openai/stream.h"

#include <array>

#include "json/edit.h"
#include "json/peek.h"

namespace tidegate::llm::openai {
namespace {

using Step = StreamEvent::Step;

constexpr json::Selection kChunk{"choices", "usage", "error", "object"};
enum ChunkPath : std::size_t { kChoices, kUsage, kError, kObject };

constexpr json::Selection kResponseEvent{"type", "response", "response.id", "response.usage"};
enum ResponsePath : std::size_t { kType, kResponse, kResponseId, kResponseUsage };

constexpr std::string_view kEndedByNull = R"(,"usage":null})";

bool has_output(std::string_view data) {
  const auto delta = json::peek_value(data, "\"delta\"");
  if (delta == data.npos) return json::is_filled(data, json::peek_value(data, "\"text\""));
  const auto rest = data.substr(delta);
  constexpr std::array<std::string_view, 7> kCarriers = {
      "\"content\"", "\"reasoning_content\"", "\"reasoning\"", "\"tool_calls\"",
      "\"refusal\"", "\"function_call\"",     "\"audio\""};
  for (const auto name : kCarriers) {
    if (json::is_filled(rest, json::peek_value(rest, name))) return true;
  }
  return false;
}

bool is_empty_array(std::string_view text) {
  return text.size() >= 2 && text[0] == '[' &&
         text.find_first_not_of(" \t\r\n", 1) == text.size() - 1;
}

// The whole chunk is read: it may report usage or an error.
void read_members(std::string_view data, StreamEvent& event) {
  std::array<json::Member, kChunk.size()> members;
  if (!json::scan_object(data, kChunk, members, Origin::kUpstream)) return;
  const auto& usage = members[kUsage];
  if (usage.kind == json::Kind::kObject) {
    event.usage = usage.value.of(data);
    event.usage_only = is_empty_array(members[kChoices].value.of(data));
  }
  const auto& error = members[kError];
  const bool failed = error.kind == json::Kind::kObject || error.kind == json::Kind::kString ||
                      members[kObject].value.of(data) == "\"error\"";
  if (failed) event.step = Step::kFailed;
}

// The text of the type member, which OpenAI and most others write first.
std::string_view peek_type(std::string_view data) {
  constexpr std::string_view kStart = R"({"type":")";
  const bool is_first = data.starts_with(kStart);
  const auto at = is_first ? kStart.size() - 1 : json::peek_value(data, "\"type\"");
  if (at == data.npos || data[at] != '"') return {};
  return data.substr(at + 1, data.find('"', at + 1) - at - 1);
}

}  // namespace

StreamEvent read_chunk(std::string_view data) {
  StreamEvent event;
  if (data == "[DONE]") {
    event.step = Step::kDone;
    return event;
  }
  event.output = has_output(data);
  const auto usage = json::peek_value(data, "\"usage\"");
  const bool reports_usage = usage != data.npos && data[usage] == '{';
  event.null_usage = usage != data.npos && data[usage] == 'n';
  const auto finish = json::peek_value(data, "\"finish_reason\"");
  if (finish != data.npos && data[finish] == '"') event.step = Step::kFinished;
  // A chunk with choices is no error.
  if (reports_usage || finish == data.npos) read_members(data, event);
  return event;
}

StreamEvent ChunkReader::read(std::string_view data) {
  StreamEvent event;
  if (repeated_.find(data)) {
    event.output = true;
    event.null_usage = null_usage_;
    return event;
  }
  event = read_chunk(data);
  const bool plain = event.output && event.step == Step::kNone && event.usage.empty();
  null_usage_ = event.null_usage;
  if (plain) {
    remember(data);
  } else {
    repeated_.forget();
  }
  return event;
}

void ChunkReader::remember(std::string_view data) {
  repeated_.forget();
  const auto delta = json::peek_value(data, "\"delta\"");
  if (delta == data.npos) return;
  const auto begin = json::peek_value(data, "\"content\"", delta);
  if (begin == data.npos || data[begin] != '"') return;
  const auto end = data.find_first_of("\"\\", begin + 1);
  if (end == data.npos || data[end] != '"' || end == begin + 1) return;
  repeated_.remember(data, data.substr(begin + 1, end - begin - 1));
}

std::optional<json::Range> find_null_usage(std::string_view data) {
  if (data.ends_with(kEndedByNull)) {
    const auto end = static_cast<std::uint32_t>(data.size() - 1);
    return json::Range{end - static_cast<std::uint32_t>(kEndedByNull.size() - 1), end};
  }
  std::array<json::Member, kChunk.size()> members;
  if (!json::scan_object(data, kChunk, members, Origin::kUpstream)) return std::nullopt;
  if (members[kUsage].kind != json::Kind::kNull) return std::nullopt;
  return json::member_with_comma(data, members[kUsage]);
}

StreamEvent read_response_event(std::string_view data) {
  StreamEvent event;
  const auto type = peek_type(data);
  event.output = type.ends_with(".delta");
  const bool done = type == "response.completed" || type == "response.incomplete";
  const bool failed = type == "response.failed" || type == "error";
  if (!done && !failed && type != "response.created") return event;
  std::array<json::Member, kResponseEvent.size()> members;
  if (!json::scan_object(data, kResponseEvent, members, Origin::kUpstream)) return event;
  if (done) event.step = Step::kDone;
  if (failed) event.step = Step::kFailed;
  if (members[kResponseUsage].kind == json::Kind::kObject) {
    event.usage = members[kResponseUsage].value.of(data);
  }
  const auto& id = members[kResponseId];
  if (id.is_string() && !id.escaped) {
    event.response_id = data.substr(id.value.begin + 1, id.value.size() - 2);
  }
  return event;
}

}  // namespace tidegate::llm::openai
