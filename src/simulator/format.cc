#include "simulator/format.h"

#include <fmt/format.h>

#include "json/scan.h"
#include "json/text.h"

namespace tidegate::simulator {

std::unique_ptr<Format> make_format(const Subject& subject) {
  switch (subject.call.operation) {
    case llm::Operation::kChatCompletions:
      return subject.call.dialect == llm::Dialect::kCohere ? make_cohere_chat_format(subject)
                                                           : make_chat_format(subject);
    case llm::Operation::kCompletions:
      return make_text_format(subject);
    case llm::Operation::kResponses:
      return make_responses_format(subject);
    case llm::Operation::kMessages:
      return make_messages_format(subject);
    case llm::Operation::kGenerateContent:
      return make_generate_content_format(subject);
    case llm::Operation::kConverse:
      return make_converse_format(subject);
    case llm::Operation::kInvokeModel:
      return make_invoke_format(subject);
    default:
      return nullptr;
  }
}

std::string_view object_or_empty(std::string_view arguments) {
  return json::validate(arguments, Origin::kInternal) ? arguments : std::string_view("{}");
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
  out += R"(,"audio_tokens":)";
  append_number(out, answer.media.sounds * kMediaTokens);
  out += R"(},"completion_tokens_details":{"reasoning_tokens":)";
  append_number(out, answer.reasoning_tokens);
  out += R"(,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})";
}

}  // namespace tidegate::simulator
