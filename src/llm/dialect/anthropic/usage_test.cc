#include "llm/dialect/anthropic/usage.h"

#include <gtest/gtest.h>

namespace tidegate::llm::anthropic {
namespace {

TEST(AnthropicUsage, InputExcludesTheCache) {
  UsageTally tally;
  EXPECT_FALSE(tally.usage());
  // Prompt caching guide, 1-hour cache duration.
  tally.add(
      R"({"input_tokens":2048,"cache_read_input_tokens":1800,"cache_creation_input_tokens":248,)"
      R"("output_tokens":503,)"
      R"("cache_creation":{"ephemeral_5m_input_tokens":148,"ephemeral_1h_input_tokens":100}})");
  const auto usage = tally.usage();
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->input_uncached, TokenCount(2048));
  EXPECT_EQ(usage->cache_read, TokenCount(1800));
  EXPECT_EQ(usage->cache_write_5m, TokenCount(148));
  EXPECT_EQ(usage->cache_write_1h, TokenCount(100));
  EXPECT_EQ(usage->output, TokenCount(503));
  EXPECT_EQ(usage->input(), TokenCount(4096));
}

TEST(AnthropicUsage, WithoutABreakdownWritesLiveFiveMinutes) {
  UsageTally tally;
  tally.add(R"({"input_tokens":1,"cache_creation_input_tokens":20,"cache_creation":null})");
  EXPECT_EQ(tally.usage()->cache_write_5m, TokenCount(20));
  EXPECT_EQ(tally.usage()->cache_write_1h, TokenCount(0));
}

TEST(AnthropicUsage, ReportsInAStreamAreCumulative) {
  UsageTally tally;
  tally.add(R"({"input_tokens":25,"output_tokens":1})");
  tally.add(R"({"output_tokens":15})");
  EXPECT_EQ(tally.usage()->input(), TokenCount(25));
  EXPECT_EQ(tally.usage()->output, TokenCount(15));
  tally.add(R"({"input_tokens":0,"output_tokens":18})");
  EXPECT_EQ(tally.usage()->input(), TokenCount(25));
  EXPECT_EQ(tally.usage()->output, TokenCount(18));
  tally.add("null");
  EXPECT_EQ(tally.usage()->total(), TokenCount(43));
}

}  // namespace
}  // namespace tidegate::llm::anthropic
