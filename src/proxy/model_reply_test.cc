#include "proxy/model_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "llm/transcode.h"
#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class ModelReplies : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(ModelReplies);

constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const std::string kDelta =
    R"(data: {"id":"c1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]})"
    "\n\n";
const std::string kFinish =
    R"(data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
    "\n\n";
const std::string kUsage =
    R"(data: {"id":"c1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,)"
    R"("prompt_tokens_details":{"cached_tokens":2},)"
    R"("completion_tokens_details":{"reasoning_tokens":1}}})"
    "\n\n";
const std::string kDone = "data: [DONE]\n\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

std::string chunk(std::string_view text) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return std::string(size) + std::string(text) + "\r\n";
}

// One call to a provider that has been sent; the test plays the provider.
struct ModelWorld : World {
  explicit ModelWorld(testing::PollerKind kind, bool asks_for_usage = false,
                      const char* path = "/v1/chat/completions",
                      config::Dialect dialect = config::Dialect::kOpenAi)
      : World(kind) {
    auto backend = World::backend("a", upstream);
    backend->ai.emplace();
    backend->ai->provider = "Acme";
    backend->ai->dialect = dialect;
    rule = rule_to(backend);
    adopt({rule});
    client = std::make_unique<Client>(
        *this, "POST", path,
        asks_for_usage
            ? R"({"model":"m","stream":true,"messages":[],"stream_options":{"include_usage":true}})"
            : R"({"model":"m","stream":true,"messages":[]})");
  }
  // Dollars for a million tokens of "m": 1 in, half of it from the cache, 4 out, 12 for thoughts.
  void give_prices() {
    auto backend = std::make_shared<config::Backend>(*rule.backends[0].backend);
    config::Model& model = backend->ai->models.emplace_back();
    model.name = "m";
    model.card.price.emplace().rates = {
        .input = 1'000'000, .cache_read = 500'000, .output = 4'000'000, .reasoning = 12'000'000};
    rule.backends[0].backend = backend;
    adopt({rule});
  }
  void start() {
    client->start();
    await_request(upstream, 0, "}");
  }
  RecordedResponse& response() { return client->response; }
  testing::RawPeer& provider() { return upstream.peer(0); }

  RawListener upstream;
  config::HttpRule rule;
  std::unique_ptr<Client> client;
};

TEST_P(ModelReplies, CostTheSameWholeAndStreamed) {
  constexpr std::string_view kCost = R"("cost_micro_usd":26})";  // (5 + 2/2) * 1 + 2*4 + 1*12
  const std::string usage = kUsage.substr(kUsage.find("\"usage\""));
  const std::string reply = R"({"id":"c1","choices":[],)" + usage.substr(0, usage.size() - 2);
  const std::string bodies[] = {
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " +
          std::to_string(reply.size()) + "\r\n\r\n" + reply,
      std::string(kStreamHead) + chunk(kDelta + kFinish + kUsage + kDone) +
          std::string(kLastChunk)};
  for (const std::string& body : bodies) {
    ModelWorld world(GetParam());
    world.give_prices();
    world.start();
    world.provider().send(body);
    world.loop.run_until_idle();
    EXPECT_THAT(world.log_text(), HasSubstr(kCost));
    const std::string_view labels[] = {"Acme", "m"};
    EXPECT_EQ(world.registry.read("tidegate_cost_usd_total", labels), 26U);
  }
}

TEST_P(ModelReplies, WithoutAPriceHaveNoCost) {
  ModelWorld world(GetParam());
  world.start();
  world.provider().send(std::string(kStreamHead) + chunk(kDelta + kFinish + kUsage + kDone) +
                        std::string(kLastChunk));
  world.loop.run_until_idle();
  EXPECT_THAT(world.log_text(), Not(HasSubstr("cost_micro_usd")));
  const std::string_view labels[] = {"Acme", "m"};
  EXPECT_EQ(world.registry.read("tidegate_unpriced_requests_total", labels), 1U);
}

TEST_P(ModelReplies, ThatAreWholeAreRelayedAsTheyCameAndCounted) {
  ModelWorld world(GetParam());
  world.start();
  const std::string reply =
      R"({"id":"c1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}})";
  world.provider().send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " +
                        std::to_string(reply.size()) + "\r\n\r\n" + reply);
  world.loop.run_until_idle();
  EXPECT_EQ(world.response().body, reply);
  EXPECT_EQ(world.response().length, http::BodyLength::known(reply.size()));
  const std::string log = world.log_text();
  EXPECT_THAT(log, HasSubstr(R"("provider":"Acme")"));
  EXPECT_THAT(log, HasSubstr(R"("input":7)"));
  EXPECT_THAT(log, HasSubstr(R"("output":3)"));
}

