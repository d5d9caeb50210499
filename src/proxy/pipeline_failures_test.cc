// The matrix of failures: what a processor does wrong, its failure mode, and where; each cell says
// the status, the body, the word in the log and the metric.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/pipeline_fixture.h"
#include "telemetry/exposition.h"

namespace tidegate::proxy {
namespace {

using config::FailureMode;
using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using ::testing::HasSubstr;
using ::testing::Not;

enum class Where : std::uint8_t { kRequest, kResponse, kStream };
enum class Class : std::uint8_t { kFailure, kTimeout };

struct Failure {
  const char* name;
  Class of;
  Step (*script)(Turn&);
};
constexpr Failure kFailures[] = {
    {"error", Class::kFailure,
     [](Turn&) -> Step { return Error(ErrorCode::kIo, Origin::kInternal, "out of order"); }},
    {"error of a task", Class::kFailure,
     [](Turn& turn) -> Step {
       return [](Turn& t) -> Step::Task {
         co_await async::NextTurn(t.reactor);
         co_return fail(ErrorCode::kConnectionRefused, Origin::kUpstream, "nobody is there");
       }(turn);
     }},
    {"timeout", Class::kTimeout, [](Turn& turn) -> Step { return pipeline::hang(turn); }},
    {"edit outside", Class::kFailure,
     [](Turn& turn) -> Step {
       turn.effects.replace(0, 100'000, "");
       return Verdict::kContinue;
     }},
    {"no JSON", Class::kFailure,
     [](Turn& turn) -> Step {
       turn.effects.replace(0, 1, "");
       return Verdict::kContinue;
     }},
    {"framing field", Class::kFailure,
     [](Turn& turn) -> Step {
       turn.effects.set_header("transfer-encoding", "chunked");
       return Verdict::kContinue;
     }},
    {"re-route that may not be", Class::kFailure,
     [](Turn& turn) -> Step {
       turn.effects.reroute = {pipeline::Reroute::Kind::kBackend, "nowhere"};
       return Verdict::kReroute;
     }},
};

struct Cell {
  Where where;
  FailureMode mode;
  Class of;
  std::uint16_t status;
  const char* body;
  const char* verdict;
  const char* error;  // code in the log; null: none
};
constexpr const char* kFailed = "a payload processor failed";
constexpr const char* kLate = "a payload processor did not answer in time";
constexpr const char* kGood = "good";
constexpr const char* kCanned = "canned text";
constexpr Cell kCells[] = {
    {Where::kRequest, FailureMode::kOpen, Class::kFailure, 200, kGood, "failed-open", nullptr},
    {Where::kRequest, FailureMode::kOpen, Class::kTimeout, 200, kGood, "timeout-open", nullptr},
    {Where::kRequest, FailureMode::kClosed, Class::kFailure, 500, kFailed, "failed-closed", ""},
    {Where::kRequest, FailureMode::kClosed, Class::kTimeout, 504, kLate, "timeout-closed", ""},
    {Where::kRequest, FailureMode::kFallback, Class::kFailure, 200, kCanned, "failed-fallback",
     nullptr},
    {Where::kRequest, FailureMode::kFallback, Class::kTimeout, 200, kCanned, "timeout-fallback",
     nullptr},
    {Where::kResponse, FailureMode::kOpen, Class::kFailure, 200, kGood, "failed-open", nullptr},
    {Where::kResponse, FailureMode::kOpen, Class::kTimeout, 200, kGood, "timeout-open", nullptr},
    {Where::kResponse, FailureMode::kClosed, Class::kFailure, 500, kFailed, "failed-closed", ""},
    {Where::kResponse, FailureMode::kClosed, Class::kTimeout, 504, kLate, "timeout-closed", ""},
    {Where::kResponse, FailureMode::kFallback, Class::kFailure, 200, kCanned, "failed-fallback",
     nullptr},
    {Where::kResponse, FailureMode::kFallback, Class::kTimeout, 200, kCanned, "timeout-fallback",
     nullptr},
    // In a stream that has begun the status is out: an error event ends it, whatever the mode but
    // Open.
    {Where::kStream, FailureMode::kOpen, Class::kFailure, 200, kGood, "failed-open", nullptr},
    {Where::kStream, FailureMode::kOpen, Class::kTimeout, 200, kGood, "timeout-open", nullptr},
    {Where::kStream, FailureMode::kClosed, Class::kFailure, 200, kFailed, "failed-closed", ""},
    {Where::kStream, FailureMode::kClosed, Class::kTimeout, 200, kLate, "timeout-closed", ""},
    {Where::kStream, FailureMode::kFallback, Class::kFailure, 200, kFailed, "failed-fallback", ""},
    {Where::kStream, FailureMode::kFallback, Class::kTimeout, 200, kLate, "timeout-fallback", ""},
};

constexpr const char* kReply =
    R"({"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"good"},"finish_reason":"stop"}]})";

