#include "llm/conversation/effort.h"

#include <gtest/gtest.h>

namespace tidegate::llm {
namespace {

Reasoning with_effort(Effort effort) {
  Reasoning reasoning;
  reasoning.effort = effort;
  return reasoning;
}

Reasoning with_budget(std::uint64_t budget) {
  Reasoning reasoning;
  reasoning.budget = budget;
  return reasoning;
}

TEST(Effort, WordsReadBack) {
  for (int i = 0; i <= static_cast<int>(Effort::kMax); ++i) {
    const auto effort = static_cast<Effort>(i);
    EXPECT_EQ(parse_effort(to_string(effort)), effort);
  }
  EXPECT_EQ(parse_effort("HIGH"), Effort::kHigh);
  EXPECT_FALSE(parse_effort("highest"));
  EXPECT_FALSE(parse_effort(""));
}

TEST(Effort, BudgetsAndEffortsStandForEachOther) {
  for (const auto effort : {Effort::kNone, Effort::kLow, Effort::kMedium, Effort::kHigh}) {
    EXPECT_EQ(effort_of(budget_of(effort)), effort);
  }
  EXPECT_EQ(effort_of(1025), Effort::kMedium);
  EXPECT_EQ(effort_of(100'000), Effort::kHigh);
  EXPECT_EQ(find_effort(with_budget(0)), Effort::kNone);
  EXPECT_FALSE(find_effort(Reasoning{}));
}

TEST(Effort, AnthropicsBudgetStaysWithinItsBounds) {
  EXPECT_EQ(anthropic_budget(with_effort(Effort::kHigh), 64'000), 24'576);
  EXPECT_EQ(anthropic_budget(with_effort(Effort::kHigh), 4096), 4095);
  EXPECT_EQ(anthropic_budget(with_budget(10), 4096), 1024);
  EXPECT_FALSE(anthropic_budget(with_effort(Effort::kLow), 1024));
  EXPECT_FALSE(anthropic_budget(with_effort(Effort::kNone), 4096));
  EXPECT_FALSE(anthropic_budget(Reasoning{}, 4096));
}

TEST(Effort, Gemini25TakesABudgetOfItsOwnScale) {
  EXPECT_EQ(gemini_thinking(with_effort(Effort::kMedium), "gemini-2.5-flash").budget, 8192);
  EXPECT_EQ(gemini_thinking(with_effort(Effort::kNone), "gemini-2.5-flash").budget, 0);
  const auto pro_off = gemini_thinking(with_effort(Effort::kNone), "gemini-2.5-pro");
  EXPECT_EQ(pro_off.budget, 128);
  EXPECT_FALSE(pro_off.exact);
  EXPECT_EQ(gemini_thinking(with_budget(100), "gemini-2.5-flash-lite").budget, 512);
  EXPECT_EQ(gemini_thinking(with_budget(99'999), "gemini-2.5-flash").budget, 24'576);
  EXPECT_FALSE(gemini_thinking(with_budget(99'999), "gemini-2.5-flash").exact);
  Reasoning adaptive;
  adaptive.adaptive = true;
  EXPECT_EQ(gemini_thinking(adaptive, "gemini-2.5-pro").budget, -1);
}

TEST(Effort, Gemini3TakesALevel) {
  EXPECT_EQ(gemini_thinking(with_effort(Effort::kMinimal), "gemini-3-flash").level, "minimal");
  const auto pro = gemini_thinking(with_effort(Effort::kMinimal), "models/gemini-3.1-pro-preview");
  EXPECT_EQ(pro.level, "low");
  EXPECT_FALSE(pro.exact);
  const auto most = gemini_thinking(with_effort(Effort::kMax), "gemini-3-pro");
  EXPECT_EQ(most.level, "high");
  EXPECT_TRUE(most.exact);
  EXPECT_EQ(gemini_thinking(with_budget(5000), "gemini-flash-latest").level, "medium");
}

TEST(Effort, ModelsThatDoNotThinkAreTold) {
  EXPECT_FALSE(gemini_thinking(with_effort(Effort::kHigh), "gemini-2.0-flash").exact);
  EXPECT_FALSE(gemini_thinking(with_effort(Effort::kHigh), "gemma-3-27b").exact);
  EXPECT_TRUE(gemini_thinking(with_effort(Effort::kNone), "gemini-2.0-flash").exact);
  EXPECT_TRUE(gemini_thinking(Reasoning{}, "gemini-2.0-flash").exact);
}

TEST(Effort, GenerationsAreReadFromTheName) {
  EXPECT_EQ(gemini_generation("gemini-2.5-pro"), 25U);
  EXPECT_EQ(gemini_generation("publishers/google/models/gemini-3-pro-preview"), 30U);
  EXPECT_EQ(gemini_generation("gemini-"), 0U);
  EXPECT_EQ(gemini_generation("gpt-5"), 0U);
}

}  // namespace
}  // namespace tidegate::llm