TEST_P(ModelReplies, HideTheUsageThatOnlyTheGatewayAskedFor) {
  ModelWorld world(GetParam());
  world.start();
  world.provider().send(std::string(kStreamHead) + chunk(kDelta + kFinish) + chunk(kUsage) +
                        chunk(kDone) + std::string(kLastChunk));
  world.loop.run_until_idle();
  EXPECT_EQ(world.response().body, kDelta + kFinish + kDone);
  EXPECT_TRUE(world.response().ended);
  const std::string log = world.log_text();
  EXPECT_THAT(log, HasSubstr(R"("input":7)"));
  EXPECT_THAT(log, HasSubstr(R"("cached_input":2)"));
  EXPECT_THAT(log, HasSubstr(R"("reasoning_output":1)"));
  EXPECT_THAT(log, HasSubstr(R"("termination":"complete")"));
}

TEST_P(ModelReplies, ShowTheUsageThatTheClientAskedFor) {
  ModelWorld world(GetParam(), true);
  world.start();
  world.provider().send(std::string(kStreamHead) + chunk(kDelta + kFinish + kUsage + kDone) +
                        std::string(kLastChunk));
  world.loop.run_until_idle();
  EXPECT_EQ(world.response().body, kDelta + kFinish + kUsage + kDone);
}

TEST_P(ModelReplies, AreTheSameAtEverySplit) {
  const std::string wire = std::string(kStreamHead) + chunk(kDelta + kFinish) + chunk(kUsage) +
                           chunk(kDone) + std::string(kLastChunk);
  for (std::size_t cut = 1; cut < wire.size(); ++cut) {
    SCOPED_TRACE("cut at " + std::to_string(cut));
    ModelWorld world(GetParam());
    world.start();
    world.provider().send(wire.substr(0, cut));
    for (int i = 0; i < 3; ++i) world.loop.reactor.turn(0ms);
    world.provider().send(wire.substr(cut));
    world.loop.run_until_idle();
    ASSERT_EQ(world.response().body, kDelta + kFinish + kDone);
    ASSERT_TRUE(world.response().ended);
  }
}

struct BrokenCase {
  const char* name;
  std::string sent;  // after the head
  bool closes;       // the provider closes then; otherwise it ends the message
};

TEST_P(ModelReplies, ThatBreakOffEndWithAnErrorEventAndNoTerminator) {
  const BrokenCase cases[] = {
      {"cut between events", chunk(kDelta), true},
      {"cut within an event", chunk(kDelta + kFinish.substr(0, 20)), true},
      {"cut within a chunk", chunk(kDelta) + "ff\r\ndata: {", true},
      {"ended without a terminator", chunk(kDelta) + std::string(kLastChunk), false},
  };
  for (const BrokenCase& test : cases) {
    SCOPED_TRACE(test.name);
    ModelWorld world(GetParam());
    world.start();
    world.provider().send(std::string(kStreamHead) + test.sent);
    if (test.closes) world.provider().close();
    world.loop.run_until_idle();
    const std::string& body = world.response().body;
    EXPECT_TRUE(body.starts_with(kDelta));
    const auto event = body.find("data: {\"error\":");
    ASSERT_NE(event, std::string::npos) << body;
    EXPECT_EQ(body.substr(event - 2, 2), "\n\n");  // an event of its own
    EXPECT_TRUE(body.ends_with("\n\n"));
    EXPECT_THAT(body, Not(HasSubstr("[DONE]")));
    EXPECT_TRUE(world.response().ended);
    EXPECT_FALSE(world.response().aborted);
    EXPECT_THAT(world.log_text(), HasSubstr(R"("termination":"upstream_reset")"));
  }
}

TEST_P(ModelReplies, ThatBreakOffBeforeTheirFirstEventSaySo) {
  ModelWorld world(GetParam());
  world.start();
  world.provider().send(kStreamHead);
  world.provider().close();
  world.loop.run_until_idle();
  EXPECT_EQ(world.response().status, 200);
  EXPECT_TRUE(world.response().body.starts_with("data: {\"error\":")) << world.response().body;
  EXPECT_TRUE(world.response().ended);
}

TEST_P(ModelReplies, OfAnthropicBreakOffInItsShape) {
  ModelWorld world(GetParam(), false, "/v1/messages", config::Dialect::kAnthropic);
  world.start();
  const std::string start =
      "event: message_start\n"
      R"(data: {"type":"message_start","message":{"id":"m1","usage":{"input_tokens":5,)"
      R"("output_tokens":1}}})"
      "\n\nevent: content_block_delta\n"
      R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}})"
      "\n\n";
  world.provider().send(std::string(kStreamHead) + chunk(start));
  world.provider().close();
  world.loop.run_until_idle();
  const std::string& body = world.response().body;
  ASSERT_TRUE(body.starts_with(start));
  EXPECT_TRUE(
      body.substr(start.size()).starts_with("event: error\ndata: {\"type\":\"error\",\"error\":{"));
  EXPECT_THAT(body, Not(HasSubstr("message_stop")));
  EXPECT_THAT(world.log_text(), HasSubstr(R"("input":5)"));  // usage so far
}

TEST_P(ModelReplies, ThatSaidTheirEndAreOverWhateverBecomesOfTheConnection) {
  ModelWorld world(GetParam());
  world.start();
  world.provider().send(std::string(kStreamHead) + chunk(kDelta + kFinish + kUsage + kDone));
  world.provider().close();
  world.loop.run_until_idle();
  EXPECT_EQ(world.response().body, kDelta + kFinish + kDone);
  EXPECT_TRUE(world.response().ended);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("termination":"complete")"));
}

