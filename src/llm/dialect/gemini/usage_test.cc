#include "llm/dialect/gemini/usage.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::llm::gemini {
namespace {

TEST(GeminiUsage, ThePromptIncludesTheCacheAndThoughtsStandApart) {
  const auto usage = parse_usage(
      R"({"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":20,)"
      R"("thoughtsTokenCount":30,"toolUsePromptTokenCount":7,"totalTokenCount":157})");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->input_uncached, TokenCount(67));
  EXPECT_EQ(usage->cache_read, TokenCount(40));
  EXPECT_EQ(usage->output, TokenCount(50));
  EXPECT_EQ(usage->reasoning, TokenCount(30));
  EXPECT_EQ(usage->total(), TokenCount(157));
}

TEST(GeminiUsage, TheTotalTellsWhereThoughtsAreWithinCandidates) {
  const auto usage =
      parse_usage(R"({"promptTokenCount":10,"candidatesTokenCount":50,"thoughtsTokenCount":30,)"
                  R"("totalTokenCount":60})");
  EXPECT_EQ(usage->output, TokenCount(50));
  EXPECT_EQ(usage->reasoning, TokenCount(30));
}

TEST(GeminiUsage, OtherSpellingsCount) {
  const auto usage =
      parse_usage(R"({"prompt_token_count":"12","candidates_token_count":3,"total_token_count":15,)"
                  R"("prompt_tokens_details":[{"modality":"TEXT","token_count":2},)"
                  R"({"modality":"AUDIO","token_count":10}]})");
  EXPECT_EQ(usage->input_uncached, TokenCount(12));
  EXPECT_EQ(usage->audio_input, TokenCount(10));
}

TEST(GeminiUsage, NothingReportedIsNotZero) {
  EXPECT_FALSE(parse_usage("null"));
  EXPECT_FALSE(parse_usage(""));
  EXPECT_FALSE(parse_usage("{}"));
  EXPECT_FALSE(parse_usage(R"({"promptTokenCount":null,"trafficType":"ON_DEMAND"})"));
}

TEST(GeminiUsage, PartsNeverExceedTheirWhole) {
  const auto usage = parse_usage(R"({"promptTokenCount":5,"cachedContentTokenCount":9})");
  EXPECT_EQ(usage->cache_read, TokenCount(5));
  EXPECT_EQ(usage->input_uncached, TokenCount(0));
}

TEST(GeminiUsage, ComesBackAsItWent) {
  for (const auto* text :
       {R"({"promptTokenCount":1,"candidatesTokenCount":2,"totalTokenCount":3})",
        R"({"promptTokenCount":100,"candidatesTokenCount":20,"cachedContentTokenCount":40,)"
        R"("thoughtsTokenCount":30,"totalTokenCount":150})",
        R"({"promptTokenCount":9,"candidatesTokenCount":4,"totalTokenCount":13,)"
        R"("promptTokensDetails":[{"modality":"TEXT","tokenCount":2},)"
        R"({"modality":"AUDIO","tokenCount":7}],)"
        R"("candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":4}]})"}) {
    std::string out;
    json::Writer writer(out);
    write_usage(writer, *parse_usage(text));
    EXPECT_EQ(out, text);
  }
}

}  // namespace
}  // namespace tidegate::llm::gemini
