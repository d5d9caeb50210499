#include "simulator/turns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "json/cursor.h"
#include "json/text.h"
#include "simulator/answer.h"

namespace tidegate::simulator {
namespace {

using llm::Dialect;

std::string_view text_of(std::string_view object, std::string_view name) {
  return json::unquote(json::find_member(object, name).value_or(""));
}

std::string decoded(std::string_view raw) {
  std::string text(raw);
  text.resize(json::decode_escapes(raw, text.data()));
  return text;
}

struct Turn {
  std::vector<std::string_view> calls;
  std::vector<std::string_view> results;
};

// A part of a message's content that calls a tool or brings a result.
void read_part(std::string_view part, Turn& turn) {
  const auto type = text_of(part, "type");
  if (type == "tool_use") turn.calls.push_back(text_of(part, "id"));
  if (type == "tool_result") turn.results.push_back(text_of(part, "tool_use_id"));
  if (const auto call = json::find_member(part, "toolUse")) {
    turn.calls.push_back(text_of(*call, "toolUseId"));
  }
  if (const auto result = json::find_member(part, "toolResult")) {
    turn.results.push_back(text_of(*result, "toolUseId"));
  }
  if (const auto call = json::find_member(part, "functionCall")) {
    turn.calls.push_back(text_of(*call, "name"));
  }
  if (const auto result = json::find_member(part, "functionResponse")) {
    turn.results.push_back(text_of(*result, "name"));
  }
}

Turn read_turn(std::string_view message) {
  Turn turn;
  const auto type = text_of(message, "type");  // of an item of the Responses API
  if (type == "function_call") turn.calls.push_back(text_of(message, "call_id"));
  if (type == "function_call_output") turn.results.push_back(text_of(message, "call_id"));
  if (text_of(message, "role") == "tool") turn.results.push_back(text_of(message, "tool_call_id"));
  json::ArrayCursor calls(json::find_member(message, "tool_calls").value_or(""));
  while (const auto call = calls.next()) turn.calls.push_back(text_of(*call, "id"));
  auto content = json::find_member(message, "content");
  if (!content) content = json::find_member(message, "parts");
  json::ArrayCursor parts(content.value_or(""));
  while (const auto part = parts.next()) read_part(*part, turn);
  return turn;
}

std::string unanswered(const ModelRequest& request, std::size_t turn,
                       const std::vector<std::string_view>& ids) {
  const auto list = fmt::format("{}", fmt::join(ids, ", "));
  switch (request.call.dialect) {
    case Dialect::kAnthropic:
      return fmt::format(
          "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: "
          "{}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
          "message.",
          turn, list);
    case Dialect::kBedrock:
      return fmt::format(
          "Expected toolResult blocks at messages.{}.content for the following Ids: "
          "{}",
          turn + 1, list);
    case Dialect::kGemini:
      return "Please ensure that the number of function response parts is equal to the number of "
             "function call parts of the function call turn.";
    case Dialect::kOpenAi:
    case Dialect::kCohere:
      break;
  }
  if (request.call.operation == llm::Operation::kResponses) {
    return fmt::format("No tool output found for function call {}.", list);
  }
  return fmt::format(
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
      "'tool_call_id'. The following tool_call_ids did not have response messages: {}",
      list);
}

std::string uncalled(const ModelRequest& request, std::size_t turn, std::string_view id) {
  switch (request.call.dialect) {
    case Dialect::kAnthropic:
      return fmt::format(
          "messages.{}: unexpected `tool_use_id` found in `tool_result` blocks: {}. Each "
          "`tool_result` block must have a corresponding `tool_use` block in the previous message.",
          turn, id);
    case Dialect::kBedrock:
      return "The number of toolResult blocks at messages." + fmt::format("{}", turn) +
             ".content exceeds the number of toolUse blocks of previous turn.";
    case Dialect::kGemini:
      return "Please ensure that function response turn comes immediately after a function call "
             "turn.";
    case Dialect::kOpenAi:
    case Dialect::kCohere:
      break;
  }
  if (request.call.operation == llm::Operation::kResponses) {
    return fmt::format("No tool call found for function call output with call_id {}.", id);
  }
  return "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.";
}

// In the Responses API an output may stand anywhere behind its call, and calls may be in the stored
// response that the request continues.
std::optional<std::string> find_tool_problem(const ModelRequest& request) {
  const bool is_items = request.call.operation == llm::Operation::kResponses;
  std::vector<std::string_view> open;
  std::size_t opened_at = 0;
  std::size_t index = 0;
  json::ArrayCursor messages(request.input);
  for (; const auto message = messages.next(); ++index) {
    const auto turn = read_turn(*message);
    if (!open.empty() && turn.results.empty() && !is_items) {
      return unanswered(request, opened_at, open);
    }
    for (const auto id : turn.results) {
      const auto call = std::find(open.begin(), open.end(), id);
      if (call != open.end()) {
        open.erase(call);
      } else if (!request.continues) {
        return uncalled(request, index, id);
      }
    }
    if (!turn.calls.empty()) opened_at = index;
    open.insert(open.end(), turn.calls.begin(), turn.calls.end());
  }
  if (!open.empty()) return unanswered(request, opened_at, open);
  return std::nullopt;
}

// What a part or item says that was signed, and its signature.
struct Signed {
  std::string text;
  std::string_view signature;
};

std::optional<Signed> find_signed(std::string_view part) {
  const auto type = text_of(part, "type");
  if (type == "reasoning" && !text_of(part, "encrypted_content").empty()) {
    const auto summary = json::find_member(part, "summary").value_or("");
    const auto first = json::ArrayCursor(summary).next().value_or("");
    const auto text = text_of(first, "text");
    return Signed{decoded(text), text_of(part, "encrypted_content")};
  }
  if (type == "thinking")
    return Signed{decoded(text_of(part, "thinking")), text_of(part, "signature")};
  if (const auto reasoning = json::find_member(part, "reasoningContent")) {
    if (const auto text = json::find_member(*reasoning, "reasoningText")) {
      return Signed{decoded(text_of(*text, "text")), text_of(*text, "signature")};
    }
  }
  const auto signature = json::find_member(part, "thoughtSignature");
  const auto call = json::find_member(part, "functionCall");
  if (signature && call) return Signed{decoded(text_of(*call, "name")), json::unquote(*signature)};
  return std::nullopt;
}

// Cohere and chat completions have no signatures.
std::optional<std::string> find_signature_problem(const ModelRequest& request) {
  std::size_t at = 0;
  json::ArrayCursor messages(request.input);
  for (; const auto message = messages.next(); ++at) {
    if (const auto item = find_signed(*message)) {
      if (decoded(item->signature) != sign(item->text)) {
        return fmt::format("The encrypted content of item {} could not be verified.", at);
      }
    }
    auto content = json::find_member(*message, "content");
    if (!content) content = json::find_member(*message, "parts");
    json::ArrayCursor parts(content.value_or(""));
    for (std::size_t i = 0; const auto part = parts.next(); ++i) {
      const auto found = find_signed(*part);
      if (!found || decoded(found->signature) == sign(found->text)) continue;
      if (request.call.dialect == Dialect::kGemini) return "Thought signature is not valid.";
      return fmt::format("messages.{}.content.{}: Invalid `signature` in `thinking` block", at, i);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_turn_problem(const ModelRequest& request) {
  if (auto problem = find_tool_problem(request)) return problem;
  return find_signature_problem(request);
}

}  // namespace tidegate::simulator
