#include "llm/text/stream_texts.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "json/value.h"
#include "llm/text/lanes.h"
#include "llm/text/part.h"

namespace tidegate::llm {
namespace {

using enum Channel;
using Kind = Lane::Kind;
using Scope = LaneEnd::Scope;

Channel channel_of(Kind kind) {
  if (kind == Kind::kReasoning) return kReasoning;
  return kind == Kind::kToolCall ? kToolCall : kAssistant;
}

class EventReader {
 public:
  EventReader(std::string_view data, Arena& arena, EventTexts& out)
      : arena_(arena), out_(out), to_(data, arena, found_) {}

  void chat(std::string_view event);
  void responses(std::string_view event);
  void anthropic(std::string_view event);
  void gemini(std::string_view event);
  void converse(std::string_view type, std::string_view event);
  bool overflow() const { return to_.overflow() || out_.texts.size() > kMaxTexts; }

 private:
  std::string_view find(std::string_view object, std::string_view name) {
    return find_loose(object, name, arena_);
  }
  // The values of several members, found in one pass: events are many.
  template <std::size_t N>
  std::array<std::string_view, N> find_all(std::string_view object,
                                           const std::string_view (&names)[N]) {
    std::array<std::string_view, N> values;
    LooseFields fields(object, arena_);
    LooseFields::Item item;
    while (fields.next(item)) {
      for (std::size_t i = 0; i < N; ++i) {
        if (item.name == names[i]) values[i] = item.value;
      }
    }
    return values;
  }
  static std::uint32_t to_number(std::string_view value) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(
        json::parse_uint(value).value_or(0), std::numeric_limits<std::uint32_t>::max() - 1));
  }
  std::uint32_t number(std::string_view object, std::string_view name) {
    return to_number(find(object, name));
  }
  std::string_view word(std::string_view object, std::string_view name) {
    return json::unquote(find(object, name));
  }

  void end(Scope scope, Lane lane = {}) { out_.ends.push_back({scope, lane}); }
  void piece(std::string_view value, Lane lane, bool is_json = false) {
    to_.set_message(lane.choice);
    to_.add(value, channel_of(lane.kind), is_json);
    take(lane, false);
  }
  void whole(std::string_view value, Channel channel) {
    add_content(to_, value, channel);
    take({}, true);
  }
  void take(Lane lane, bool is_whole) {
    for (const auto& text : found_) out_.texts.push_back({text, lane, is_whole});
    found_.clear();
  }

  void chat_choice(std::string_view choice);
  void chat_delta(std::string_view delta, std::uint32_t choice);
  void chat_tool_calls(std::string_view calls, std::uint32_t choice);
  void anthropic_block(std::string_view block, std::uint32_t index);
  void gemini_parts(std::string_view parts, std::uint32_t choice);

  Arena& arena_;
  EventTexts& out_;
  std::vector<Text> found_;
  TextCollector to_;
};

void EventReader::chat(std::string_view event) {
  const auto [list, error] = find_all(event, {"choices", "error"});
  json::ArrayCursor choices(list);
  while (const auto choice = choices.next()) chat_choice(*choice);
  if (json::is_object(error)) end(Scope::kAll);
}

void EventReader::chat_choice(std::string_view choice) {
  const auto [at, delta, text, message, finish] =
      find_all(choice, {"index", "delta", "text", "message", "finishreason"});
  const auto index = to_number(at);
  chat_delta(delta, index);
  piece(text, {Kind::kText, index});
  whole(message, kAssistant);
  if (json::is_string(finish)) end(Scope::kChoice, {Kind::kText, index});
}

void EventReader::chat_delta(std::string_view delta, std::uint32_t choice) {
  LooseFields fields(delta, arena_);
  LooseFields::Item item;
  while (fields.next(item)) {
    if (item.name == "content") {
      piece(item.value, {Kind::kText, choice});
      json::ArrayCursor parts(item.value);
      while (const auto part = parts.next()) piece(find(*part, "text"), {Kind::kText, choice});
    } else if (item.name == "refusal") {
      piece(item.value, {Kind::kRefusal, choice});
    } else if (item.name == "reasoningcontent" || item.name == "reasoning") {
      // Servers that have both fields say the same in both.
      piece(item.value, {Kind::kReasoning, choice, item.name == "reasoning" ? 1U : 0U});
    } else if (item.name == "reasoningdetails") {
      json::ArrayCursor details(item.value);
      while (const auto detail = details.next()) {
        const auto at = number(*detail, "index");
        piece(find(*detail, "text"), {Kind::kReasoning, choice, 2, at});
        piece(find(*detail, "summary"), {Kind::kReasoning, choice, 3, at});
      }
    } else if (item.name == "toolcalls") {
      chat_tool_calls(item.value, choice);
    } else if (item.name == "functioncall") {
      piece(find(item.value, "arguments"), {Kind::kToolCall, choice, lanes::kFunctionCall}, true);
    }
  }
}

