#include "llm/token_count_reply.h"

#include <gtest/gtest.h>

namespace tidegate::llm {
namespace {

TEST(TokenCountReply, HasTheShapeOfTheDialect) {
  EXPECT_EQ(format_token_count(Dialect::kAnthropic, TokenCount(14)), R"({"input_tokens":14})");
  EXPECT_EQ(format_token_count(Dialect::kGemini, TokenCount(14)), R"({"totalTokens":14})");
  EXPECT_EQ(format_token_count(Dialect::kBedrock, TokenCount(14)), R"({"inputTokens":14})");
  EXPECT_EQ(format_token_count(Dialect::kOpenAi, TokenCount(14)),
            R"({"object":"response.input_tokens","input_tokens":14})");
  for (const auto dialect :
       {Dialect::kAnthropic, Dialect::kGemini, Dialect::kBedrock, Dialect::kOpenAi}) {
    EXPECT_EQ(parse_token_count(dialect, format_token_count(dialect, TokenCount(7))),
              TokenCount(7));
  }
}

TEST(TokenCountReply, WhatHoldsNoCountFails) {
  for (const auto* body : {"", "<html>", "{}", R"({"totalTokens":null})", R"({"totalTokens":-1})",
                           R"({"input_tokens":1})"}) {
    const auto count = parse_token_count(Dialect::kGemini, body);
    ASSERT_FALSE(count) << body;
    EXPECT_EQ(count.error().code, ErrorCode::kMalformed);
  }
}

}  // namespace
}  // namespace tidegate::llm
