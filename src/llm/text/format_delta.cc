// format_delta(): the event that says a piece of text in a lane.
#include <algorithm>
#include <array>
#include <initializer_list>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/text.h"
#include "llm/dialect/bedrock/write_frame.h"
#include "llm/text/lanes.h"
#include "llm/text/stream_texts.h"

namespace tidegate::llm {
namespace {

using Kind = Lane::Kind;

void append_text(std::string& out, std::string_view name, std::string_view plain) {
  out += '"';
  out += name;
  out += "\":\"";
  json::append_escaped(out, plain);
  out += '"';
}

void append_number(std::string& out, std::string_view name, std::uint32_t value) {
  out += '"';
  out += name;
  out += "\":" + std::to_string(value);
}

// The members of `object` but those that are named, each with a comma behind it.
void append_others(std::string& out, std::string_view object,
                   std::initializer_list<std::string_view> without) {
  json::ObjectCursor members(object);
  while (const auto member = members.next()) {
    if (std::ranges::find(without, member->name) != without.end()) continue;
    out += '"';
    out += member->name;
    out += "\":";
    out += member->value;
    out += ',';
  }
}

std::string_view object_or_nothing(std::string_view data) {
  return json::validate(data, Origin::kUpstream)
             ? data.substr(std::min(data.find('{'), data.size()))
             : std::string_view();
}

void append_chat_delta(std::string& out, const Lane& lane, std::string_view plain) {
  switch (lane.kind) {
    case Kind::kText:
      return append_text(out, "content", plain);
    case Kind::kRefusal:
      return append_text(out, "refusal", plain);
    case Kind::kReasoning:
      if (lane.part < 2) {
        return append_text(out, lane.part == 1 ? "reasoning" : "reasoning_content", plain);
      }
      out += R"("reasoning_details":[{)";
      append_number(out, "index", lane.inner);
      out += lane.part == 2 ? R"(,"type":"reasoning.text",)" : R"(,"type":"reasoning.summary",)";
      append_text(out, lane.part == 2 ? "text" : "summary", plain);
      out += "}]";
      return;
    case Kind::kToolCall:
      break;
  }
  if (lane.part == lanes::kFunctionCall) {
    out += R"("function_call":{)";
    append_text(out, "arguments", plain);
    out += '}';
    return;
  }
  const bool custom = lane.inner == lanes::kCustomInput;
  out += R"("tool_calls":[{)";
  append_number(out, "index", lane.part);
  out += custom ? R"(,"custom":{)" : R"(,"function":{)";
  append_text(out, custom ? "input" : "arguments", plain);
  out += "}}]";
}

void format_chat(std::string& out, Call call, const Lane& lane, std::string_view event,
                 std::string_view plain) {
  out += '{';
  append_others(out, event, {"choices", "usage"});
  out += R"("choices":[{)";
  append_number(out, "index", lane.choice);
  out += ',';
  if (call.operation == Operation::kCompletions) {
    append_text(out, "text", plain);
  } else {
    out += R"("delta":{)";
    append_chat_delta(out, lane, plain);
    out += '}';
  }
  out += R"(,"finish_reason":null}]})";
}

std::string_view responses_type(const Lane& lane) {
  switch (lane.kind) {
    case Kind::kText:
      return "response.output_text.delta";
    case Kind::kRefusal:
      return "response.refusal.delta";
    case Kind::kReasoning:
      return lane.inner < lanes::kReasoningText ? "response.reasoning_summary_text.delta"
                                                : "response.reasoning_text.delta";
    case Kind::kToolCall:
      break;
  }
  constexpr std::array<std::string_view, 4> kTypes = {
      "response.function_call_arguments.delta", "response.custom_tool_call_input.delta",
      "response.mcp_call_arguments.delta", "response.code_interpreter_call_code.delta"};
  return kTypes[lane.inner % kTypes.size()];
}

std::string_view format_responses(std::string& out, const Lane& lane, std::string_view event,
                                  std::string_view plain) {
  const auto type = responses_type(lane);
  out += '{';
  append_text(out, "type", type);
  for (const std::string_view name : {"sequence_number", "item_id"}) {
    if (const auto value = json::find_member(event, name)) {
      out.append(",\"").append(name).append("\":").append(*value);
    }
  }
  out += ',';
  append_number(out, "output_index", lane.part);
  if (lane.kind != Kind::kToolCall) {
    const bool summary = lane.kind == Kind::kReasoning && lane.inner < lanes::kReasoningText;
    const auto add = lane.kind == Kind::kReasoning && !summary ? lanes::kReasoningText : 0;
    out += ',';
    append_number(out, summary ? "summary_index" : "content_index", lane.inner - add);
  }
  out += ',';
  append_text(out, "delta", plain);
  out += '}';
  return type;
}

std::string_view format_anthropic(std::string& out, const Lane& lane, std::string_view plain) {
  out += R"({"type":"content_block_delta",)";
  append_number(out, "index", lane.part);
  out += R"(,"delta":{)";
  if (lane.kind == Kind::kToolCall) {
    out += R"("type":"input_json_delta",)";
    append_text(out, "partial_json", plain);
  } else if (lane.kind == Kind::kReasoning) {
    out += R"("type":"thinking_delta",)";
    append_text(out, "thinking", plain);
  } else {
    out += R"("type":"text_delta",)";
    append_text(out, "text", plain);
  }
  out += "}}";
  return "content_block_delta";
}

void format_gemini(std::string& out, const Lane& lane, std::string_view event,
                   std::string_view plain) {
  out += '{';
  append_others(out, event, {"candidates", "usageMetadata", "usage_metadata"});
  out += R"("candidates":[{)";
  append_number(out, "index", lane.choice);
  out += R"(,"content":{"role":"model","parts":[{)";
  if (lane.kind == Kind::kReasoning) out += R"("thought":true,)";
  append_text(out, "text", plain);
  out += "}]}}]}";
}

std::string_view format_converse(std::string& out, const Lane& lane, std::string_view plain) {
  out += '{';
  append_number(out, "contentBlockIndex", lane.part);
  out += R"(,"delta":{)";
  if (lane.kind == Kind::kToolCall) {
    out += R"("toolUse":{)";
    append_text(out, "input", plain);
    out += '}';
  } else if (lane.kind == Kind::kReasoning) {
    out += R"("reasoningContent":{)";
    append_text(out, "text", plain);
    out += '}';
  } else {
    append_text(out, "text", plain);
  }
  out += "}}";
  return "contentBlockDelta";
}

}  // namespace

std::string_view format_delta(Call call, const Lane& lane, std::string_view template_data,
                              std::string_view plain, std::string& data) {
  const auto event = object_or_nothing(template_data);
  switch (call.dialect) {
    case Dialect::kAnthropic:
      return format_anthropic(data, lane, plain);
    case Dialect::kGemini:
      format_gemini(data, lane, event, plain);
      return {};
    case Dialect::kBedrock:
      return call.operation == Operation::kConverse ? format_converse(data, lane, plain)
                                                    : format_anthropic(data, lane, plain);
    case Dialect::kOpenAi:
    case Dialect::kCohere:
      break;
  }
  if (call.operation == Operation::kResponses) return format_responses(data, lane, event, plain);
  format_chat(data, call, lane, event, plain);
  return {};
}

void append_stream_event(Call call, std::string_view type, std::string_view data,
                         std::string& out) {
  if (call.dialect == Dialect::kBedrock) {
    return call.operation == Operation::kConverse ? bedrock::append_event(out, type, data)
                                                  : bedrock::append_chunk(out, data);
  }
  if (!type.empty()) out.append("event: ").append(type).append("\n");
  out.append("data: ").append(data).append("\n\n");
}

}  // namespace tidegate::llm
