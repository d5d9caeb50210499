#include "llm/conversation/collect.h"

#include <gtest/gtest.h>

#include "llm/conversation/replay.h"

namespace tidegate::llm {
namespace {

Reply make_reply() {
  Reply reply;
  reply.id = "r1";
  reply.model = "m";
  reply.created = 7;
  reply.parts.emplace_back(ReasoningPart{.text = {"think"}, .signature = {"sig"}});
  reply.parts.emplace_back(ReasoningPart{.redacted = {"opaque"}});
  reply.parts.emplace_back(TextPart{.text = {"a\\nb"}, .citations = R"([{"n":1},{"n":2}])"});
  reply.parts.emplace_back(
      ToolCallPart{.id = {"c1"}, .name = {"f"}, .arguments_raw = R"({"x":"\"y\""})"});
  reply.parts.emplace_back(RefusalPart{.text = {"no"}});
  reply.finish = FinishReason::kStopSequence;
  reply.stop_sequence = {"END"};
  reply.usage.emplace();
  reply.usage->output = TokenCount(3);
  return reply;
}

TEST(ReplyCollector, TakesBackWhatAReplyIsReplayedAs) {
  Arena arena;
  std::vector<ReplyStep> steps;
  const Reply reply = make_reply();
  replay(reply, arena, steps);
  ReplyCollector collector(arena);
  for (const ReplyStep& step : steps) collector.take(step);
  const auto collected = collector.finish();
  ASSERT_TRUE(collected) << collected.error().detail;
  EXPECT_EQ(collected->id, "r1");
  EXPECT_EQ(collected->model, "m");
  EXPECT_EQ(collected->created, 7U);
  ASSERT_EQ(collected->parts.size(), reply.parts.size());
  const auto& thought = std::get<ReasoningPart>(collected->parts[0]);
  EXPECT_EQ(thought.text.bytes, "think");
  EXPECT_EQ(thought.signature.bytes, "sig");
  EXPECT_EQ(std::get<ReasoningPart>(collected->parts[1]).redacted.bytes, "opaque");
  EXPECT_EQ(std::get<TextPart>(collected->parts[2]).text.bytes, "a\\nb");
  EXPECT_EQ(std::get<TextPart>(collected->parts[2]).citations, R"([{"n":1},{"n":2}])");
  const auto& call = std::get<ToolCallPart>(collected->parts[3]);
  EXPECT_EQ(call.name.bytes, "f");
  EXPECT_EQ(json::unescape(call.arguments, arena), R"({"x":"\"y\""})");
  EXPECT_EQ(std::get<RefusalPart>(collected->parts[4]).text.bytes, "no");
  EXPECT_EQ(collected->finish, FinishReason::kStopSequence);
  EXPECT_EQ(collected->stop_sequence.bytes, "END");
  EXPECT_EQ(collected->usage, reply.usage);
}

TEST(ReplyCollector, KnowsACutStreamAndAFailedOne) {
  Arena arena;
  ReplyCollector cut(arena);
  cut.take(ReplyStart{});
  cut.take(ReplyFinish{});
  EXPECT_EQ(cut.finish().error().code, ErrorCode::kEndOfStream);
  EXPECT_EQ(cut.failure(), nullptr);

  ReplyCollector failed(arena);
  failed.take(ReplyStart{});
  failed.take(ReplyError{.status = 529, .type = "overloaded_error", .message = "busy"});
  EXPECT_FALSE(failed.finish());
  ASSERT_NE(failed.failure(), nullptr);
  EXPECT_EQ(failed.failure()->status, 529);
  EXPECT_EQ(failed.failure()->message, "busy");
}

}  // namespace
}  // namespace tidegate::llm
