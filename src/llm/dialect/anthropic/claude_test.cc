#include "llm/dialect/anthropic/claude.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::llm::anthropic {
namespace {

using Effort = Reasoning::Effort;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Claude, GenerationIsReadFromTheName) {
  const std::vector<std::pair<std::string, unsigned>> cases{
      {"claude-sonnet-4-5-20250929", 45},
      {"claude-sonnet-4-5", 45},
      {"us.anthropic.claude-sonnet-4-5-20250929-v1:0", 45},
      {"claude-opus-4-5@20251101", 45},
      {"claude-opus-4-20250514", 40},
      {"claude-sonnet-4@20250514", 40},
      {"claude-3-7-sonnet-latest", 37},
      {"anthropic.claude-3-haiku-20240307-v1:0", 30},
      {"anthropic/claude-opus-4.6", 46},
      {"claude-sonnet-5", 50},
      {"claude-latest", kNewestClaude},
      {"deepseek-chat", 0},
      {"", 0},
  };
  for (const auto& [model, generation] : cases) {
    EXPECT_EQ(claude_generation(model), generation) << model;
  }
}

struct Case {
  std::string model;
  Reasoning reasoning;
  std::optional<std::uint64_t> max_tokens;
  std::string written;      // members, as they stand in an object
  std::uint64_t limit = 0;  // max_tokens that goes out
  std::vector<std::string> losses;
};

Reasoning effort(Effort value) {
  Reasoning reasoning;
  reasoning.effort = value;
  return reasoning;
}

Reasoning budget(std::uint64_t value) {
  Reasoning reasoning;
  reasoning.budget = value;
  return reasoning;
}

TEST(Claude, ThinksAsItsGenerationDoes) {
  Reasoning adaptive;
  adaptive.adaptive = true;
  adaptive.show = true;
  const std::string b4 = R"("thinking":{"type":"enabled","budget_tokens":)";
  const std::vector<Case> cases{
      // The budget comes on top where the caller has set no limit, and fits into one that it has.
      {"claude-sonnet-4-5", effort(Effort::kHigh), {}, b4 + "24576}", 28672, {}},
      {"claude-sonnet-4-5", effort(Effort::kHigh), 8000, b4 + "7999}", 8000, {}},
      {"claude-sonnet-4-5", effort(Effort::kLow), 8000, b4 + "1024}", 8000, {}},
      {"claude-sonnet-4-5", budget(100), 8000, b4 + "1024}", 8000, {}},
      {"claude-sonnet-4-5",
       effort(Effort::kLow),
       1024,
       R"("thinking":{"type":"disabled"})",
       1024,
       {"reasoning"}},
      {"claude-sonnet-4-5",
       effort(Effort::kNone),
       {},
       R"("thinking":{"type":"disabled"})",
       4096,
       {}},
      {"claude-sonnet-4-5", budget(0), {}, R"("thinking":{"type":"disabled"})", 4096, {}},
      {"claude-sonnet-4-5", adaptive, {}, b4 + "8192}", 12288, {}},
      {"claude-3-5-haiku-latest", effort(Effort::kHigh), {}, "", 4096, {"reasoning"}},
      {"claude-opus-4-6",
       effort(Effort::kXHigh),
       9000,
       R"("thinking":{"type":"adaptive"},"output_config":{"effort":"high"})",
       9000,
       {}},
      {"claude-opus-4-6", budget(2000), 9000, b4 + "2000}", 9000, {}},
      {"claude-opus-4-7",
       budget(24576),
       9000,
       R"("thinking":{"type":"adaptive"},"output_config":{"effort":"high"})",
       9000,
       {}},
      {"claude-opus-4-7",
       effort(Effort::kMinimal),
       9000,
       R"("thinking":{"type":"adaptive"},"output_config":{"effort":"low"})",
       9000,
       {}},
      {"claude-opus-4-7",
       adaptive,
       9000,
       R"("thinking":{"type":"adaptive","display":"summarized"})",
       9000,
       {}},
      {"kimi-k2", effort(Effort::kMedium), {}, b4 + "8192}", 12288, {}},
  };
  for (const auto& c : cases) {
    Conversation conversation;
    conversation.reasoning = c.reasoning;
    conversation.max_tokens = c.max_tokens;
    Losses losses;
    const auto thinking = plan_thinking(conversation, {}, c.model, 4096, losses);
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_thinking(writer, thinking, {});
    writer.end_object();
    EXPECT_EQ(out, "{" + c.written + "}") << c.model;
    EXPECT_EQ(thinking.max_tokens, c.limit) << c.model << c.written;
    EXPECT_THAT(losses.fields(), testing::ElementsAreArray(c.losses)) << c.model << c.written;
  }
}

