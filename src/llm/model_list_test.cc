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

TEST(ModelList, OpenAiShape) {
  EXPECT_EQ(format_model_list(Dialect::kOpenAi, kModels),
            R"({"object":"list","data":[{"id":"gpt-4o","object":"model","created":1715367049,)"
            R"("owned_by":"openai"},{"id":"b\"","object":"model","created":0,"owned_by":"x"}]})");
  EXPECT_EQ(format_model_list(Dialect::kOpenAi, {}), R"({"object":"list","data":[]})");
}

TEST(ModelList, AnthropicShape) {
  EXPECT_EQ(format_model_list(Dialect::kAnthropic, kModels),
            R"({"data":[{"type":"model","id":"gpt-4o","display_name":"gpt-4o",)"
            R"("created_at":"2024-05-10T18:50:49Z"},{"type":"model","id":"b\"",)"
            R"("display_name":"b\"","created_at":"1970-01-01T00:00:00Z"}],"has_more":false,)"
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
            R"({"id":"gpt-4o","object":"model","created":1715367049,"owned_by":"openai"})");
}

}  // namespace
}  // namespace tidegate::llm
