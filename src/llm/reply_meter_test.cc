#include "llm/reply_meter.h"

#include <gtest/gtest.h>

namespace tidegate::llm {
namespace {

constexpr std::string_view kChatReply =
    R"({"id":"chatcmpl-1","choices":[{"message":{"content":"\"usage\":{\"prompt_tokens\":99}"}}],)"
    R"("usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}})";
constexpr std::string_view kMessage =
    R"({"type":"message","content":[{"type":"text","text":"Hi"}],)"
    R"("usage":{"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":3}})";

std::optional<Usage> measure(Call call, std::string_view text, std::size_t cut) {
  ReplyMeter meter(call);
  meter.feed(text.substr(0, cut));
  EXPECT_EQ(meter.complete(), cut == text.size());
  meter.feed(text.substr(cut));
  EXPECT_TRUE(meter.complete());
  return meter.usage();
}

TEST(ReplyMeter, ReadsUsageAtEverySplit) {
  for (std::size_t cut = 0; cut <= kChatReply.size(); ++cut) {
    const auto usage = measure({Dialect::kOpenAi, Operation::kChatCompletions}, kChatReply, cut);
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->total(), TokenCount(21));
  }
  for (std::size_t cut = 0; cut <= kMessage.size(); ++cut) {
    const auto usage = measure({Dialect::kAnthropic, Operation::kMessages}, kMessage, cut);
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->input(), TokenCount(15));
    EXPECT_EQ(usage->output, TokenCount(3));
  }
}

TEST(ReplyMeter, NothingReportedIsNotZero) {
  ReplyMeter html({Dialect::kOpenAi, Operation::kChatCompletions});
  html.feed("<html>502</html>");
  EXPECT_FALSE(html.usage());
  EXPECT_TRUE(html.complete());
  ReplyMeter null({Dialect::kOpenAi, Operation::kChatCompletions});
  null.feed(R"({"usage":null})");
  EXPECT_FALSE(null.usage());
  ReplyMeter count({Dialect::kAnthropic, Operation::kCountTokens});
  count.feed(R"({"input_tokens":2095})");
  EXPECT_FALSE(count.usage());
}

}  // namespace
}  // namespace tidegate::llm
