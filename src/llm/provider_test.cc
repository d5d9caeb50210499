#include "llm/provider.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::llm {
namespace {

struct PathCase {
  std::string_view provider;
  Format caller;
  std::string_view model;
  bool stream;
  Format format;
  std::string_view path;
};

// What each provider's own client library would ask for.
constexpr PathCase kPaths[] = {
    {"OpenAI", Format::kMessages, "gpt-5", false, Format::kChat, "/v1/chat/completions"},
    {"OpenAI", Format::kResponses, "gpt-5", true, Format::kResponses, "/v1/responses"},
    {"AzureOpenAI", Format::kChat, "gpt-5", false, Format::kChat, "/openai/v1/chat/completions"},
    {"Anthropic", Format::kChat, "claude-sonnet-4-5", true, Format::kMessages, "/v1/messages"},
    {"AWSBedrock", Format::kChat, "us.anthropic.claude-sonnet-4-v1:0", true, Format::kConverse,
     "/model/us.anthropic.claude-sonnet-4-v1%3A0/converse-stream"},
    {"AWSBedrock", Format::kMessages, "us.anthropic.claude-sonnet-4-v1:0", true, Format::kMessages,
     "/model/us.anthropic.claude-sonnet-4-v1%3A0/invoke-with-response-stream"},
    {"AWSBedrock", Format::kMessages, "arn:aws:bedrock:eu-west-1:1:inference-profile/x", false,
     Format::kConverse,
     "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Fx/converse"},
    {"GCPVertexAI", Format::kChat, "gemini-2.5-pro", true, Format::kGenerateContent,
     "/v1/projects/my-p/locations/us-east5/publishers/google/models/"
     "gemini-2.5-pro:streamGenerateContent?alt=sse"},
    {"GCPVertexAI", Format::kMessages, "claude-sonnet-4@20250514", false, Format::kMessages,
     "/v1/projects/my-p/locations/us-east5/publishers/anthropic/models/"
     "claude-sonnet-4%4020250514:rawPredict"},
    {"GCPVertexAI", Format::kMessages, "meta/llama-4", false, Format::kChat,
     "/v1/projects/my-p/locations/us-east5/endpoints/openapi/chat/completions"},
    {"GeminiAIStudio", Format::kConverse, "gemini-2.5-flash", false, Format::kGenerateContent,
     "/v1beta/models/gemini-2.5-flash:generateContent"},
    {"Groq", Format::kMessages, "llama-3.3-70b", false, Format::kChat,
     "/openai/v1/chat/completions"},
    {"Mistral", Format::kResponses, "mistral-large", false, Format::kChat, "/v1/chat/completions"},
    {"Cohere", Format::kMessages, "command-a", false, Format::kChat,
     "/compatibility/v1/chat/completions"},
    {"somebody", Format::kMessages, "m", false, Format::kChat, "/v1/chat/completions"},
};

TEST(Providers, AreAskedInTheCallersFormatWhereTheyCanBe) {
  for (const PathCase& test : kPaths) {
    SCOPED_TRACE(std::string(test.provider) + " " + std::string(test.model));
    Arena arena;
    const Provider& provider = find_provider(test.provider, std::nullopt, false);
    const FormatPath* path = choose_format(provider, test.caller, test.model, std::nullopt);
    ASSERT_NE(path, nullptr);
    EXPECT_EQ(path->format, test.format);
    const auto tail = test.stream && !path->stream_path.empty() ? path->stream_path : path->path;
    const PathValues values{test.model, "my-p", "us-east5", ""};
    EXPECT_EQ(fill_path(std::string(provider.base) + std::string(tail), values, arena), test.path);
  }
}

TEST(Providers, OfAzureWithAVersionNameTheDeployment) {
  Arena arena;
  const Provider& azure = find_provider("AzureOpenAI", std::nullopt, true);
  const PathValues values{"my-gpt", "", "", "2024-10-21"};
  EXPECT_EQ(fill_path(azure.base, values, arena), "/openai/deployments/my-gpt");
  EXPECT_EQ(fill_path(azure.query, values, arena), "api-version=2024-10-21");
  EXPECT_EQ(azure.kept_base, "/openai");
  EXPECT_EQ(azure.key.header, "api-key");
}

TEST(Providers, OfAnotherDialectThanTheirRowAreTakenByIt) {
  EXPECT_EQ(find_provider("DeepSeek", Dialect::kAnthropic, false).key.header, "x-api-key");
  EXPECT_EQ(find_provider("DeepSeek", Dialect::kOpenAi, false).name, "DeepSeek");
  EXPECT_EQ(find_provider("x", Dialect::kGemini, false).key.header, "x-goog-api-key");
  EXPECT_EQ(find_provider("x", std::nullopt, false).name, "OpenAICompatible");
}

TEST(Providers, MayBeHeldToOneDialect) {
  const Provider& simulator = find_provider("Simulator", Dialect::kAnthropic, false);
  EXPECT_EQ(choose_format(simulator, Format::kChat, "m", std::nullopt)->format, Format::kChat);
  EXPECT_EQ(choose_format(simulator, Format::kChat, "m", Dialect::kAnthropic)->format,
            Format::kMessages);
  const Provider& anthropic = find_provider("Anthropic", std::nullopt, false);
  EXPECT_EQ(choose_format(anthropic, Format::kChat, "m", Dialect::kGemini), nullptr);
}

TEST(Providers, HaveSiblingCallsBesideAConversation) {
  Arena arena;
  EXPECT_EQ(sibling_path("/v1beta/models/{model}:generateContent", ":countTokens", arena),
            "/v1beta/models/{model}:countTokens");
  EXPECT_EQ(sibling_path("/model/{model}/converse", "/count-tokens", arena),
            "/model/{model}/count-tokens");
}

}  // namespace
}  // namespace tidegate::llm
