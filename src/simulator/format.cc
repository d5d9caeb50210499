#include "simulator/format.h"

#include <fmt/format.h>

#include "json/text.h"

namespace tidegate::simulator {

std::unique_ptr<Format> make_format(const Subject& subject) {
  switch (subject.call.operation) {
    case llm::Operation::kChatCompletions:
      return make_chat_format(subject);
    case llm::Operation::kCompletions:
      return make_text_format(subject);
    case llm::Operation::kResponses:
      return make_responses_format(subject);
    case llm::Operation::kMessages:
      return make_messages_format(subject);
    case llm::Operation::kEmbeddings:
    case llm::Operation::kStoredResponse:
    case llm::Operation::kCountTokens:
    case llm::Operation::kGenerateContent:
    case llm::Operation::kConverse:
    case llm::Operation::kInvokeModel:
    case llm::Operation::kRerank:
    case llm::Operation::kModerations:
    case llm::Operation::kImages:
    case llm::Operation::kAudio:
    case llm::Operation::kFiles:
    case llm::Operation::kBatches:
    case llm::Operation::kModels:
    case llm::Operation::kModel:
    case llm::Operation::kOther:
      return nullptr;
  }
  return nullptr;
}

void append_number(std::string& out, std::uint64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  json::append_escaped(out, text);
  out.push_back('"');
}

void append_openai_usage(std::string& out, const Answer& answer) {
  out += R"({"prompt_tokens":)";
  append_number(out, answer.input_tokens);
  out += R"(,"completion_tokens":)";
  append_number(out, answer.output_tokens);
  out += R"(,"total_tokens":)";
  append_number(out, answer.input_tokens + answer.output_tokens);
  out += R"(,"prompt_tokens_details":{"cached_tokens":)";
  append_number(out, answer.cached_tokens);
  out += R"(,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":)";
  append_number(out, answer.reasoning_tokens);
  out += R"(,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})";
}

}  // namespace tidegate::simulator
