#include "processors/prompt_tools/call_shape.h"

#include <fmt/format.h>

#include <array>

namespace tidegate::processors::prompt_tools {
namespace {

using Names = std::string_view;

constexpr std::array<Names, 2> kChatLimits = {"max_completion_tokens", "max_tokens"};
constexpr std::array<Names, 1> kMessagesLimits = {"max_tokens"};
constexpr std::array<Names, 1> kResponsesLimits = {"max_output_tokens"};
constexpr std::array<Names, 2> kGeminiLimits = {"maxOutputTokens", "max_output_tokens"};
constexpr std::array<Names, 1> kConverseLimits = {"maxTokens"};
constexpr std::array<Names, 2> kGenerationConfig = {"generationConfig", "generation_config"};
constexpr std::array<Names, 1> kInferenceConfig = {"inferenceConfig"};
constexpr std::array<Names, 1> kSystem = {"system"};
constexpr std::array<Names, 1> kInstructions = {"instructions"};
constexpr std::array<Names, 2> kSystemInstruction = {"systemInstruction", "system_instruction"};

constexpr CallShape kChat = {.messages = "messages",
                             .content = "content",
                             .assistant = "assistant",
                             .system_block = {},
                             .limits = kChatLimits};
constexpr CallShape kMessages = {.messages = "messages",
                                 .content = "content",
                                 .assistant = "assistant",
                                 .system = CallShape::System::kText,
                                 .system_names = kSystem,
                                 .system_block = R"("type":"text",)",
                                 .limits = kMessagesLimits};
constexpr CallShape kResponses = {.messages = "input",
                                  .content = "content",
                                  .assistant = "assistant",
                                  .system = CallShape::System::kText,
                                  .system_names = kInstructions,
                                  .system_block = R"("type":"input_text",)",
                                  .limits = kResponsesLimits,
                                  .list_may_be_text = true};
constexpr CallShape kGemini = {.messages = "contents",
                               .content = "parts",
                               .assistant = "model",
                               .text = CallShape::Text::kTextParts,
                               .system = CallShape::System::kParts,
                               .system_names = kSystemInstruction,
                               .system_block = {},
                               .limit_object = kGenerationConfig,
                               .limits = kGeminiLimits};
constexpr CallShape kConverse = {.messages = "messages",
                                 .content = "content",
                                 .assistant = "assistant",
                                 .text = CallShape::Text::kTextParts,
                                 .system = CallShape::System::kBlocks,
                                 .system_names = kSystem,
                                 .system_block = {},
                                 .limit_object = kInferenceConfig,
                                 .limits = kConverseLimits};

}  // namespace

std::string CallShape::message(const Decoration& one) const {
  const auto role = [&]() -> std::string_view {
    switch (one.role) {
      case Decoration::Role::kSystem:
        return "system";
      case Decoration::Role::kUser:
        return "user";
      case Decoration::Role::kAssistant:
        return assistant;
    }
    return "user";
  };
  const std::string said = quoted(one.content);
  if (text == Text::kString) {
    return fmt::format(R"({{"role":"{}","{}":{}}})", role(), content, said);
  }
  return fmt::format(R"({{"role":"{}","{}":[{{"text":{}}}]}})", role(), content, said);
}

std::string CallShape::block(std::string_view said) const {
  return fmt::format(R"({{{}"text":{}}})", system_block, quoted(said));
}

const CallShape* shape_of(const pipeline::Message& message, const ObjectEdit& root) {
  switch (message.call->operation) {
    case llm::Operation::kChatCompletions:
      return &kChat;
    case llm::Operation::kMessages:
      return &kMessages;
    case llm::Operation::kResponses:
      return &kResponses;
    case llm::Operation::kGenerateContent:
      return &kGemini;
    case llm::Operation::kConverse:
      return &kConverse;
    case llm::Operation::kInvokeModel:
      return root.find("anthropic_version") != nullptr ? &kMessages : nullptr;
    default:
      return nullptr;
  }
}

}  // namespace tidegate::processors::prompt_tools
