#include "llm/count/count_request.h"

#include <algorithm>
#include <array>
#include <span>

#include "json/cursor.h"
#include "json/value.h"
#include "json/writer.h"
#include "llm/dialect/anthropic/request.h"
#include "llm/dialect/bedrock/request.h"
#include "llm/dialect/gemini/count_tokens.h"
#include "llm/dialect/openai/responses/request.h"

namespace tidegate::llm {
namespace {

// What a count takes of a whole request.
constexpr std::array<std::string_view, 6> kOfMessages = {"model", "messages",    "system",
                                                         "tools", "tool_choice", "thinking"};
constexpr std::array<std::string_view, 4> kOfConverse = {"messages", "system", "toolConfig",
                                                         "additionalModelRequestFields"};
constexpr std::array<std::string_view, 8> kOfResponses = {
    "model",       "input", "instructions", "tools",
    "tool_choice", "text",  "reasoning",    "parallel_tool_calls"};

void append_members(std::string_view object, std::span<const std::string_view> names,
                    std::string& out) {
  json::Writer writer(out);
  writer.begin_object();
  json::ObjectCursor cursor(object);
  while (const auto item = cursor.next()) {
    if (std::ranges::find(names, item->name) == names.end()) continue;
    writer.key(item->name).raw(item->value);
  }
  writer.end_object();
}

std::unexpected<Error> unsupported(std::string_view what) {
  return fail(ErrorCode::kUnsupported, Origin::kDownstream, std::string(what));
}

Result<void> read_bedrock(std::string_view body, const PathFacts& path, Conversation& conversation,
                          Arena& arena) {
  const auto input = json::find_member(body, "input").value_or("");
  const auto converse = json::find_member(input, "converse").value_or("");
  if (!json::is_object(converse)) {
    return unsupported("'input' must be 'converse' where another provider counts");
  }
  return bedrock::read_converse_request(converse, path, conversation, arena);
}

Result<void> read_responses(std::string_view body, const PathFacts& path,
                            Conversation& conversation, Arena& arena) {
  for (const std::string_view kept : {"previous_response_id", "conversation"}) {
    const auto value = json::find_member(body, kept);
    if (value && !json::is_null(*value)) {
      return unsupported(std::string("'") + std::string(kept) +
                         "' is known to the provider that keeps it alone");
    }
  }
  return openai::read_responses_request(body, path, conversation, arena);
}

}  // namespace

Dialect dialect_of(CountFormat format) {
  switch (format) {
    case CountFormat::kMessages:
      return Dialect::kAnthropic;
    case CountFormat::kGemini:
    case CountFormat::kVertexGemini:
      return Dialect::kGemini;
    case CountFormat::kConverse:
      return Dialect::kBedrock;
    case CountFormat::kResponses:
      return Dialect::kOpenAi;
  }
  return Dialect::kOpenAi;
}

std::optional<CountPath> find_count_path(const Provider& provider, std::string_view model) {
  struct Row {
    std::string_view provider;
    std::string_view models;  // whose names contain this
    CountPath path;
  };
  static constexpr std::array kRows = {
      Row{"Anthropic", "", {CountFormat::kMessages, "/messages/count_tokens"}},
      Row{"Simulator", "", {CountFormat::kMessages, "/messages/count_tokens"}},
      Row{"OpenAI", "", {CountFormat::kResponses, "/responses/input_tokens"}},
      Row{"GeminiAIStudio", "", {CountFormat::kGemini, "/models/{model}:countTokens"}},
      Row{"GCPVertexAI",
          "gemini",
          {CountFormat::kVertexGemini, "/publishers/google/models/{model}:countTokens"}},
      Row{"GCPVertexAI",
          "claude",
          {CountFormat::kMessages, "/publishers/anthropic/models/count-tokens:rawPredict"}},
      // CountTokens is there for Claude alone (Bedrock, Monitor your token usage).
      Row{"AWSBedrock", "anthropic.", {CountFormat::kConverse, "/model/{model}/count-tokens"}},
  };
  for (const Row& row : kRows) {
    if (row.provider == provider.name && model.contains(row.models)) return row.path;
  }
  return std::nullopt;
}

Result<void> read_count_request(Dialect dialect, std::string_view body, const PathFacts& path,
                                Conversation& conversation, Arena& arena) {
  switch (dialect) {
    case Dialect::kAnthropic:
      return anthropic::read_messages_request(body, path, conversation, arena);
    case Dialect::kGemini:
      return gemini::read_count_tokens_request(body, path, conversation, arena);
    case Dialect::kBedrock:
      return read_bedrock(body, path, conversation, arena);
    case Dialect::kOpenAi:
      return read_responses(body, path, conversation, arena);
    case Dialect::kCohere:
      break;
  }
  return unsupported("this dialect counts no tokens");
}

void write_count_request(const Conversation& conversation, CountFormat format, const Target& target,
                         std::string& out, Losses& losses) {
  std::string whole;
  switch (format) {
    case CountFormat::kMessages: {
      Target plain = target;  // Vertex AI's too: the model stands in the body, the version does not
      plain.model_in_body = true;
      plain.anthropic_version = {};
      anthropic::write_messages_request(conversation, plain, whole, losses);
      return append_members(whole, kOfMessages, out);
    }
    case CountFormat::kGemini:
      return gemini::write_count_tokens_request(conversation, target, gemini::CountForm::kGeminiApi,
                                                out, losses);
    case CountFormat::kVertexGemini:
      return gemini::write_count_tokens_request(conversation, target, gemini::CountForm::kVertexAi,
                                                out, losses);
    case CountFormat::kConverse:
      bedrock::write_converse_request(conversation, target, whole, losses);
      out += R"({"input":{"converse":)";
      append_members(whole, kOfConverse, out);
      out += "}}";
      return;
    case CountFormat::kResponses:
      openai::write_responses_request(conversation, target, whole, losses);
      return append_members(whole, kOfResponses, out);
  }
}

}  // namespace tidegate::llm
