// Bedrock Converse, CountTokens, and InvokeModel of Anthropic's models.
// Source: Amazon Bedrock runtime API reference; Anthropic Claude Messages API parameters (2026-11).
#include <fmt/format.h>

#include <charconv>

#include "base/base64.h"
#include "json/cursor.h"
#include "json/scan.h"
#include "json/text.h"
#include "simulator/model_request.h"

namespace tidegate::simulator {
namespace {

using llm::Operation;

std::string_view member(std::string_view object, std::string_view name) {
  const auto value = json::find_member(object, name).value_or("");
  return value == "null" ? std::string_view() : value;
}

Refusal invalid(std::string_view message, Arena& arena) {
  return {400, arena.copy(message), {}, {}};
}

// Roles alternate, beginning with the user's; contents and their texts are not empty.
std::optional<Refusal> check_messages(std::string_view messages, Arena& arena) {
  if (!json::ArrayCursor(messages).next()) {
    return invalid(
        "A conversation must start with a user message. Try again with a conversation "
        "that starts with a user message.",
        arena);
  }
  json::ArrayCursor turns(messages);
  for (std::size_t i = 0; const auto turn = turns.next(); ++i) {
    const auto role = json::unquote(member(*turn, "role"));
    if (role != (i % 2 == 0 ? "user" : "assistant")) {
      return invalid(
          fmt::format(
              "A conversation must alternate between user and assistant roles. Make sure the "
              "conversation alternates between user and assistant roles and try again "
              "(messages.{}).",
              i),
          arena);
    }
    json::ArrayCursor blocks(member(*turn, "content"));
    std::size_t count = 0;
    for (; const auto block = blocks.next(); ++count) {
      if (member(*block, "text") != R"("")") continue;
      return invalid(
          fmt::format(
              "The text field in the ContentBlock object at messages.{}.content.{} is blank. "
              "Add text to the text field, and try again.",
              i, count),
          arena);
    }
    if (count == 0) {
      return invalid(fmt::format("The content field in the Message object at messages.{} is empty. "
                                 "Add a ContentBlock object to the content field and try again.",
                                 i),
                     arena);
    }
  }
  return std::nullopt;
}

void read_tool_config(std::string_view config, ModelRequest& request) {
  request.tools = member(config, "tools");
  if (request.tools.empty()) return;
  request.tool_use = ToolUse::kAllowed;
  const auto choice = member(config, "toolChoice");
  if (!member(choice, "any").empty()) request.tool_use = ToolUse::kRequired;
  if (const auto named = member(choice, "tool"); !named.empty()) {
    request.tool_use = ToolUse::kNamed;
    request.tool_name = json::unquote(member(named, "name"));
  }
}

// {"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"<text>"}}}}
void read_output_config(std::string_view config, Arena& arena, ModelRequest& request) {
  const auto format = member(config, "textFormat");
  if (json::unquote(member(format, "type")) != "json_schema") return;
  const auto text =
      json::unquote(member(member(member(format, "structure"), "jsonSchema"), "schema"));
  std::string schema(text);
  schema.resize(json::decode_escapes(text, schema.data()));
  if (!json::validate(schema, Origin::kDownstream)) return;
  request.format = ContentFormat::kJsonSchema;
  request.schema = arena.copy(schema);
}

std::optional<Refusal> read_converse(std::string_view body, Arena& arena, ModelRequest& request) {
  request.input = member(body, "messages");
  request.system = member(body, "system");
  if (auto refusal = check_messages(request.input, arena)) return refusal;
  read_tool_config(member(body, "toolConfig"), request);
  read_output_config(member(body, "outputConfig"), arena, request);
  const bool used_tools = request.input.find(R"("toolUse")") != std::string_view::npos;
  if (used_tools && request.tools.empty()) {
    return invalid(
        "The toolConfig field must be defined when using toolUse and toolResult content "
        "blocks.",
        arena);
  }
  const auto inference = member(body, "inferenceConfig");
  request.stop = member(inference, "stopSequences");
  if (const auto limit = member(inference, "maxTokens"); !limit.empty()) {
    std::uint64_t value = 0;
    std::from_chars(limit.data(), limit.data() + limit.size(), value);
    if (value == 0) {
      return invalid(
          "Value at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must "
          "have value greater than or equal to 1",
          arena);
    }
    request.max_tokens = value;
  }
  const auto more = member(body, "additionalModelRequestFields");
  const auto format = member(member(more, "output_config"), "format");  // Anthropic's own
  if (const auto schema = member(format, "schema"); !schema.empty()) {
    request.format = ContentFormat::kJsonSchema;
    request.schema = schema;
  }
  for (const std::string_view name : {"thinking", "reasoning_config"}) {
    const auto type = json::unquote(member(member(more, name), "type"));
    request.thinking |= type == "enabled" || type == "adaptive";
  }
  return std::nullopt;
}

// A Messages request whose model and streaming are the path's.
std::optional<Refusal> read_invoke(std::string_view body, Arena& arena, ModelRequest& request) {
  for (const std::string_view name : {"model", "stream"}) {
    if (json::find_member(body, name)) {
      return invalid(fmt::format("{}: Extra inputs are not permitted", name), arena);
    }
  }
  if (json::unquote(member(body, "anthropic_version")) != "bedrock-2023-05-31") {
    return invalid("anthropic_version: Field required", arena);
  }
  request.call = {llm::Dialect::kAnthropic, Operation::kMessages};
  return read_flat_request(body, arena, request);
}

// {"input":{"converse":{..}}} or {"input":{"invokeModel":{"body":"<base64>"}}}
std::optional<Refusal> read_count_tokens(std::string_view body, Arena& arena,
                                         ModelRequest& request) {
  const auto input = member(body, "input");
  if (const auto converse = member(input, "converse"); !converse.empty()) {
    return read_converse(converse, arena, request);
  }
  const auto encoded = json::unquote(member(member(input, "invokeModel"), "body"));
  const auto decoded = parse_base64(encoded);
  if (encoded.empty() || !decoded) {
    return invalid("Value at 'input' failed to satisfy constraint: Member must not be null", arena);
  }
  return read_invoke(arena.copy(*decoded), arena, request);
}

}  // namespace

std::optional<Refusal> read_bedrock_request(std::string_view body, Arena& arena,
                                            ModelRequest& request) {
  if (const auto valid = json::validate(body, Origin::kDownstream); !valid) {
    return invalid(valid.error().detail, arena);
  }
  if (request.call.operation == Operation::kCountTokens) {
    return read_count_tokens(body, arena, request);
  }
  return request.call.operation == Operation::kInvokeModel ? read_invoke(body, arena, request)
                                                           : read_converse(body, arena, request);
}

}  // namespace tidegate::simulator
