// Processors of one concurrency group: side by side, and deterministic whoever is faster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/run_fixture.h"

namespace tidegate::pipeline {
namespace {

using namespace std::chrono_literals;
using Kind = Outcome::Kind;

// A member that says its verdict after a time.
struct Member {
  std::string name;
  std::chrono::milliseconds time;
  Verdict verdict;
};

class Group : public ::testing::Test, public RunFixture {
 protected:
  void add_member(const Member& member) {
    add(member.name, [member](Turn& turn) -> Step {
      turn.effects.refusal = {.status = 422, .code = {}, .message = turn.spec.name};
      turn.effects.reply.text = turn.spec.name;
      if (member.time.count() == 0) return member.verdict;
      return after(turn, member.time, member.verdict);
    }).concurrency_group = "g";
  }
};

TEST_F(Group, StartsTogether) {
  add_member({"a", 300ms, Verdict::kContinue});
  add_member({"b", 300ms, Verdict::kContinue});
  add_member({"c", 0ms, Verdict::kContinue});
  const auto before = loop.clock.steady_now();
  EXPECT_EQ(run(Phase::kRequestBody).kind, Kind::kContinue);
  EXPECT_LT(loop.clock.steady_now() - before, 550ms);
  EXPECT_EQ(records(), "a:continue b:continue c:continue");
}

TEST_F(Group, TheGravestVerdictWins) {
  add_member({"answers", 0ms, Verdict::kAnswer});
  add_member({"rejects", 200ms, Verdict::kReject});
  add_member({"goes", 100ms, Verdict::kContinue});
  EXPECT_EQ(run(Phase::kRequestBody).kind, Kind::kReject);
  EXPECT_EQ(scope_run->outcome().refusal.message, "rejects");
  EXPECT_EQ(records(), "answers:answer rejects:reject goes:continue");
}

TEST_F(Group, OfEqualsTheFirstInTheListWinsWhoeverIsFaster) {
  for (const auto times : {std::pair(0ms, 200ms), std::pair(200ms, 0ms), std::pair(100ms, 100ms)}) {
    RunFixture f;
    for (const auto& [name, time] : {std::pair("a", times.first), std::pair("b", times.second)}) {
      f.add(name, [time](Turn& turn) -> Step {
         turn.effects.refusal = {.status = 422, .code = {}, .message = turn.spec.name};
         if (time.count() == 0) return Verdict::kReject;
         return after(turn, time, Verdict::kReject);
       }).concurrency_group = "g";
    }
    EXPECT_EQ(f.run(Phase::kRequestBody).kind, Kind::kReject);
    EXPECT_EQ(f.scope_run->outcome().refusal.message, "a");
  }
}

TEST_F(Group, ARejectEndsThoseBehindIt) {
  add_member({"before", 200ms, Verdict::kContinue});
  add_member({"rejects", 50ms, Verdict::kReject});
  add("behind", [](Turn& turn) -> Step { return hang(turn); }).concurrency_group = "g";
  EXPECT_EQ(run(Phase::kRequestBody).kind, Kind::kReject);
  EXPECT_EQ(records(), "before:continue rejects:reject behind:cancelled");
}

TEST_F(Group, SeesOnePayloadAndItsEditsAreJoined) {
  subject.set_payload(R"({"a":1,"b":2})");
  add("first", [](Turn& turn) {
    turn.effects.replace(11, 12, "20");
    return Verdict::kContinue;
  }).concurrency_group = "g";
  add("second", [](Turn& turn) {
    EXPECT_EQ(turn.message.payload, R"({"a":1,"b":2})");
    turn.effects.replace(5, 6, "10");
    return Verdict::kContinue;
  }).concurrency_group = "g";
  EXPECT_EQ(run(Phase::kRequestBody).kind, Kind::kContinue);
  EXPECT_EQ(subject.message().payload, R"({"a":10,"b":20})");
}

TEST_F(Group, ALaterEditOfTheSameBytesIsAFailure) {
  subject.set_payload(R"({"a":1})");
  for (const char* name : {"first", "second"}) {
    auto& spec = add(name, [](Turn& turn) {
      turn.effects.replace(5, 6, turn.spec.name == "first" ? "10" : "20");
      return Verdict::kContinue;
    });
    spec.concurrency_group = "g";
    spec.failure_mode = config::FailureMode::kOpen;
  }
  EXPECT_EQ(run(Phase::kRequestBody).kind, Kind::kContinue);
  EXPECT_EQ(subject.message().payload, R"({"a":10})");
  EXPECT_EQ(records(), "first:mutate second:failed-open");
}

TEST_F(Group, RunsFallbacksAfterItself) {
  auto& spec = add("bad", [](Turn&) -> Step {
    return Error(ErrorCode::kInternal, Origin::kInternal, "broken");
  });
  spec.concurrency_group = "g";
  spec.failure_mode = config::FailureMode::kFallback;
  spec.fallback_processor = 0;
  scripts["plain"] = [](Turn&) -> Step { return Verdict::kContinue; };
  pipeline.fallbacks = {pipeline.processors[0]};
  pipeline.fallbacks[0].name = "plain";
  pipeline.fallbacks[0].failure_mode = config::FailureMode::kClosed;
  add_member({"other", 100ms, Verdict::kContinue});
  EXPECT_EQ(run(Phase::kRequestBody).kind, Kind::kContinue);
  EXPECT_EQ(records(), "bad:failed-fallback other:continue plain:continue");
}

}  // namespace
}  // namespace tidegate::pipeline
