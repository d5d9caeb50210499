#include "llm/dialect/openai/usage.h"

#include <gtest/gtest.h>

namespace tidegate::llm::openai {
namespace {

// The example of the chat completion object in the API reference.
TEST(OpenAiUsage, TakesCachedTokensOutOfThePrompt) {
  const auto usage =
      parse_usage(R"({"prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,)"
                  R"("prompt_tokens_details":{"cached_tokens":1920,"audio_tokens":6},)"
                  R"("completion_tokens_details":{"reasoning_tokens":128,"audio_tokens":2,)"
                  R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->input_uncached, TokenCount(86));
  EXPECT_EQ(usage->cache_read, TokenCount(1920));
  EXPECT_EQ(usage->output, TokenCount(300));
  EXPECT_EQ(usage->reasoning, TokenCount(128));
  EXPECT_EQ(usage->audio_input, TokenCount(6));
  EXPECT_EQ(usage->audio_output, TokenCount(2));
  EXPECT_EQ(usage->input(), TokenCount(2006));
  EXPECT_EQ(usage->total(), TokenCount(2306));
}

TEST(OpenAiUsage, ReadsTheResponsesShape) {
  const auto usage = parse_usage(
      R"({"input_tokens":36,"input_tokens_details":{"cached_tokens":4},"output_tokens":87,)"
      R"("output_tokens_details":{"reasoning_tokens":7},"total_tokens":123})");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->input_uncached, TokenCount(32));
  EXPECT_EQ(usage->cache_read, TokenCount(4));
  EXPECT_EQ(usage->reasoning, TokenCount(7));
  EXPECT_EQ(usage->total(), TokenCount(123));
}

TEST(OpenAiUsage, ReadsEmbeddingsAndDeepSeek) {
  EXPECT_EQ(parse_usage(R"({"prompt_tokens":8,"total_tokens":8})")->total(), TokenCount(8));
  const auto usage =
      parse_usage(R"({"prompt_tokens":10,"completion_tokens":2,"prompt_cache_hit_tokens":6,)"
                  R"("prompt_cache_miss_tokens":4})");
  EXPECT_EQ(usage->cache_read, TokenCount(6));
  EXPECT_EQ(usage->input_uncached, TokenCount(4));
}

TEST(OpenAiUsage, NullsAndNonsenseNeitherCrashNorInvent) {
  EXPECT_FALSE(parse_usage("null"));
  EXPECT_FALSE(parse_usage("{}"));
  EXPECT_FALSE(parse_usage("[1]"));
  EXPECT_FALSE(parse_usage(""));
  const auto usage =
      parse_usage(R"({"prompt_tokens":5,"completion_tokens":null,"prompt_tokens_details":null,)"
                  R"("completion_tokens_details":{"reasoning_tokens":9}})");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->total(), TokenCount(5));
  EXPECT_EQ(usage->reasoning, TokenCount(0));
  EXPECT_EQ(parse_usage(R"({"prompt_tokens":-5})")->total(), TokenCount(0));
}

TEST(OpenAiUsage, PartsNeverExceedTheirWhole) {
  const auto usage =
      parse_usage(R"({"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":50}})");
  EXPECT_EQ(usage->cache_read, TokenCount(5));
  EXPECT_EQ(usage->input_uncached, TokenCount(0));
}

}  // namespace
}  // namespace tidegate::llm::openai
