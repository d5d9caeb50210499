#include "llm/conversation/block_sequence.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tidegate::llm {
namespace {

using Kind = BlockStart::Kind;
using Steps = BlockSequence::Steps;

// One word for each step: "0+call:f" begins, "0.text" adds, "0-" ends.
std::string words(const Steps& steps) {
  static constexpr std::string_view kKinds[] = {"text", "call", "reasoning", "redacted", "refusal"};
  std::string out;
  for (const auto& step : steps) {
    if (!out.empty()) out += ' ';
    if (const auto* start = std::get_if<BlockStart>(&step)) {
      out += std::to_string(start->index) + "+" +
             std::string(kKinds[static_cast<int>(start->kind)]) + std::string(start->id.bytes) +
             ":" + std::string(start->name.bytes);
    } else if (const auto* delta = std::get_if<BlockDelta>(&step)) {
      out += std::to_string(delta->index) + "." + std::string(delta->text.bytes);
    } else if (const auto* stop = std::get_if<BlockStop>(&step)) {
      out += std::to_string(stop->index) + "-";
    }
  }
  return out;
}

BlockStart call(std::string_view id, std::string_view name) {
  BlockStart start;
  start.kind = Kind::kToolCall;
  start.id = {id};
  start.name = {name};
  return start;
}

constexpr auto kArguments = BlockDelta::Kind::kArguments;

TEST(BlockSequence, OpensABlockForEachKindOfText) {
  BlockSequence blocks;
  Steps steps;
  blocks.append(Kind::kReasoning, {"think"}, steps);
  blocks.append(Kind::kReasoning, {"ing"}, steps);
  blocks.append(Kind::kText, {""}, steps);
  blocks.append(Kind::kText, {"Hi"}, steps);
  blocks.close(steps);
  EXPECT_EQ(words(steps), "0+reasoning: 0.think 0.ing 0- 1+text: 1.Hi 1-");
}

TEST(BlockSequence, TellsATextAtOnce) {
  BlockSequence blocks;
  Steps steps;
  blocks.append(Kind::kText, {"Hi"}, steps);
  EXPECT_EQ(words(steps), "0+text: 0.Hi");
}

TEST(BlockSequence, EndsACallWhoseArgumentsAreWholeWhenTheNextBegins) {
  BlockSequence blocks;
  Steps steps;
  blocks.start(0, call("a", "f"), steps);
  blocks.add(0, kArguments, {R"({\"x\":\"}\\\"}\")"}, steps);
  EXPECT_EQ(words(steps), R"(0+calla:f 0.{\"x\":\"}\\\"}\")");
  blocks.add(0, kArguments, {"}"}, steps);
  blocks.start(1, call("b", "g"), steps);
  steps.clear();
  blocks.add(1, kArguments, {"{}"}, steps);
  EXPECT_EQ(words(steps), "1.{}");
}

TEST(BlockSequence, HoldsALaterCallUntilTheEarlierIsWhole) {
  BlockSequence blocks;
  Steps steps;
  blocks.start(0, call("a", "f"), steps);
  blocks.add(0, kArguments, {"{"}, steps);
  {
    // What is held is copied.
    const std::string gone = "{1";
    blocks.start(1, call("b", "g"), steps);
    blocks.add(1, kArguments, {gone}, steps);
  }
  blocks.add(0, kArguments, {R"(\"y\":2)"}, steps);
  blocks.add(1, kArguments, {"}"}, steps);
  EXPECT_EQ(words(steps), R"(0+calla:f 0.{ 0.\"y\":2)");
  steps.clear();
  blocks.begin_piece();
  blocks.add(0, kArguments, {"}"}, steps);
  EXPECT_EQ(words(steps), "0.} 0- 1+callb:g 1.{1}");
  blocks.close(steps);
  EXPECT_EQ(words(steps), "0.} 0- 1+callb:g 1.{1} 1-");
}

TEST(BlockSequence, KeepsTheOrderOfTextBehindACallThatIsNotWhole) {
  BlockSequence blocks;
  Steps steps;
  blocks.start(0, call("a", "f"), steps);
  blocks.append(Kind::kText, {"then"}, steps);
  blocks.start(7, call("b", "g"), steps);
  EXPECT_EQ(words(steps), "0+calla:f");
  EXPECT_GT(blocks.held_bytes(), 4U);
  blocks.close(steps);
  EXPECT_EQ(words(steps), "0+calla:f 0- 1+text: 1.then 1- 2+callb:g 2-");
  EXPECT_EQ(blocks.held_bytes(), 0U);
}

TEST(BlockSequence, WaitsForTheNameOfACall) {
  BlockSequence blocks;
  Steps steps;
  blocks.start(0, call("a", ""), steps);
  blocks.add(0, kArguments, {"{"}, steps);
  EXPECT_TRUE(steps.empty());
  blocks.start(0, call("", "f"), steps);
  EXPECT_EQ(words(steps), "0+calla:f 0.{");
}

TEST(BlockSequence, TellsANamelessCallInTheEnd) {
  BlockSequence blocks;
  Steps steps;
  blocks.start(0, call("a", ""), steps);
  blocks.close(steps);
  EXPECT_EQ(words(steps), "0+calla: 0-");
}

TEST(BlockSequence, TakesAnEndFromTheDialect) {
  BlockSequence blocks;
  Steps steps;
  BlockStart reasoning;
  reasoning.kind = Kind::kReasoning;
  blocks.start(3, reasoning, steps);
  blocks.start(4, call("a", "f"), steps);
  blocks.add(3, BlockDelta::Kind::kText, {"x"}, steps);
  EXPECT_TRUE(blocks.has(4));
  blocks.end(3, steps);
  blocks.end(4, steps);
  EXPECT_FALSE(blocks.has(4));
  blocks.add(4, kArguments, {"late"}, steps);
  EXPECT_EQ(words(steps), "0+reasoning: 0.x 0- 1+calla:f 1-");
}

TEST(ObjectEnd, FollowsBracesOutsideOfStrings) {
  struct Case {
    std::vector<std::string_view> pieces;
    bool whole;
  };
  const Case cases[] = {
      {{"{}"}, true},
      {{""}, false},
      {{"{", R"(\"a\":{\"b\":[1]})"}, false},
      {{"{", R"(\"a\":{\"b\":[1]})", "}"}, true},
      {{R"({\"a\":\"})"}, false},
      {{R"({\"a\":\"\\\"}\"}\n)"}, true},
      {{R"({\"a\":\"\\)", R"(\"}\"})"}, true},
      {{R"(\u007b\u0022a\u0022:\"\u007d\")"}, false},
      {{R"(\u007b\u0022a\u0022:\"\u007d\"\u007d)"}, true},
      {{R"(\u00)"}, false},
  };
  for (const auto& test : cases) {
    ObjectEnd end;
    std::string text;
    for (const auto piece : test.pieces) {
      end.take({piece});
      text += piece;
    }
    EXPECT_EQ(end.is_whole(), test.whole) << text;
  }
}

}  // namespace
}  // namespace tidegate::llm
