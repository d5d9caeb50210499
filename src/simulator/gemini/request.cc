// Gemini generateContent, streamGenerateContent and countTokens. Names are those of the JSON
// mapping of protocol buffers, which takes camelCase and snake_case and refuses what it does not
// know. Source: Gemini API reference, Generating content (2026-11).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "json/cursor.h"
#include "json/scan.h"
#include "simulator/model_request.h"

namespace tidegate::simulator {
namespace {

constexpr std::array<std::string_view, 9> kRequestMembers = {
    "contents",         "systemInstruction", "tools", "toolConfig", "safetySettings",
    "generationConfig", "cachedContent",     "model", "serviceTier"};
constexpr std::array<std::string_view, 24> kConfigMembers = {"stopSequences",
                                                             "responseMimeType",
                                                             "responseSchema",
                                                             "responseJsonSchema",
                                                             "responseModalities",
                                                             "candidateCount",
                                                             "maxOutputTokens",
                                                             "temperature",
                                                             "topP",
                                                             "topK",
                                                             "seed",
                                                             "presencePenalty",
                                                             "frequencyPenalty",
                                                             "responseLogprobs",
                                                             "logprobs",
                                                             "enableEnhancedCivicAnswers",
                                                             "speechConfig",
                                                             "thinkingConfig",
                                                             "imageConfig",
                                                             "mediaResolution",
                                                             "audioTimestamp",
                                                             "routingConfig",
                                                             "_responseJsonSchema",
                                                             "modelSelectionConfig"};

// "max_output_tokens" and "maxOutputTokens" are one name.
std::string camel(std::string_view name) {
  std::string out;
  bool up = false;
  for (const char c : name) {
    if (c == '_' && !out.empty()) {
      up = true;
      continue;
    }
    out.push_back(up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    up = false;
  }
  return out;
}

std::string_view member(std::string_view object, std::string_view name) {
  json::ObjectCursor members(object);
  while (const auto item = members.next()) {
    if (item->value != "null" && camel(item->name) == name) return item->value;
  }
  return {};
}

std::optional<Refusal> find_unknown(std::string_view object, std::string_view path,
                                    std::span<const std::string_view> known, Arena& arena) {
  json::ObjectCursor members(object);
  while (const auto item = members.next()) {
    if (std::find(known.begin(), known.end(), camel(item->name)) != known.end()) continue;
    const auto message =
        fmt::format("Invalid JSON payload received. Unknown name \"{}\"{}: Cannot find field.",
                    item->name, path.empty() ? "" : fmt::format(" at '{}'", path));
    return Refusal{400, arena.copy(message), {}, {}};
  }
  return std::nullopt;
}

// Whole numbers also come as strings (int64 in the JSON mapping).
std::optional<std::uint64_t> number(std::string_view value) {
  if (value.starts_with('"')) value = json::unquote(value);
  std::uint64_t out = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), out);
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) return std::nullopt;
  return out;
}

std::optional<Refusal> read_generation_config(std::string_view config, Arena& arena,
                                              ModelRequest& request) {
  if (auto refusal = find_unknown(config, "generation_config", kConfigMembers, arena)) {
    return refusal;
  }
  if (const auto limit = member(config, "maxOutputTokens"); !limit.empty()) {
    request.max_tokens = number(limit);
    if (request.max_tokens.value_or(0) == 0) {
      return Refusal{400, "max_output_tokens must be positive.", {}, {}};
    }
  }
  if (const auto count = member(config, "candidateCount"); !count.empty()) {
    const auto choices = number(count).value_or(0);
    if (choices == 0 || choices > 8) {
      return Refusal{400, "candidate_count must be from 1 to 8.", {}, {}};
    }
    request.choices = static_cast<std::uint32_t>(choices);
  }
  request.seed = number(member(config, "seed")).value_or(0);
  request.stop = member(config, "stopSequences");
  const auto schema = member(config, "responseSchema");
  const auto json_schema = member(config, "responseJsonSchema");
  const bool is_json = json::unquote(member(config, "responseMimeType")) == "application/json";
  request.schema = schema.empty() ? json_schema : schema;
  if (!request.schema.empty() && !is_json) {
    return Refusal{
        400, "Function response schema requires response_mime_type application/json.", {}, {}};
  }
  if (is_json) {
    request.format =
        request.schema.empty() ? ContentFormat::kJsonObject : ContentFormat::kJsonSchema;
  }
  request.thinking = member(member(config, "thinkingConfig"), "includeThoughts") == "true";
  return std::nullopt;
}

void read_tool_config(std::string_view config, ModelRequest& request) {
  request.tool_use = ToolUse::kAllowed;
  const auto calling = member(config, "functionCallingConfig");
  const auto mode = json::unquote(member(calling, "mode"));
  if (mode == "NONE") request.tool_use = ToolUse::kNone;
  if (mode != "ANY") return;
  request.tool_use = ToolUse::kRequired;
  const auto allowed = json::ArrayCursor(member(calling, "allowedFunctionNames")).next();
  if (!allowed) return;
  request.tool_use = ToolUse::kNamed;
  request.tool_name = json::unquote(*allowed);
}

std::optional<Refusal> check_contents(std::string_view contents, Arena& arena) {
  if (!json::ArrayCursor(contents).next()) {
    return Refusal{400, "* GenerateContentRequest.contents: contents is not specified\n", {}, {}};
  }
  json::ArrayCursor turns(contents);
  for (std::size_t i = 0; const auto turn = turns.next(); ++i) {
    const auto role = json::unquote(member(*turn, "role"));
    if (!role.empty() && role != "user" && role != "model" && role != "function") {
      return Refusal{400, "Please use a valid role: user, model.", {}, {}};
    }
    if (!json::ArrayCursor(member(*turn, "parts")).next()) {
      const auto message = fmt::format(
          "* GenerateContentRequest.contents[{}].parts: contents.parts must not be empty.\n", i);
      return Refusal{400, arena.copy(message), {}, {}};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> read_gemini_request(std::string_view body, Arena& arena,
                                           ModelRequest& request) {
  if (const auto valid = json::validate(body, Origin::kDownstream); !valid) {
    return Refusal{
        400, arena.copy("Invalid JSON payload received. " + valid.error().detail), {}, {}};
  }
  auto said = body;
  if (request.call.operation == llm::Operation::kCountTokens) {
    const auto inner = member(body, "generateContentRequest");
    if (!inner.empty()) said = inner;
  } else if (auto refusal = find_unknown(body, {}, kRequestMembers, arena)) {
    return refusal;
  }
  request.input = member(said, "contents");
  request.system = member(said, "systemInstruction");
  request.tools = member(said, "tools");
  if (auto refusal = check_contents(request.input, arena)) return refusal;
  if (!request.tools.empty()) read_tool_config(member(said, "toolConfig"), request);
  return read_generation_config(member(said, "generationConfig"), arena, request);
}

}  // namespace tidegate::simulator
