#include "pipeline/payload_texts.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "pipeline/run_fixture.h"

namespace tidegate::pipeline {
namespace {

constexpr const char* kChat = R"({"messages":[{"role":"user","content":"one two"}]})";

class SharedTexts : public ::testing::Test, public RunFixture {
 protected:
  // A processor that notes what the first text says, and where.
  void look(std::string name) {
    add(std::move(name), [this](Turn& turn) {
      const auto texts = turn.phase == Phase::kRequestBody
                             ? turn.texts.of_request(turn.message.payload, turn.arena)
                             : turn.texts.of_reply(turn.message.payload, turn.arena);
      if (!texts) return Step(texts.error());
      said += std::string(texts->front().plain) + "|";
      seen.push_back(texts->front().plain.data());
      return Step(Verdict::kContinue);
    });
  }
  void edit(std::string name, std::string text) {
    add(std::move(name), [text](Turn& turn) {
      const auto texts = turn.texts.of_request(turn.message.payload, turn.arena);
      const auto range = texts->front().range;
      turn.effects.replace(range.begin + 1, range.end - 1, text);
      return Step(Verdict::kContinue);
    });
  }

  std::vector<const char*> seen;
  std::string said;
};

TEST_F(SharedTexts, AreListedOnceUntilThePayloadChanges) {
  // Escaped, so that each listing would decode it to another place.
  subject.set_payload(R"({"messages":[{"role":"user","content":"one\ttwo"}]})");
  look("first");
  look("second");
  edit("edit", "th\\u0072ee");
  look("third");
  look("fourth");
  EXPECT_EQ(run(Phase::kRequestBody).kind, Outcome::Kind::kContinue);
  EXPECT_EQ(said, "one\ttwo|one\ttwo|three|three|");
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_NE(seen[1], seen[2]);
  EXPECT_EQ(seen[2], seen[3]);
}

TEST_F(SharedTexts, AreThoseOfThePhaseUnderWay) {
  subject.set_payload(kChat);
  look("look");
  run(Phase::kRequestBody);
  subject.respond();
  subject.set_payload(R"({"choices":[{"message":{"role":"assistant","content":"hello"}}]})");
  run(Phase::kResponseBody);
  EXPECT_EQ(said, "one two|hello|");
}

TEST_F(SharedTexts, AreOneListForAGroup) {
  subject.set_payload(R"({"messages":[{"role":"user","content":"one\ttwo"}]})");
  look("first");
  look("second");
  for (auto& spec : pipeline.processors) spec.concurrency_group = "g";
  run(Phase::kRequestBody);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0], seen[1]);
}

TEST(PayloadTexts, KeepTheErrorToo) {
  Arena arena;
  PayloadTexts texts;
  EXPECT_EQ(texts.of_request("no JSON", arena).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(texts.of_request("no JSON", arena).error().code, ErrorCode::kMalformed);
  texts.forget();
  EXPECT_EQ(texts.of_request(kChat, arena)->size(), 1U);
}

TEST(PayloadTexts, OfEventsAreListedOncePerEvent) {
  Arena arena;
  PayloadTexts texts;
  const llm::Call chat{llm::Dialect::kOpenAi, llm::Operation::kChatCompletions};
  const auto first =
      texts.of_event(chat, "", R"({"choices":[{"index":0,"delta":{"content":"a"}}]})", arena);
  ASSERT_TRUE(first && first->is_json);
  EXPECT_EQ(first->texts->texts.front().text.plain, "a");
  texts.forget();
  const auto last = texts.of_event(chat, "", "[DONE]", arena);
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->is_json);
  EXPECT_TRUE(last->texts->texts.empty());
  EXPECT_EQ(last->texts->ends.size(), 1U);
}

}  // namespace
}  // namespace tidegate::pipeline
