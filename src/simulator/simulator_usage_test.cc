// Property: what a stream reports as usage, a whole reply to the same request reports too, and the
// gateway's own meters read both.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "llm/call.h"
#include "llm/reply_meter.h"
#include "llm/stream_meter.h"
#include "simulator/play.h"

namespace tidegate::simulator {
namespace {

struct Request {
  std::string path;
  std::string members;  // without braces and stream
};

std::vector<Request> requests() {
  const std::string user = R"("messages":[{"role":"user","content":"What is the tide?"}])";
  const std::string chat_tools =
      R"("tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object",)"
      R"("properties":{"a":{"type":"string"}}}}}],"tool_choice":"required")";
  const std::string anthropic_tools =
      R"("tools":[{"name":"f","input_schema":{"type":"object","properties":{"a":{"type":)"
      R"("string"}}}}],"tool_choice":{"type":"any"})";
  return {
      {"/v1/chat/completions", R"("model":"m",)" + user},
      {"/v1/chat/completions", R"("model":"m","max_tokens":2,)" + user},
      {"/v1/chat/completions", R"("model":"m","n":3,)" + user},
      {"/v1/chat/completions", R"("model":"m",)" + chat_tools + "," + user},
      {"/v1/chat/completions", R"("model":"m","response_format":{"type":"json_object"},)" + user},
      {"/v1/chat/completions", R"("model":"m","stop":[" "],)" + user},
      {"/v1/completions", R"("model":"m","prompt":"Once upon a time")"},
      {"/v1/responses", R"("model":"m","input":"Hi","instructions":"Be brief.")"},
      {"/v1/responses", R"("model":"m","input":"Hi","max_output_tokens":2)"},
      {"/v1/messages", R"("model":"m","max_tokens":50,"system":"Be brief.",)" + user},
      {"/v1/messages", R"("model":"m","max_tokens":3,)" + user},
      {"/v1/messages", R"("model":"m","max_tokens":90,)" + anthropic_tools + "," + user},
  };
}

class UsageProperty : public ::testing::TestWithParam<Fields> {};

TEST_P(UsageProperty, AStreamReportsWhatAWholeReplyReports) {
  Simulator simulator{config::SimulatorSettings()};
  for (const auto& request : requests()) {
    const auto call = *llm::find_operation("POST", request.path);
    const auto whole =
        play(simulator, "POST", request.path, "{" + request.members + "}", GetParam());
    ASSERT_EQ(whole.status, 200) << whole.body;
    llm::ReplyMeter reply_meter(call);
    reply_meter.feed(whole.body);

    const auto stream =
        play(simulator, "POST", request.path,
             "{" + request.members + R"(,"stream":true,"stream_options":{"include_usage":true}})",
             GetParam());
    ASSERT_EQ(stream.status, 200) << stream.body;
    EXPECT_EQ(stream.end, Piece::Action::kEnd);
    llm::StreamMeter stream_meter(call, llm::StreamMeter::HideUsage::kYes);
    stream_meter.feed(stream.body);

    ASSERT_TRUE(reply_meter.usage()) << whole.body;
    ASSERT_TRUE(stream_meter.usage()) << stream.body;
    EXPECT_EQ(*reply_meter.usage(), *stream_meter.usage()) << request.members;
    EXPECT_GT(reply_meter.usage()->input().value(), 0U);
    EXPECT_GT(reply_meter.usage()->output.value(), 0U);
    EXPECT_EQ(stream_meter.state(), llm::StreamState::kDone);
    // Every token is one event of output; reasoning is counted but not shown.
    const auto shown = stream_meter.usage()->output - stream_meter.usage()->reasoning;
    EXPECT_GE(stream_meter.output_events(), shown.value());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Directives, UsageProperty,
    ::testing::Values(Fields{}, Fields{{"x-simulator-output-tokens", "1"}},
                      Fields{{"x-simulator-output-tokens", "700"}, {"x-simulator-itl-ms", "1"}},
                      Fields{{"x-simulator-cached-tokens", "5"}, {"x-simulator-ttft-ms", "9"}}));

TEST(HiddenUsage, AClientWhoDidNotAskSeesTheStreamItWouldHaveGot) {
  Simulator simulator{config::SimulatorSettings()};
  for (const std::string path : {"/v1/chat/completions", "/v1/completions"}) {
    const std::string body =
        R"({"model":"m","prompt":"x","messages":[{"role":"user","content":"Hi"}],"stream":true)";
    const auto plain = play(simulator, "POST", path, body + "}");
    const auto asked =
        play(simulator, "POST", path, body + R"(,"stream_options":{"include_usage":true}})");
    llm::StreamMeter meter(*llm::find_operation("POST", path), llm::StreamMeter::HideUsage::kYes);
    std::string shown;
    for (const auto view : meter.feed(asked.body)) shown += view;
    EXPECT_EQ(shown, plain.body);
    EXPECT_NE(asked.body, plain.body);
  }
}

}  // namespace
}  // namespace tidegate::simulator
