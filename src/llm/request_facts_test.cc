#include "llm/request_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::llm {
namespace {

using ::testing::HasSubstr;

constexpr Call kChat{Dialect::kOpenAi, Operation::kChatCompletions};
constexpr Call kMessages{Dialect::kAnthropic, Operation::kMessages};

class RequestFactsTest : public ::testing::Test {
 protected:
  Result<RequestFacts> parse(std::string_view body, Call call = kChat) {
    return parse_request_facts(call, "application/json", body, arena_);
  }
  Arena arena_;
};

TEST_F(RequestFactsTest, ReadsAChatRequest) {
  const auto facts = parse(
      R"({"messages":[{"role":"user","content":"hi","model":"x"}],"model":"gpt-4o","stream":true,)"
      R"("n":2,"max_completion_tokens":64,"stream_options":{"include_usage":true}})");
  ASSERT_TRUE(facts) << facts.error().detail;
  EXPECT_EQ(facts->model, "gpt-4o");
  EXPECT_TRUE(facts->stream);
  EXPECT_EQ(facts->choices, 2U);
  EXPECT_EQ(facts->max_tokens, TokenCount(64));
  EXPECT_EQ(facts->include_usage, IncludeUsage::kAsked);
}

TEST_F(RequestFactsTest, ReadsAnAnthropicRequest) {
  const auto facts = parse(
      R"({"model":"claude-sonnet-4-5","max_tokens":1024,"messages":[{"role":"user","content":"Hi"}]})",
      kMessages);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->model, "claude-sonnet-4-5");
  EXPECT_FALSE(facts->stream);
  EXPECT_EQ(facts->max_tokens, TokenCount(1024));
}

TEST_F(RequestFactsTest, NullMeansAbsent) {
  const auto facts = parse(R"({"model":"m","stream":null,"stream_options":null,"n":null})");
  ASSERT_TRUE(facts);
  EXPECT_FALSE(facts->stream);
  EXPECT_EQ(facts->choices, 1U);
  EXPECT_EQ(facts->include_usage, IncludeUsage::kNotAsked);
}

TEST_F(RequestFactsTest, TellsDecliningFromNotAsking) {
  EXPECT_EQ(parse(R"({"model":"m","stream_options":{"include_usage":false}})")->include_usage,
            IncludeUsage::kDeclined);
  EXPECT_EQ(parse(R"({"model":"m","stream_options":{}})")->include_usage, IncludeUsage::kNotAsked);
}

TEST_F(RequestFactsTest, DecodesAnEscapedModel) {
  EXPECT_EQ(parse(R"({"mod\u0065l":"gpt\u002d4o"})")->model, "gpt-4o");
}

struct BadCase {
  std::string_view body;
  std::string_view says;
};

TEST_F(RequestFactsTest, RefusesWithAReasonTheClientCanUse) {
  const std::vector<BadCase> cases = {
      {"", "JSON error at byte 0"},
      {R"({"model":"m",})", "JSON error at byte 13"},
      {R"(["model"])", "an object is expected"},
      {R"({"messages":[]})", "'model' is required"},
      {R"({"model":null})", "'model' is required"},
      {R"({"model":1})", "'model' must be a string"},
      {R"({"model":""})", "'model' must not be empty"},
      {R"({"model":"a\nb"})", "'model' must not contain control characters"},
      {R"({"model":"m","stream":"true"})", "'stream' must be a boolean"},
      {R"({"model":"m","stream":1})", "'stream' must be a boolean"},
      {R"({"model":"m","stream_options":[]})", "'stream_options' must be an object"},
      {R"({"model":"m","stream_options":{"include_usage":1}})", "must be a boolean"},
      {R"({"model":"m","model":"n"})", "this name came before"},
  };
  for (const auto& bad : cases) {
    const auto facts = parse(bad.body);
    ASSERT_FALSE(facts) << bad.body;
    EXPECT_EQ(facts.error().origin, Origin::kDownstream);
    EXPECT_THAT(facts.error().detail, HasSubstr(bad.says)) << bad.body;
  }
}

TEST_F(RequestFactsTest, ResponsesMayNameNoModel) {
  const auto facts =
      parse(R"({"prompt":{"id":"pmpt_1"}})", Call{Dialect::kOpenAi, Operation::kResponses});
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->model.empty());
}

TEST_F(RequestFactsTest, WhatThePathSaysIsNotSoughtInTheBody) {
  const Call gemini{Dialect::kGemini, Operation::kGenerateContent};
  const auto facts = parse_request_facts(
      gemini, "application/json",
      R"({"model":7,"stream":"x","generationConfig":{"maxOutputTokens":9,"candidateCount":2}})",
      arena_, PathFacts{"gemini-2.5-flash", true});
  ASSERT_TRUE(facts) << facts.error().detail;
  EXPECT_EQ(facts->model, "gemini-2.5-flash");
  EXPECT_TRUE(facts->stream);
  EXPECT_EQ(facts->max_tokens, TokenCount(9));
  EXPECT_EQ(facts->choices, 2U);
  EXPECT_FALSE(facts->model_member.present());

  const auto converse = parse_request_facts(
      Call{Dialect::kBedrock, Operation::kConverse}, "application/json",
      R"({"inferenceConfig":{"maxTokens":5}})", arena_, PathFacts{"nova", false});
  ASSERT_TRUE(converse);
  EXPECT_EQ(converse->max_tokens, TokenCount(5));
  EXPECT_FALSE(converse->stream);
}

TEST_F(RequestFactsTest, ADeploymentIsTheModelWhereTheBodyNamesNone) {
  const PathFacts path{"my-deployment", std::nullopt};
  EXPECT_EQ(parse_request_facts(kChat, "", "{}", arena_, path)->model, "my-deployment");
  EXPECT_EQ(parse_request_facts(kChat, "", R"({"model":"m"})", arena_, path)->model, "m");
}

TEST_F(RequestFactsTest, FormsAreNotLookedAt) {
  const auto facts = parse_request_facts(Call{Dialect::kOpenAi, Operation::kOther},
                                         "Multipart/form-data; boundary=x", "--x", arena_);
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->model.empty());
}

}  // namespace
}  // namespace tidegate::llm