TEST_P(ModelReplies, ThatToldTheirErrorGetNoSecondOne) {
  ModelWorld world(GetParam());
  world.start();
  const std::string error = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
  world.provider().send(std::string(kStreamHead) + chunk(kDelta + error));
  world.provider().close();
  world.loop.run_until_idle();
  EXPECT_EQ(world.response().body, kDelta + error);
  EXPECT_TRUE(world.response().ended);
}

TEST_P(ModelReplies, WithAnErrorStatusAreRelayedAsTheyAre) {
  ModelWorld world(GetParam());
  world.start();
  world.provider().send(
      "HTTP/1.1 429 Slow Down\r\ncontent-type: application/json\r\nretry-after: 7\r\n"
      "content-length: 13\r\n\r\n{\"error\":\"x\"}");
  world.loop.run_until_idle();
  EXPECT_EQ(world.response().status, 429);
  EXPECT_EQ(world.response().field("retry-after"), "7");
  EXPECT_EQ(world.response().body, R"({"error":"x"})");
}

TEST_P(ModelReplies, LeaveEachEventAtOnce) {
  ModelWorld world(GetParam());
  world.start();
  world.provider().send(kStreamHead);
  world.loop.run_until([&] { return world.response().committed(); });  // the head alone
  world.provider().send(chunk(kDelta));
  world.loop.run_until([&] { return world.response().body == kDelta; });
  world.provider().send(chunk(kFinish + kDone) + std::string(kLastChunk));
  world.loop.run_until_idle();
  EXPECT_THAT(world.log_text(), HasSubstr("first_token"));
}

TEST_P(ModelReplies, CancelledByTheClientEndTheProviderAndKeepTheUsageSoFar) {
  ModelWorld world(GetParam());
  world.start();
  world.provider().send(std::string(kStreamHead) + chunk(kDelta + kUsage));
  world.loop.run_until([&] { return !world.response().body.empty(); });
  world.client->exchange.cancel_for(exchange::CancelReason::kClientGone);
  world.loop.run_until_idle();
  EXPECT_TRUE(world.provider().ended());
  const std::string log = world.log_text();
  EXPECT_THAT(log, HasSubstr(R"("termination":"client_gone")"));
  EXPECT_THAT(log, HasSubstr(R"("input":7)"));
}

TEST_P(ModelReplies, ThatStallBeyondTheTimeoutOfTheRuleSayTimeout) {
  ModelWorld world(GetParam());
  world.rule.backend_timeout = 1h;
  world.adopt({world.rule});
  world.start();
  world.provider().send(std::string(kStreamHead) + chunk(kDelta));
  world.loop.run_until([&] { return world.response().body == kDelta; });
  world.loop.clock.ahead += 61min;
  world.loop.run_until_idle();
  EXPECT_THAT(world.response().body, HasSubstr("the upstream did not answer in time"));
  EXPECT_TRUE(world.response().ended);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("termination":"timeout")"));
}

// The messages of a ConverseStream, each as the bytes of one.
std::vector<std::string> converse_stream() {
  llm::Caller caller;
  caller.model = "m";
  llm::StreamTranscoder stream({llm::Format::kConverse, llm::Format::kChat, llm::Framing::kSse},
                               caller);
  std::string bytes;
  EXPECT_TRUE(stream.feed_document(
      R"({"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},)"
      R"("finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3,)"
      R"("total_tokens":10}})",
      bytes));
  std::vector<std::string> messages;
  while (!bytes.empty()) {
    const auto low = [&bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    const std::size_t length = std::size_t{low(2)} << 8 | low(3);  // the first of four bytes are 0
    messages.push_back(bytes.substr(0, length));
    bytes.erase(0, length);
  }
  return messages;
}

TEST_P(ModelReplies, OfBedrockAreCountedAndEndTruthfully) {
  std::string text, end;
  for (const std::string& message : converse_stream()) {
    const bool last = message.contains("messageStop") || message.contains("metadata");
    (last ? end : text) += message;
  }
  constexpr std::string_view kFrames =
      "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n"
      "transfer-encoding: chunked\r\n\r\n";
  for (const bool whole : {true, false}) {
    ModelWorld world(GetParam(), false, "/model/m/converse-stream", config::Dialect::kBedrock);
    world.start();
    world.provider().send(std::string(kFrames) + chunk(whole ? text + end : text) +
                          std::string(kLastChunk));
    world.loop.run_until_idle();
    const std::string& got = world.response().body;
    EXPECT_TRUE(got.starts_with(whole ? text + end : text));
    EXPECT_EQ(got.size() == text.size() + end.size(), whole);
    EXPECT_EQ(got.contains(":exception-type"), !whole);
    const std::string log = world.log_text();
    EXPECT_THAT(log, HasSubstr(R"("stream":true)"));
    EXPECT_EQ(log.contains(R"("usage":{"input":7)"), whole) << log;
  }
}

}  // namespace
}  // namespace tidegate::proxy
