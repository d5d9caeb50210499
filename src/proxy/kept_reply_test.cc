// Replies that a processor has kept: in the form that is asked for, through the processors in front
// of it, billed to nobody.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/pipeline_fixture.h"

namespace tidegate::proxy {
namespace {

using pipeline::KeptReply;
using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class KeptReplies : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(KeptReplies);

constexpr const char* kDocument =
    R"({"id":"c1","object":"chat.completion","created":7,"model":"up","x":1,"choices":[{"index":0,)"
    R"("message":{"role":"assistant","content":"high water at noon, low at six"},)"
    R"("finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":8,"total_tokens":17}})";

std::string event(const std::string& data) { return "data: " + data + "\n\n"; }
std::string delta(const std::string& text, const std::string& finish = "null") {
  return event(R"({"id":"c1","created":7,"model":"up","choices":[{"index":0,"delta":{"content":")" +
               text + R"("},"finish_reason":)" + finish + "}]}");
}
const std::string kStream =
    delta("high") + delta(" water") + delta("", "\"stop\"") + event("[DONE]");
constexpr std::pair<std::string_view, std::string_view> kFields[] = {{"x-from", "kept"}};

struct KeptWorld : PipelineWorld {
  explicit KeptWorld(testing::PollerKind kind) : PipelineWorld(kind) {
    usage.input_uncached = TokenCount(9);
    usage.output = TokenCount(8);
    kept.body = kDocument;
    kept.usage = &usage;
  }
  config::ProcessorSpec keeper() {
    return spec("keeper", pipeline::PhaseSet::all(), [this](Turn& turn) -> Step {
      if (turn.phase == Phase::kRequestHeaders) return Verdict::kContinue;
      EXPECT_EQ(turn.phase, Phase::kRequestBody);
      turn.effects.reply.kept = &kept;
      turn.effects.reply.fields = kFields;
      turn.effects.detail = "hit";
      return Verdict::kAnswer;
    });
  }
  void adopt_keeper() {
    on_route("r", {keeper()});
    adopt_processed({rule_to(model_server("a", upstream))});
  }

  RawListener upstream;
  llm::Usage usage;
  KeptReply kept;
};

constexpr const char* kStreamWithUsage =
    R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[]})";

TEST_P(KeptReplies, GoOutByteForByteInTheFormInWhichTheyWereKept) {
  KeptWorld world(GetParam());
  world.adopt_keeper();
  {
    Client client(world, "POST", kChatPath, kChatBody);
    client.run();
    EXPECT_EQ(client.response.status, 200);
    EXPECT_EQ(client.response.body, kDocument);
    EXPECT_EQ(client.response.field("content-type"), "application/json");
    EXPECT_EQ(client.response.field("x-from"), "kept");
  }
  world.kept.body = kStream;
  world.kept.is_stream = true;
  Client client(world, "POST", kChatPath, kStreamBody);
  client.run();
  EXPECT_EQ(client.response.body, kStream);
  EXPECT_EQ(client.response.field("content-type"), "text/event-stream");
  EXPECT_EQ(world.upstream.count(), 0U);
}

TEST_P(KeptReplies, OfABackendPassTheProcessorsInFrontOfThemThere) {
  KeptWorld world(GetParam());
  auto front = world.spec("front", {Phase::kResponseHeaders}, [](Turn& turn) -> Step {
    turn.effects.set_header("x-front", "seen");
    return Verdict::kContinue;
  });
  world.on_backend("a", {front, world.keeper()});
  world.adopt_processed({rule_to(model_server("a", world.upstream))});
  Client client(world, "POST", kChatPath, kChatBody);
  client.run();
  EXPECT_EQ(client.response.body, kDocument);
  EXPECT_EQ(client.response.field("x-front"), "seen");
  EXPECT_EQ(world.upstream.count(), 0U);
}

TEST_P(KeptReplies, BecomeTheFormThatIsAskedFor) {
  KeptWorld world(GetParam());
  world.adopt_keeper();
  {
    Client client(world, "POST", kChatPath, kStreamBody);
    client.run();
    EXPECT_THAT(client.response.body,
                AllOf(StartsWith("data: {"), HasSubstr(R"("content":"high water at noon)"),
                      EndsWith(event("[DONE]")), Not(HasSubstr("prompt_tokens"))));
  }
  {
    Client client(world, "POST", kChatPath, kStreamWithUsage);
    client.run();
    EXPECT_THAT(client.response.body, HasSubstr(R"("prompt_tokens":9)"));
  }
  world.kept.body = kStream;
  world.kept.is_stream = true;
  {
    Client client(world, "POST", kChatPath, kStreamWithUsage);
    client.run();
    EXPECT_THAT(client.response.body, AllOf(HasSubstr("high"), HasSubstr(R"("prompt_tokens":9)")));
  }
  Client client(world, "POST", kChatPath, kChatBody);
  client.run();
  EXPECT_THAT(client.response.body,
              AllOf(HasSubstr(R"("content":"high water")"), HasSubstr(R"("finish_reason":"stop")"),
                    HasSubstr(R"("completion_tokens":8)")));
}