std::string delta(const std::string& text) {
  return "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text +
         "\"}}]}\n\n";
}

Phase phase_of(Where where) {
  switch (where) {
    case Where::kRequest:
      return Phase::kRequestBody;
    case Where::kResponse:
      return Phase::kResponseBody;
    case Where::kStream:
      return Phase::kStreamChunk;
  }
  return Phase::kRequestBody;
}

std::string metrics_text(World& world) {
  return telemetry::render(world.registry, telemetry::Exposition::kPrometheus);
}

void run_cell(testing::PollerKind poller, const Failure& failure, const Cell& cell) {
  PipelineWorld world(poller);
  RawListener upstream;
  // In a stream the first event passes, the second is where it goes wrong.
  auto spec = world.spec("bad", {phase_of(cell.where)}, [&failure](Turn& turn) -> Step {
    const pipeline::StreamEvent* event = turn.message.event;
    if (event != nullptr && event->index != 1) return Verdict::kContinue;
    return failure.script(turn);
  });
  spec.failure_mode = cell.mode;
  spec.timeout = std::chrono::milliseconds(50);
  if (cell.mode == FailureMode::kFallback) {
    spec.fallback_answer.emplace().text = "canned text";
    spec.fallback_answer->is_completion = true;
  }
  world.on_route("p", {spec});
  world.adopt_processed({rule_to(model_server("a", upstream))});
  const bool streams = cell.where == Where::kStream;
  Client client(world, "POST", kChatPath, streams ? kStreamBody : kChatBody);
  client.start();
  bool replied = false;
  for (int i = 0; i < testing::Loop::kMaxTurns && world.loop.group.size() != 0; ++i) {
    world.loop.turn(i);
    if (!replied && upstream.accepted(1) && upstream.peer(0).received().ends_with("}")) {
      replied = true;
      upstream.peer(0).send(
          streams
              ? http_reply("text/event-stream", delta("first") + delta("good") + "data: [DONE]\n\n")
              : http_reply("application/json", kReply));
    }
    // Time passes only for what waits in vain.
    if (i > 100) world.loop.clock.ahead += std::chrono::milliseconds(10);
  }
  ASSERT_EQ(world.loop.group.size(), 0U);

  EXPECT_EQ(client.response.status, cell.status);
  EXPECT_THAT(client.response.body, HasSubstr(cell.body));
  EXPECT_TRUE(client.response.ended);
  if (streams) EXPECT_THAT(client.response.body, HasSubstr("first"));
  if (streams && cell.error != nullptr) {
    EXPECT_THAT(client.response.body, Not(HasSubstr("[DONE]")));
    EXPECT_THAT(client.response.body, Not(HasSubstr("good")));
  }
  const std::string log = world.log_text();
  EXPECT_THAT(log, HasSubstr(fmt::format(R"("processor":"ns/p/bad","phase":"{}","verdict":"{}")",
                                         config::to_string(phase_of(cell.where)), cell.verdict)));
  if (cell.error == nullptr) {
    EXPECT_THAT(log, Not(HasSubstr(R"("error":)")));
  } else {
    EXPECT_THAT(log, HasSubstr("ns/p/bad"));
    EXPECT_THAT(log, HasSubstr(R"("error":{"code":)"));
  }
  EXPECT_THAT(
      metrics_text(world),
      HasSubstr(fmt::format(
          R"(tidegate_processor_runs_total{{processor="ns/p/bad",phase="{}",mode="enforce",verdict="{}"}} 1)",
          config::to_string(phase_of(cell.where)), cell.verdict)));
}

class PipelineFailures : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(PipelineFailures);

TEST_P(PipelineFailures, MeanInEachPlaceWhatTheModeSays) {
  for (const Failure& failure : kFailures) {
    for (const Cell& cell : kCells) {
      if (cell.of != failure.of) continue;
      SCOPED_TRACE(fmt::format("{} where {} mode {}", failure.name, static_cast<int>(cell.where),
                               static_cast<int>(cell.mode)));
      run_cell(GetParam(), failure, cell);
    }
  }
}

}  // namespace
}  // namespace tidegate::proxy