// "Expected thinking or redacted_thinking, but found tool_use".
TEST(Claude, DoesNotThinkInARoundWhoseThoughtsAreGone) {
  Conversation conversation;
  conversation.reasoning = effort(Effort::kLow);
  std::vector<Message> turns(2);
  turns[0].role = Role::kAssistant;
  turns[0].parts.emplace_back(ToolCallPart{});
  turns[1].parts.emplace_back(ToolResultPart{});
  Losses losses;
  using Mode = Thinking::Mode;
  EXPECT_EQ(plan_thinking(conversation, turns, "claude-sonnet-4-5", 4096, losses).mode, Mode::kOff);
  EXPECT_THAT(losses.fields(), ElementsAre("reasoning"));
  Losses none;
  EXPECT_EQ(plan_thinking(conversation, turns, "claude-opus-4-6", 4096, none).mode,
            Mode::kAdaptive);
  ReasoningPart thought;
  thought.signature = {"c2ln"};
  turns[0].parts.insert(turns[0].parts.begin(), thought);
  EXPECT_EQ(plan_thinking(conversation, turns, "claude-sonnet-4-5", 4096, none).mode,
            Mode::kBudget);
  EXPECT_THAT(none.fields(), IsEmpty());
}

struct SamplingCase {
  std::string model;
  bool thinks;
  std::string temperature, top_p, top_k;              // asked for
  std::string temperature_out, top_p_out, top_k_out;  // what goes out
  std::vector<std::string> losses;
};

TEST(Claude, TakesTheSamplingThatItsGenerationTakes) {
  const std::vector<SamplingCase> cases{
      {"claude-sonnet-4-5", false, "0.5", "", "40", "0.5", "", "40", {}},
      {"claude-sonnet-4-5", false, "1.7", "", "", "1", "", "", {"temperature"}},
      {"claude-sonnet-4-5", false, "0.5", "0.9", "", "0.5", "", "", {"top_p"}},
      {"claude-sonnet-4-5", false, "0.5", "1", "", "0.5", "", "", {}},
      {"claude-3-5-haiku-latest", false, "0.5", "0.9", "", "0.5", "0.9", "", {}},
      {"claude-sonnet-4-5", true, "1", "0.96", "", "", "0.96", "", {}},
      {"claude-sonnet-4-5", true, "0.5", "0.5", "4", "", "", "", {"temperature", "top_k", "top_p"}},
      {"claude-opus-4-7", false, "1.0", "", "", "", "", "", {}},
      {"claude-opus-4-7", false, "0.2", "0.99", "4", "", "", "", {"temperature", "top_k", "top_p"}},
  };
  for (const auto& c : cases) {
    Conversation conversation;
    conversation.temperature = c.temperature;
    conversation.top_p = c.top_p;
    conversation.top_k = c.top_k;
    Losses losses;
    const auto sampling = plan_sampling(conversation, c.model, c.thinks, losses);
    EXPECT_EQ(sampling.temperature, c.temperature_out) << c.model;
    EXPECT_EQ(sampling.top_p, c.top_p_out) << c.model;
    EXPECT_EQ(sampling.top_k, c.top_k_out) << c.model;
    EXPECT_THAT(losses.fields(), testing::ElementsAreArray(c.losses)) << c.model;
  }
}

TEST(Claude, ThinkingIsReadInAllItsForms) {
  const Where root(Origin::kDownstream);
  std::optional<Reasoning> off;
  ASSERT_TRUE(read_thinking(R"({"type":"disabled"})", root, off));
  EXPECT_EQ(off->effort, Effort::kNone);
  std::optional<Reasoning> on;
  ASSERT_TRUE(read_thinking(R"({"budget_tokens":5000,"type":"enabled"})", root, on));
  EXPECT_EQ(on->budget, 5000U);
  EXPECT_EQ(on->show, true);
  std::optional<Reasoning> adaptive;
  ASSERT_TRUE(read_thinking(R"({"type":"adaptive","display":"omitted"})", root, adaptive));
  EXPECT_TRUE(adaptive->adaptive);
  EXPECT_EQ(adaptive->show, false);
  std::optional<Reasoning> bad;
  EXPECT_FALSE(read_thinking(R"({"type":"maybe"})", root, bad));
}

}  // namespace
}  // namespace tidegate::llm::anthropic
