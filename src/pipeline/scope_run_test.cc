#include "pipeline/scope_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/backend.h"
#include "pipeline/run_fixture.h"

namespace tidegate::pipeline {
namespace {

using namespace std::chrono_literals;
using config::FailureMode;
using ::testing::HasSubstr;

Step go_on(Turn&) { return Verdict::kContinue; }
Step refuse(Turn& turn) {
  turn.effects.refusal = {.status = 422, .code = "bad", .message = turn.spec.name};
  return Verdict::kReject;
}
Step break_down(Turn&) { return Error(ErrorCode::kInternal, Origin::kInternal, "out of order"); }

class Run : public ::testing::Test, public RunFixture {
 protected:
  Outcome::Kind kind(Phase phase = Phase::kRequestBody) { return run(phase).kind; }
};
using Kind = Outcome::Kind;

TEST_F(Run, GoesInOrderAndEachSeesWhatWasChangedBefore) {
  subject.set_payload(R"({"a":1})");
  add("first", [](Turn& turn) {
    turn.effects.replace(5, 6, "22");
    turn.effects.set_header("x-a", "1");
    return Verdict::kContinue;
  });
  add("second", [](Turn& turn) {
    EXPECT_EQ(turn.message.payload, R"({"a":22})");
    EXPECT_EQ(turn.message.request->fields.find("x-a"), "1");
    turn.effects.replace(1, 1, "\"b\":2,");
    return Verdict::kContinue;
  });
  EXPECT_EQ(kind(), Kind::kContinue);
  EXPECT_EQ(subject.message().payload, R"({"b":2,"a":22})");
  EXPECT_EQ(records(), "first:mutate second:mutate");
  EXPECT_FALSE(waited);
}

TEST_F(Run, GoesBackwardsOverResponses) {
  subject.respond();
  add("first", go_on);
  add("second", go_on);
  EXPECT_EQ(kind(Phase::kResponseHeaders), Kind::kContinue);
  EXPECT_EQ(records(), "second:continue first:continue");
}

TEST_F(Run, EndsAtTheFirstReject) {
  add("first", refuse);
  add("second", go_on);
  EXPECT_EQ(kind(), Kind::kReject);
  EXPECT_EQ(scope_run->outcome().refusal.status, 422);
  EXPECT_EQ(scope_run->outcome().refusal.message, "first");
  EXPECT_EQ(scope_run->outcome().error->detail, "ns/p/first (RequestBody): bad");
  EXPECT_EQ(records(), "first:reject");
}

TEST_F(Run, TakesOnlyThePhasesThatAreConfigured) {
  add("headers", go_on).phases = {Phase::kRequestHeaders};
  add("body", go_on).phases = {Phase::kRequestBody};
  compile();
  EXPECT_FALSE(chain->has(Phase::kStreamChunk));
  EXPECT_EQ(kind(), Kind::kContinue);
  EXPECT_EQ(records(), "body:continue");
}

struct FailureCase {
  const char* name;
  Scripts::Script script;
  const char* word;  // in verdicts: "failed" or "timeout"
  std::uint16_t closed_status;
};

std::vector<FailureCase> failures() {
  return {
      {"error", break_down, "failed", 500},
      {"timeout", [](Turn& turn) -> Step { return hang(turn); }, "timeout", 504},
      {"edit outside",
       [](Turn& turn) -> Step {
         turn.effects.replace(0, 1000, "");
         return Verdict::kContinue;
       },
       "failed", 500},
      {"overlapping edits",
       [](Turn& turn) -> Step {
         turn.effects.replace(0, 3, "");
         turn.effects.replace(2, 4, "");
         return Verdict::kContinue;
       },
       "failed", 500},
      {"payload that is not JSON",
       [](Turn& turn) -> Step {
         turn.effects.replace(0, 1, "");
         turn.effects.set_header("x-a", "1");
         return Verdict::kContinue;
       },
       "failed", 500},
      {"framing field",
       [](Turn& turn) -> Step {
         turn.effects.set_header("Content-Length", "1");
         return Verdict::kContinue;
       },
       "failed", 500},
      {"line end in a field",
       [](Turn& turn) -> Step {
         turn.effects.set_header("x-a", "1\r\nx-b: 2");
         return Verdict::kContinue;
       },
       "failed", 500},
      {"unknown backend",
       [](Turn& turn) -> Step {
         turn.effects.reroute = {Reroute::Kind::kBackend, "gone"};
         return Verdict::kReroute;
       },
       "failed", 500},
      {"second re-route",
       [](Turn& turn) -> Step {
         if (turn.spec.name == "bad") turn.effects.reroute = {Reroute::Kind::kModel, "m"};
         return Verdict::kReroute;
       },
       "failed", 500},
  };
}

// Every failure under every mode: the word in the record, what happens, and that nothing of what
// the failed processor wanted is left.
TEST(FailureModes, DecideWhatAFailureMeans) {
  for (const FailureCase& failure : failures()) {
    for (const FailureMode mode :
         {FailureMode::kOpen, FailureMode::kClosed, FailureMode::kFallback}) {
      SCOPED_TRACE(std::string(failure.name) + " " + std::to_string(static_cast<int>(mode)));
      RunFixture f;
      f.subject.set_payload(R"({"a":1})");
      f.exchange.rerouted = std::string_view(failure.name) == "second re-route";
      auto& spec = f.add("bad", failure.script);
      spec.failure_mode = mode;
      spec.timeout = 100ms;
      if (mode == FailureMode::kFallback) spec.fallback_answer.emplace().text = "canned";
      f.add("next", go_on);
      const Outcome& outcome = f.run(Phase::kRequestBody);
      const std::string word = failure.word;
      switch (mode) {
        case FailureMode::kOpen:
          EXPECT_EQ(outcome.kind, Kind::kContinue);
          EXPECT_EQ(f.records(), "bad:" + word + "-open next:continue");
          break;
        case FailureMode::kClosed:
          EXPECT_EQ(outcome.kind, Kind::kReject);
          EXPECT_EQ(outcome.refusal.status, failure.closed_status);
          EXPECT_THAT(outcome.error->detail, HasSubstr("ns/p/bad (RequestBody): "));
          EXPECT_EQ(f.records(), "bad:" + word + "-closed");
          break;
        case FailureMode::kFallback:
          EXPECT_EQ(outcome.kind, Kind::kAnswer);
          EXPECT_EQ(outcome.reply.text, "canned");
          EXPECT_EQ(f.records(), "bad:" + word + "-fallback");
          break;
      }
      EXPECT_EQ(f.subject.message().payload, R"({"a":1})");
      EXPECT_TRUE(f.subject.fields().empty());
    }
  }
}

TEST_F(Run, FallsBackToAnotherProcessor) {
  auto& spec = add("bad", break_down);
  spec.failure_mode = FailureMode::kFallback;
  spec.fallback_processor = 0;
  add("next", go_on);
  scripts["plain"] = refuse;
  pipeline.fallbacks = {pipeline.processors[0]};
  pipeline.fallbacks[0].name = "plain";
  pipeline.fallbacks[0].failure_mode = FailureMode::kClosed;
  EXPECT_EQ(kind(), Kind::kReject);
  EXPECT_EQ(records(), "bad:failed-fallback plain:reject");
}

TEST_F(Run, FallsBackToABackendOnRequestsAlone) {
  auto& spec = add("bad", break_down);
  spec.failure_mode = FailureMode::kFallback;
  auto backend = std::make_shared<config::Backend>();
  spec.fallback_backend = backend;
  EXPECT_EQ(kind(), Kind::kContinue);
  EXPECT_EQ(exchange.backend, backend);
  EXPECT_EQ(kind(Phase::kResponseBody), Kind::kReject);
}

TEST_F(Run, ReRoutesToABackendAndGoesOnWithTheList) {
  auto backend = std::make_shared<config::Backend>();
  pipeline.backends = {{"cheap", backend}};
  add("router", [](Turn& turn) {
    turn.effects.reroute = {Reroute::Kind::kBackend, "cheap"};
    return Verdict::kReroute;
  });
  add("guard", go_on);
  EXPECT_EQ(kind(), Kind::kContinue);
  EXPECT_EQ(exchange.backend, backend);
  EXPECT_EQ(records(), "router:reroute guard:continue");
}

TEST_F(Run, LeavesTheListWhenReRoutedToAModel) {
  add("router", [](Turn& turn) {
    turn.effects.reroute = {Reroute::Kind::kModel, "small"};
    return Verdict::kReroute;
  });
  add("guard", go_on);
  EXPECT_EQ(kind(), Kind::kReroute);
  EXPECT_EQ(scope_run->outcome().model, "small");
  EXPECT_TRUE(exchange.rerouted);
}

TEST_F(Run, OnlyReportsInModeReport) {
  auto& refuses = add("refuses", refuse);
  refuses.mode = config::ProcessorMode::kReport;
  auto& breaks = add("breaks", break_down);
  breaks.mode = config::ProcessorMode::kReport;
  auto& edits = add("edits", [](Turn& turn) {
    turn.effects.set_header("x-a", "1");
    return Verdict::kContinue;
  });
  edits.mode = config::ProcessorMode::kReport;
  EXPECT_EQ(kind(), Kind::kContinue);
  EXPECT_TRUE(subject.fields().empty());
  EXPECT_EQ(records(), "refuses:reject breaks:failed-closed edits:mutate");
}

TEST_F(Run, HasADeadlineForAllProcessorsTogether) {
  pipeline.timeout = 300ms;
  const auto slow = [](Turn& turn) -> Step { return after(turn, 200ms, Verdict::kContinue); };
  add("first", slow);
  add("second", slow);
  auto& third = add("third", go_on);
  third.failure_mode = FailureMode::kOpen;
  EXPECT_EQ(kind(), Kind::kReject);
  EXPECT_EQ(scope_run->outcome().refusal.status, 504);
  EXPECT_EQ(records(), "first:continue second:timeout-closed");
}

TEST_F(Run, EndsWithTheExchange) {
  add("slow", [](Turn& turn) -> Step { return hang(turn); }).failure_mode = FailureMode::kOpen;
  add("next", go_on);
  compile();
  loop.group.spawn(go(*this, Phase::kRequestBody));
  loop.turn(0);
  cancel.request();
  loop.run_until_idle();
  EXPECT_EQ(scope_run->outcome().kind, Kind::kReject);
  EXPECT_EQ(scope_run->outcome().error->code, ErrorCode::kCancelled);
  EXPECT_EQ(records(), "slow:cancelled");
}

TEST_F(Run, SumsUpTheEventsOfAStream) {
  int events = 0;
  add("filter", [&events](Turn& turn) -> Step {
    if (++events == 2) turn.effects.drop_event = true;
    return Verdict::kContinue;
  });
  subject.respond();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(kind(Phase::kStreamChunk), Kind::kContinue);
  EXPECT_TRUE(subject.dropped);
  EXPECT_EQ(records(), "filter:mutate");
  EXPECT_EQ(exchange.records[0].runs, 3U);
}

TEST_F(Run, SkipsWhatRanBeforeAReRoute) {
  add("a", go_on);
  add("b", go_on);
  compile();
  EXPECT_EQ(kind(), Kind::kContinue);
  ScopeRun again(*chain, Scope::kRoute, exchange);
  again.take_over(*scope_run);
  EXPECT_TRUE(again.start(Phase::kRequestBody, subject));
  EXPECT_EQ(records(), "a:continue b:continue");
  EXPECT_TRUE(again.start(Phase::kRequestHeaders, subject));
  EXPECT_EQ(records(), "a:continue b:continue a:continue b:continue");
}

TEST_F(Run, TakesTwoHundredProcessors) {
  for (int i = 0; i < 200; ++i) add("p" + std::to_string(i), go_on);
  EXPECT_EQ(kind(), Kind::kContinue);
  EXPECT_EQ(exchange.records.size(), 200U);
  EXPECT_FALSE(waited);
}

}  // namespace
}  // namespace tidegate::pipeline
