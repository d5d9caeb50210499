#include "upstream/simulator_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/simulator.h"
#include "upstream/call_fixture.h"

namespace tidegate::upstream {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class SimulatorCalls : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(SimulatorCalls);

constexpr const char* kChat = R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})";
constexpr const char* kStream =
    R"({"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]})";

struct Fixture {
  explicit Fixture(testing::PollerKind kind, config::SimulatorSettings settings = {})
      : loop(kind), simulator(std::make_shared<simulator::Simulator>(settings)) {}
  void start(Try& attempt, stream::BodySource& body) {
    attempt.head.fields.add("content-type", "application/json");
    attempt.source = &body;
    attempt.call =
        std::make_unique<SimulatorCall>(simulator, resources, attempt.arena, attempt.scope);
    attempt.start(loop.group);
  }
  testing::Loop loop;
  io::SharedBuffer shared;
  Random random{7};
  async::TaskGroup background{loop.reactor};
  WorkerResources resources{loop.reactor, shared, random, background, nullptr};
  std::shared_ptr<simulator::Simulator> simulator;
};

TEST_P(SimulatorCalls, AnswerWholeWithTheLengthThatTheySay) {
  Fixture f(GetParam());
  stream::MemoryBody body(kChat);
  Try attempt("POST", "/v1/chat/completions");
  f.start(attempt, body);
  f.loop.run_until_idle();
  EXPECT_EQ(attempt.response.status, 200);
  EXPECT_EQ(attempt.response.body, http::BodyLength::known(attempt.body.size()));
  EXPECT_THAT(attempt.body, HasSubstr("\"usage\""));
}

TEST_P(SimulatorCalls, ReadABodyThatComesInParts) {
  Fixture f(GetParam());
  SlowBody body(f.loop.reactor);
  Try attempt("POST", "/v1/chat/completions");
  f.start(attempt, body);
  const std::string_view text = kChat;
  body.come(std::string(text.substr(0, 20)));
  f.loop.reactor.turn(0ms);
  body.come(std::string(text.substr(20)), stream::End::kYes);
  f.loop.run_until_idle();
  EXPECT_EQ(attempt.response.status, 200);
}

TEST_P(SimulatorCalls, StreamToTheirEnd) {
  Fixture f(GetParam());
  stream::MemoryBody body(kStream);
  Try attempt("POST", "/v1/chat/completions");
  f.start(attempt, body);
  f.loop.run_until_idle();
  EXPECT_TRUE(attempt.ended);
  EXPECT_TRUE(attempt.body.ends_with("data: [DONE]\n\n"));
}

TEST_P(SimulatorCalls, BreakOffWhereTheyAreTold) {
  config::SimulatorSettings settings;
  settings.cut_after_tokens = 2;
  Fixture f(GetParam(), settings);
  stream::MemoryBody body(kStream);
  Try attempt("POST", "/v1/chat/completions");
  f.start(attempt, body);
  f.loop.run_until_idle();
  ASSERT_TRUE(attempt.error);
  EXPECT_EQ(attempt.error->code, ErrorCode::kConnectionReset);
  EXPECT_EQ(attempt.error->origin, Origin::kUpstream);
}

TEST_P(SimulatorCalls, StallUntilTheyAreCancelled) {
  config::SimulatorSettings settings;
  settings.stall_after_tokens = 1;
  Fixture f(GetParam(), settings);
  stream::MemoryBody body(kStream);
  Try attempt("POST", "/v1/chat/completions");
  f.start(attempt, body);
  f.loop.run_until([&] { return !attempt.body.empty(); });
  for (int i = 0; i < 5; ++i) f.loop.reactor.turn(1ms);
  EXPECT_FALSE(attempt.finished);
  attempt.scope.request();
  f.loop.run_until_idle();
  ASSERT_TRUE(attempt.error);
  EXPECT_EQ(attempt.error->code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace tidegate::upstream