TEST_P(KeptReplies, CostNothingAndTellWhatTheySave) {
  KeptWorld world(GetParam());
  world.adopt_keeper();
  Client client(world, "POST", kChatPath, kChatBody);
  client.run();
  EXPECT_THAT(
      world.log_text(),
      AllOf(HasSubstr(R"("avoided":{"input":9,"output":8},"cost_micro_usd":0)"),
            HasSubstr(R"("verdict":"answer","detail":"hit")"), Not(HasSubstr("\"usage\""))));
}

TEST_P(KeptReplies, PassTheProcessorsInFrontOfWhoKeptThemAndNoOthers) {
  KeptWorld world(GetParam());
  std::string order;
  const auto note = [&order](Turn& turn) -> Step {
    if (turn.phase >= Phase::kResponseHeaders) order += turn.spec.name + " ";
    if (turn.phase != Phase::kResponseBody || turn.spec.name != "r1") return Verdict::kContinue;
    const auto at = turn.message.payload.find("noon");
    turn.effects.replace(at, at + 4, "twelve");
    return Verdict::kContinue;
  };
  const pipeline::PhaseSet all = pipeline::PhaseSet::all();
  world.on_gateway("g", {world.spec("g1", all, note), world.spec("g2", all, note)});
  world.on_route("r", {world.spec("r1", all, note), world.keeper(), world.spec("r3", all, note)});
  world.adopt_processed({rule_to(model_server("a", world.upstream))});
  Client client(world, "POST", kChatPath, kChatBody);
  client.run();
  EXPECT_EQ(order, "r1 g2 g1 r1 g2 g1 ");
  EXPECT_THAT(client.response.body, HasSubstr("high water at twelve"));
}

TEST_P(KeptReplies, AreRefusedByAProcessorInFront) {
  KeptWorld world(GetParam());
  world.on_route("r", {world.spec("guard", {Phase::kResponseBody},
                                  [](Turn& turn) -> Step {
                                    turn.effects.refusal = {403, "unsafe", "not this"};
                                    return Verdict::kReject;
                                  }),
                       world.keeper()});
  world.adopt_processed({rule_to(model_server("a", world.upstream))});
  Client client(world, "POST", kChatPath, kChatBody);
  client.run();
  EXPECT_EQ(client.response.status, 403);
  EXPECT_THAT(client.response.body, HasSubstr("not this"));
}

TEST_P(KeptReplies, ArePlayedAtAPaceUntilTheClientLeaves) {
  KeptWorld world(GetParam());
  world.kept.pace = std::chrono::milliseconds(64);
  world.adopt_keeper();
  Client client(world, "POST", kChatPath, kStreamBody);
  client.start();
  const auto events = [&client] {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = client.response.body.find("\n\n", at)) != std::string::npos;
         ++at)
      ++count;
    return count;
  };
  world.loop.run_until([&] { return events() == 1; });
  for (int i = 0; i < 5; ++i) world.loop.turn(0);
  EXPECT_EQ(events(), 1U);
  world.loop.clock.ahead += std::chrono::milliseconds(70);
  world.loop.run_until([&] { return events() == 2; });
  client.exchange.cancel_for(exchange::CancelReason::kClientGone);
  world.loop.run_until_idle();
  EXPECT_FALSE(client.response.ended);
}

TEST_P(KeptReplies, OfAPacedStreamArriveWhole) {
  KeptWorld world(GetParam());
  world.kept.pace = std::chrono::milliseconds(1);
  world.adopt_keeper();
  Client client(world, "POST", kChatPath, kStreamBody);
  client.run();
  // In pieces of sixteen bytes.
  EXPECT_THAT(client.response.body,
              AllOf(HasSubstr(R"("content":"high water at no")"),
                    HasSubstr(R"("content":"on, low at six")"), EndsWith(event("[DONE]"))));
  EXPECT_TRUE(client.response.ended);
}

TEST_P(KeptReplies, TakeThePlaceOfNoReplyThatIsThere) {
  KeptWorld world(GetParam());
  world.on_route("r", {world.spec("late", {Phase::kResponseBody}, [&](Turn& turn) -> Step {
                   turn.effects.reply.kept = &world.kept;
                   return Verdict::kAnswer;
                 })});
  world.adopt_processed({rule_to(model_server("a", world.upstream))});
  Client client(world, "POST", kChatPath, kChatBody);
  client.start();
  world.await_request(world.upstream, 0, "}");
  world.upstream.peer(0).send(http_reply("application/json", "{}"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 500);
}

TEST_P(KeptReplies, AreNoReasonToRefuseWhatCannotBeRead) {
  KeptWorld world(GetParam());
  world.on_route("r", {world.spec("optional", {Phase::kResponseBody, Phase::kStreamChunk},
                                  [](Turn&) -> Step { return Verdict::kContinue; })});
  world.adopt_processed({rule_to(World::backend("a", world.upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(world.upstream);
  world.upstream.peer(0).send(
      "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(client.response.body, "\x1f\x8b");
}

}  // namespace
}  // namespace tidegate::proxy