void EventReader::chat_tool_calls(std::string_view calls, std::uint32_t choice) {
  json::ArrayCursor list(calls);
  while (const auto call = list.next()) {
    const auto index = number(*call, "index");
    piece(find(find(*call, "function"), "arguments"),
          {Kind::kToolCall, choice, index, lanes::kArguments}, true);
    piece(find(find(*call, "custom"), "input"),
          {Kind::kToolCall, choice, index, lanes::kCustomInput});
  }
}

struct ResponsesEvent {
  std::string_view name;  // between "response." and ".delta" or ".done"
  Kind kind;
  std::string_view inner;  // the field that numbers it within its item
  std::uint32_t add;       // to that number
  std::string_view text;   // the field of the whole text in ".done"
  bool is_json;
};

constexpr std::array kResponsesEvents = std::to_array<ResponsesEvent>({
    {"output_text", Kind::kText, "contentindex", 0, "text", false},
    {"refusal", Kind::kRefusal, "contentindex", 0, "refusal", false},
    {"reasoning_summary_text", Kind::kReasoning, "summaryindex", 0, "text", false},
    {"reasoning_text", Kind::kReasoning, "contentindex", lanes::kReasoningText, "text", false},
    {"function_call_arguments", Kind::kToolCall, "", lanes::kArguments, "arguments", true},
    {"custom_tool_call_input", Kind::kToolCall, "", lanes::kCustomInput, "input", false},
    {"mcp_call_arguments", Kind::kToolCall, "", lanes::kMcpArguments, "arguments", true},
    {"code_interpreter_call_code", Kind::kToolCall, "", lanes::kInterpreterCode, "code", false},
});

const ResponsesEvent* find_event(std::string_view type, std::string_view suffix) {
  constexpr std::string_view kPrefix = "response.";
  if (!type.starts_with(kPrefix) || !type.ends_with(suffix)) return nullptr;
  type = type.substr(kPrefix.size(), type.size() - kPrefix.size() - suffix.size());
  const auto found = std::ranges::find(kResponsesEvents, type, &ResponsesEvent::name);
  return found == kResponsesEvents.end() ? nullptr : &*found;
}

void EventReader::responses(std::string_view event) {
  const auto type = word(event, "type");
  const auto item = number(event, "outputindex");
  const auto inner = [&](const ResponsesEvent& row) {
    return (row.inner.empty() ? 0 : number(event, row.inner)) + row.add;
  };
  if (const auto* row = find_event(type, ".delta")) {
    return piece(find(event, "delta"), {row->kind, 0, item, inner(*row)}, row->is_json);
  }
  if (const auto* row = find_event(type, ".done")) {
    to_.add(find(event, row->text), channel_of(row->kind), row->is_json);
    take({}, true);
    return end(Scope::kPart, {row->kind, 0, item, inner(*row)});
  }
  whole(find(event, "item"), kAssistant);
  whole(find(event, "part"), type.contains("reasoning") ? kReasoning : kAssistant);
  whole(find(event, "annotation"), kDocument);
  if (type == "response.output_item.done") return end(Scope::kItem, {Kind::kText, 0, item});
  add_reply(to_, find(event, "response"));
  take({}, true);
  const bool last = type == "response.completed" || type == "response.incomplete" ||
                    type == "response.failed" || type == "error";
  if (last) end(Scope::kAll);
}

