#include "pipeline/payload_texts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "pipeline/run_fixture.h"
#include "pipeline/splice.h"

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

// Everything that is said of an event's texts.
std::string describe(const PayloadTexts::Event& event, std::string_view payload) {
  std::string out = event.is_json ? "" : "no JSON ";
  for (const auto& [text, lane, whole] : event.texts->texts) {
    out += fmt::format("[{} {} {}:{} {}={}]", static_cast<int>(text.channel), text.escaped,
                       lane.choice, whole, text.range.of(payload), text.plain);
  }
  return out + fmt::format(" ends {}", event.texts->ends.size());
}

// After an edit that puts `put` in place of `what`: the same as a list of the new payload tells.
void expect_followed(std::string_view payload,
                     const std::vector<std::pair<std::string_view, std::string_view>>& changes) {
  Arena arena;
  PayloadTexts texts;
  const llm::Call chat{llm::Dialect::kOpenAi, llm::Operation::kChatCompletions};
  ASSERT_TRUE(texts.of_event(chat, "", payload, arena));
  std::vector<PayloadEdit> edits;
  for (const auto& [what, put] : changes) {
    const auto begin = payload.find(what, edits.empty() ? 0 : edits.back().end);
    edits.push_back({begin, begin + what.size(), put});
  }
  const std::string now = splice(payload, edits);
  texts.follow(edits, now, arena);
  const auto followed = texts.of_event(chat, "", now, arena);
  PayloadTexts anew;
  const auto listed = anew.of_event(chat, "", now, arena);
  ASSERT_TRUE(followed && listed);
  EXPECT_EQ(describe(*followed, now), describe(*listed, now)) << now;
}

TEST(PayloadTexts, OfAnEventThatIsEditedAreThoseOfAnotherList) {
  constexpr std::string_view kEvent =
      R"({"choices":[{"index":0,"delta":{"content":"one two","reasoning_content":"wh\u0079?"}},)"
      R"({"index":1,"delta":{"content":"three\n"},"finish_reason":null}]})";
  expect_followed(kEvent, {{"two", "2"}});
  expect_followed(kEvent, {{"one", ""}, {" two", ""}});  // nothing is left of it
  expect_followed(kEvent, {{"one", "longer than it was"}, {"three", "\\u0033"}});
  expect_followed(kEvent, {{"\\n", ""}});
  expect_followed(kEvent, {{"u0079?", "n"}});
  expect_followed(kEvent, {{"null", R"("stop")"}});           // outside
  expect_followed(kEvent, {{"two", R"(2","refusal":"no)"}});  // ends the string
  expect_followed(kEvent, {{R"("one two")", R"("one")"}});    // with its quotes
  expect_followed(kEvent, {{R"(three\n"},"finish)", R"(3"},"finish)"}});
  expect_followed("[DONE]", {{"[DONE]", "{}"}});
}

}  // namespace
}  // namespace tidegate::pipeline
