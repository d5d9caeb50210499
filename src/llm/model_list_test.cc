#include "llm/model_list.h"

#include <gtest/gtest.h>

#include <array>

namespace tidegate::llm {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

const std::array kModels = {
    ModelEntry{"gpt-4o", "openai", sys_seconds(seconds(1715367049))},
    ModelEntry{"b\"", "x", {}},
};

// All that is known of a model.
ModelCard make_card() {
  using Capability = ModelCard::Capability;
  ModelCard card;
  card.context_window = TokenCount(128'000);
  card.max_output_tokens = TokenCount(16'384);
  card.capabilities = {Capability::kChat, Capability::kTools, Capability::kReasoning};
  return card;
}

TEST(ModelList, OpenAiShape) {
  EXPECT_EQ(format_model_list(Dialect::kOpenAi, kModels),
            R"({"object":"list","data":[{"id":"gpt-4o","object":"model","created":1715367049,)"
            R"("owned_by":"openai","type":"base","capabilities":{}},{"id":"b\"","object":"model",)"
            R"("created":0,"owned_by":"x","type":"base","capabilities":{}}]})");
  EXPECT_EQ(format_model_list(Dialect::kOpenAi, {}), R"({"object":"list","data":[]})");
}

TEST(ModelList, AnthropicShape) {
  EXPECT_EQ(format_model_list(Dialect::kAnthropic, kModels),
            R"({"data":[{"type":"model","id":"gpt-4o","display_name":"gpt-4o",)"
            R"("created_at":"2024-05-10T18:50:49Z","lifecycle":"active","capabilities":null},)"
            R"({"type":"model",)"
            R"("id":"b\"","display_name":"b\"","created_at":"1970-01-01T00:00:00Z",)"
            R"("lifecycle":"active","capabilities":null}],"has_more":false,)"
            R"("first_id":"gpt-4o","last_id":"b\""})");
  EXPECT_EQ(format_model_list(Dialect::kAnthropic, {}),
            R"({"data":[],"has_more":false,"first_id":null,"last_id":null})");
}

TEST(ModelList, GeminiShape) {
  EXPECT_EQ(format_model_list(Dialect::kGemini, std::span(kModels).last(1)),
            R"({"models":[{"name":"models/b\"","baseModelId":"b\"","displayName":"b\"",)"
            R"("supportedGenerationMethods":["generateContent","countTokens"]}]})");
}

TEST(ModelList, OneModel) {
  EXPECT_EQ(format_model(Dialect::kOpenAi, kModels[0]),
            R"({"id":"gpt-4o","object":"model","created":1715367049,"owned_by":"openai",)"
            R"("type":"base","capabilities":{}})");
}

TEST(ModelList, TellsWhatIsKnownInEachShape) {
  const ModelCard card = make_card();
  const ModelEntry model{"m", "x", {}, &card};
  EXPECT_EQ(format_model(Dialect::kOpenAi, model),
            R"({"id":"m","object":"model","created":0,"owned_by":"x","type":"base",)"
            R"("capabilities":{"completion_chat":true,"function_calling":true,"vision":false,)"
            R"("audio":false,"reasoning":true},"max_context_length":128000,)"
            R"("context_window":128000,"max_completion_tokens":16384})");
  EXPECT_EQ(format_model(Dialect::kAnthropic, model),
            R"({"type":"model","id":"m","display_name":"m","created_at":"1970-01-01T00:00:00Z",)"
            R"("lifecycle":"active","max_input_tokens":128000,"max_tokens":16384,)"
            R"("capabilities":{"batch":{"supported":false},"citations":{"supported":false},)"
            R"("code_execution":{"supported":false},"context_management":{"supported":false,)"
            R"("clear_thinking_20251015":{"supported":false},)"
            R"("clear_tool_uses_20250919":{"supported":false},)"
            R"("compact_20260112":{"supported":false}},"effort":{"supported":true,)"
            R"("low":{"supported":true},"medium":{"supported":true},"high":{"supported":true},)"
            R"("max":{"supported":false}},"image_input":{"supported":false},)"
            R"("pdf_input":{"supported":false},"structured_outputs":{"supported":false},)"
            R"("thinking":{"supported":true,"types":{"adaptive":{"supported":false},)"
            R"("enabled":{"supported":true}}}}})");
  EXPECT_EQ(format_model(Dialect::kGemini, model),
            R"({"name":"models/m","baseModelId":"m","displayName":"m","inputTokenLimit":128000,)"
            R"("outputTokenLimit":16384,"supportedGenerationMethods":["generateContent",)"
            R"("countTokens"],"thinking":true})");
}

TEST(ModelList, AnEmbedderIsAskedToEmbed) {
  ModelCard card;
  card.capabilities = {ModelCard::Capability::kEmbeddings};
  EXPECT_EQ(format_model(Dialect::kGemini, {"e", "x", {}, &card}),
            R"({"name":"models/e","baseModelId":"e","displayName":"e",)"
            R"("supportedGenerationMethods":["embedContent","batchEmbedContents"],)"
            R"("thinking":false})");
}

}  // namespace
}  // namespace tidegate::llm
