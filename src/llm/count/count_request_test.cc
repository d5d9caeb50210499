#include "llm/count/count_request.h"

#include <gtest/gtest.h>

#include <string>

#include "json/scan.h"

namespace tidegate::llm {
namespace {

constexpr PathFacts kPath{"m", false};

const Provider& provider(std::string_view name) { return find_provider(name, std::nullopt, false); }

Target target_of(std::string_view model) {
  Target target;
  target.model = model;
  return target;
}

// A caller's request as a provider gets it.
std::string cross(Dialect dialect, std::string_view body, CountFormat format) {
  Arena arena;
  Conversation conversation;
  const auto read = read_count_request(dialect, body, kPath, conversation, arena);
  EXPECT_TRUE(read) << read.error().detail;
  std::string out;
  Losses losses;
  write_count_request(conversation, format, target_of("up"), out, losses);
  EXPECT_TRUE(json::validate(out, Origin::kInternal)) << out;
  EXPECT_TRUE(losses.empty()) << losses.to_string();
  return out;
}

constexpr std::string_view kMessages =
    R"({"model":"m","system":"Be brief.","messages":[{"role":"user","content":"Hi"}]})";

TEST(CountRequest, GoesUpInEachFormatWithoutLimits) {
  EXPECT_EQ(cross(Dialect::kAnthropic, kMessages, CountFormat::kGemini),
            R"({"generateContentRequest":{"model":"models/up","systemInstruction":{"parts":)"
            R"([{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Hi"}]}],)"
            R"("generationConfig":{}}})");
  EXPECT_EQ(cross(Dialect::kAnthropic, kMessages, CountFormat::kConverse),
            R"({"input":{"converse":{"system":[{"text":"Be brief."}],"messages":[{"role":"user",)"
            R"("content":[{"text":"Hi"}]}]}}})");
  for (const auto format : {CountFormat::kMessages, CountFormat::kResponses}) {
    const auto out = cross(Dialect::kAnthropic, kMessages, format);
    EXPECT_TRUE(out.starts_with("{")) << out;
    EXPECT_TRUE(out.contains(R"("model":"up")")) << out;
    EXPECT_TRUE(out.contains("Be brief.")) << out;
    for (const auto* limit : {"max_tokens", "max_output_tokens", "stream", "store"}) {
      EXPECT_FALSE(out.contains(limit)) << out;
    }
  }
}

TEST(CountRequest, IsReadInEachDialect) {
  const auto count = [](Dialect dialect, std::string_view body) {
    const auto out = cross(dialect, body, CountFormat::kMessages);
    return out.contains(R"("model":"up")") && out.contains("Hi");
  };
  EXPECT_TRUE(count(Dialect::kGemini, R"({"contents":[{"parts":[{"text":"Hi"}]}]})"));
  EXPECT_TRUE(count(
      Dialect::kGemini,
      R"({"generateContentRequest":{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}})"));
  EXPECT_TRUE(
      count(Dialect::kBedrock,
            R"({"input":{"converse":{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}}})"));
  EXPECT_TRUE(count(Dialect::kOpenAi, R"({"model":"m","input":"Hi"})"));
}

TEST(CountRequest, WhatOnlyTheCallersOwnProviderCountsIsRefused) {
  struct Case {
    Dialect dialect;
    std::string_view body;
    std::string_view detail;
  };
  constexpr Case kCases[] = {
      {Dialect::kBedrock, R"({"input":{"invokeModel":{"body":"e30="}}})",
       "'input' must be 'converse' where another provider counts"},
      {Dialect::kOpenAi, R"({"model":"m","previous_response_id":"r"})",
       "'previous_response_id' is known to the provider that keeps it alone"},
      {Dialect::kCohere, "{}", "this dialect counts no tokens"},
  };
  for (const auto& test : kCases) {
    Arena arena;
    Conversation conversation;
    const auto read = read_count_request(test.dialect, test.body, kPath, conversation, arena);
    ASSERT_FALSE(read) << test.body;
    EXPECT_EQ(read.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(read.error().detail, test.detail);
  }
}

TEST(CountPaths, AreThoseOfProvidersThatCount) {
  EXPECT_EQ(find_count_path(provider("Anthropic"), "m")->path, "/messages/count_tokens");
  EXPECT_EQ(find_count_path(provider("OpenAI"), "m")->format, CountFormat::kResponses);
  EXPECT_EQ(find_count_path(provider("GeminiAIStudio"), "m")->format, CountFormat::kGemini);
  const auto& vertex = provider("GCPVertexAI");
  EXPECT_EQ(find_count_path(vertex, "gemini-2.5-pro")->format, CountFormat::kVertexGemini);
  EXPECT_EQ(find_count_path(vertex, "claude-opus-5")->format, CountFormat::kMessages);
  EXPECT_FALSE(find_count_path(vertex, "meta/llama-4"));
  const auto& bedrock = provider("AWSBedrock");
  EXPECT_EQ(find_count_path(bedrock, "anthropic.claude-opus-5")->format, CountFormat::kConverse);
  EXPECT_FALSE(find_count_path(bedrock, "amazon.nova-lite-v1:0"));
  for (const auto* name : {"Cohere", "Mistral", "vLLM", "AzureOpenAI"}) {
    EXPECT_FALSE(find_count_path(provider(name), "m")) << name;
  }
}

}  // namespace
}  // namespace tidegate::llm