void EventReader::anthropic(std::string_view event) {
  const auto [name, at, delta] = find_all(event, {"type", "index", "delta"});
  const auto type = json::unquote(name);
  const auto index = to_number(at);
  if (type == "content_block_start") {
    anthropic_block(find(event, "contentblock"), index);
  } else if (type == "content_block_delta") {
    const auto [text, thinking, arguments, citation] =
        find_all(delta, {"text", "thinking", "partialjson", "citation"});
    piece(text, {Kind::kText, 0, index});
    piece(thinking, {Kind::kReasoning, 0, index});
    piece(arguments, {Kind::kToolCall, 0, index}, true);
    whole(citation, kDocument);
  } else if (type == "content_block_stop") {
    end(Scope::kItem, {Kind::kText, 0, index});
  } else if (type == "message_start") {
    whole(find(event, "message"), kAssistant);
  } else if (type == "message_delta" || type == "message_stop" || type == "error") {
    end(Scope::kAll);
  }
}

// What a text begins with is its first piece; results of the server's own tools come whole.
void EventReader::anthropic_block(std::string_view block, std::uint32_t index) {
  const auto type = word(block, "type");
  if (type != "text" && type != "thinking") return whole(block, kAssistant);
  piece(find(block, "text"), {Kind::kText, 0, index});
  piece(find(block, "thinking"), {Kind::kReasoning, 0, index});
  whole(find(block, "citations"), kDocument);
}

void EventReader::gemini(std::string_view event) {
  json::ArrayCursor candidates(find(event, "candidates"));
  while (const auto candidate = candidates.next()) {
    const auto index = number(*candidate, "index");
    gemini_parts(find(find(*candidate, "content"), "parts"), index);
    if (json::is_string(find(*candidate, "finishreason"))) {
      end(Scope::kChoice, {Kind::kText, index});
    }
  }
  if (json::is_object(find(event, "error"))) end(Scope::kAll);
}

void EventReader::gemini_parts(std::string_view parts, std::uint32_t choice) {
  json::ArrayCursor list(parts);
  while (const auto part = list.next()) {
    const auto text = find(*part, "text");
    const bool thought = find(*part, "thought") == "true";
    if (json::is_string(text)) {
      piece(text, {thought ? Kind::kReasoning : Kind::kText, choice});
    } else {
      whole(*part, kAssistant);
    }
  }
}

void EventReader::converse(std::string_view type, std::string_view event) {
  const auto [at, delta] = find_all(event, {"contentblockindex", "delta"});
  const auto index = to_number(at);
  if (type == "contentBlockDelta") {
    const auto [text, reasoning, call, result, citation] =
        find_all(delta, {"text", "reasoningcontent", "tooluse", "toolresult", "citation"});
    piece(text, {Kind::kText, 0, index});
    piece(find(reasoning, "text"), {Kind::kReasoning, 0, index});
    piece(find(call, "input"), {Kind::kToolCall, 0, index}, true);
    whole(result, kToolResult);
    whole(citation, kDocument);
  } else if (type == "contentBlockStop") {
    end(Scope::kItem, {Kind::kText, 0, index});
  } else if (type == "messageStop" || type == "metadata" || type.ends_with("Exception")) {
    end(Scope::kAll);
  }
}

void read_event(EventReader& reader, Call call, std::string_view type, std::string_view event) {
  switch (call.dialect) {
    case Dialect::kAnthropic:
      return reader.anthropic(event);
    case Dialect::kGemini:
      return reader.gemini(event);
    case Dialect::kBedrock:
      // What InvokeModel frames is an event of the model's own API; of these, Anthropic's is known.
      return call.operation == Operation::kConverse ? reader.converse(type, event)
                                                    : reader.anthropic(event);
    case Dialect::kOpenAi:
    case Dialect::kCohere:
      return call.operation == Operation::kResponses ? reader.responses(event) : reader.chat(event);
  }
}

}  // namespace

bool LaneEnd::covers(const Lane& other) const {
  switch (scope) {
    case Scope::kAll:
      return true;
    case Scope::kChoice:
      return other.choice == lane.choice;
    case Scope::kItem:
      return other.choice == lane.choice && other.part == lane.part;
    case Scope::kPart:
      return other == lane;
  }
  return false;
}

Result<bool> list_event_texts(Call call, std::string_view type, std::string_view data, Arena& arena,
                              EventTexts& out) {
  out.clear();
  const auto range = json::validate(data, Origin::kUpstream);
  if (!range || !json::is_object(range->of(data))) {
    if (data == "[DONE]") out.ends.push_back({});
    return false;
  }
  EventReader reader(data, arena, out);
  read_event(reader, call, type, range->of(data));
  if (reader.overflow()) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "more texts than are looked at");
  }
  return true;
}

}  // namespace tidegate::llm
