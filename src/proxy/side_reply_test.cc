// Embeddings, reranking and counts of tokens whose provider takes another format than the caller.
#include "proxy/side_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/pipeline_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SideCalls : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(SideCalls);

constexpr const char* kCount = "/v1/messages/count_tokens";
constexpr const char* kCountPayload =
    R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})";

std::string reply(int status, std::string_view body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

// One provider, which the test plays.
struct SideWorld : World {
  SideWorld(testing::PollerKind kind, const char* provider, const char* upstream_model = "",
            bool strict = false)
      : World(kind) {
    auto backend = World::backend("a", upstream);
    backend->ai.emplace().provider = provider;
    backend->ai->models = {{"m", upstream_model}};
    backend->ai->strict = strict;
    adopt({rule_to(backend)});
  }
  // Sends the call, answers it, and gives what the provider got.
  std::string answer(Client& client, const std::string& with) {
    client.start();
    await_request(upstream, 0, "}");
    const std::string got = upstream.peer(0).take();
    upstream.peer(0).send(with);
    loop.run_until_idle();
    return got;
  }

  RawListener upstream;
};

TEST_P(SideCalls, AnEmbeddingGoesUpInTheProvidersFormat) {
  SideWorld world(GetParam(), "GeminiAIStudio", "gemini-embedding-001");
  Client client(world, "POST", "/v1/embeddings", R"({"model":"m","input":["a"],"user":"u"})");
  client.add("authorization", "Bearer mine").add("openai-organization", "o");
  const std::string got =
      world.answer(client, reply(200, R"({"embeddings":[{"values":[0.5]}],)"
                                      R"("usageMetadata":{"promptTokenCount":4}})"));
  EXPECT_THAT(got, HasSubstr("POST /v1beta/models/gemini-embedding-001:batchEmbedContents HTTP"));
  EXPECT_THAT(got, HasSubstr(R"("content":{"parts":[{"text":"a"}]})"));
  EXPECT_THAT(got, Not(HasSubstr("openai-organization")));
  EXPECT_EQ(client.response.status, 200);
  EXPECT_EQ(client.response.body,
            R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],)"
            R"("model":"m","usage":{"prompt_tokens":4,"total_tokens":4}})");
  EXPECT_EQ(client.response.field("x-tidegate-translation-loss"), "user");
  const std::string log = world.log_text();
  EXPECT_THAT(log, HasSubstr(R"("translation_loss":"user")"));
  EXPECT_THAT(log, HasSubstr(R"("usage":{"input":4,)"));
  EXPECT_THAT(log, HasSubstr(R"("cost_micro_usd":1})"));  // 4 * 0.15, rounded
}

TEST_P(SideCalls, AStrictBackendRefusesWhatCannotCross) {
  SideWorld world(GetParam(), "GeminiAIStudio", "", true);
  Client client(world, "POST", "/v1/embeddings", R"({"model":"m","input":["a"],"user":"u"})");
  client.run();
  EXPECT_EQ(client.response.status, 400);
  EXPECT_THAT(client.response.body, HasSubstr("'user' cannot be said to this provider"));
  EXPECT_EQ(world.upstream.count(), 0U);
}

TEST_P(SideCalls, ErrorsComeBackInTheCallersShape) {
  SideWorld world(GetParam(), "Cohere", "embed-v4.0");
  Client client(world, "POST", "/v1beta/models/m:embedContent",
                R"({"content":{"parts":[{"text":"a"}]}})");
  world.answer(client, reply(429, R"({"message":"slow down"})"));
  EXPECT_EQ(client.response.status, 429);
  EXPECT_THAT(client.response.body, HasSubstr(R"("status":"RESOURCE_EXHAUSTED")"));
  EXPECT_THAT(client.response.body, HasSubstr("slow down"));
}

TEST_P(SideCalls, AnAnswerThatIsNoneIsABadGateway) {
  SideWorld world(GetParam(), "OpenAI");
  Client client(world, "POST", "/v2/embed", R"({"model":"m","texts":["a"]})");
  const std::string got = world.answer(client, reply(200, R"({"data":[]})"));
  EXPECT_THAT(got, HasSubstr("POST /v1/embeddings HTTP"));
  EXPECT_EQ(client.response.status, 502);
}

TEST_P(SideCalls, RerankingGoesToBedrock) {
  SideWorld world(GetParam(), "AWSBedrock", "cohere.rerank-v3-5:0");
  Client client(world, "POST", "/v2/rerank", R"({"model":"m","query":"q","documents":["a","b"]})");
  const std::string got =
      world.answer(client, reply(200, R"({"results":[{"index":1,"relevance_score":0.9}]})"));
  EXPECT_THAT(got, HasSubstr("POST /model/cohere.rerank-v3-5%3A0/invoke HTTP"));
  EXPECT_THAT(client.response.body, HasSubstr(R"("index":1)"));
}

TEST_P(SideCalls, AProviderThatRanksNothingIsToldOf) {
  SideWorld world(GetParam(), "OpenAI");
  Client client(world, "POST", "/v2/rerank", R"({"model":"m","query":"q","documents":["a"]})");
  client.run();
  EXPECT_EQ(client.response.status, 400);
  EXPECT_THAT(client.response.body, HasSubstr("The provider OpenAI has no rerank for model 'm'"));
  EXPECT_EQ(world.upstream.count(), 0U);
}

TEST_P(SideCalls, ACountIsTheProviders) {
  SideWorld world(GetParam(), "OpenAI", "gpt-5-mini");
  Client client(world, "POST", kCount, kCountPayload);
  client.add("anthropic-version", "2023-06-01");
  const std::string got =
      world.answer(client, reply(200, R"({"object":"response.input_tokens","input_tokens":11})"));
  EXPECT_THAT(got, HasSubstr("POST /v1/responses/input_tokens HTTP"));
  EXPECT_THAT(got, HasSubstr(R"("model":"gpt-5-mini")"));
  EXPECT_EQ(client.response.body, R"({"input_tokens":11})");
  EXPECT_EQ(client.response.field("x-tidegate-token-count"), "");
  EXPECT_THAT(world.log_text(), Not(HasSubstr("\"usage\"")));
}

TEST_P(SideCalls, ACountThatTheProviderCannotMakeIsEstimatedAndSaysSo) {
  SideWorld world(GetParam(), "Mistral");
  Client client(world, "POST", kCount, kCountPayload);
  client.run();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_TRUE(client.response.body.starts_with(R"({"input_tokens":)"));
  EXPECT_EQ(client.response.field("x-tidegate-token-count"), "estimate");
  EXPECT_EQ(client.response.field("content-type"), "application/json");
  EXPECT_EQ(world.upstream.count(), 0U);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("operation":"count_tokens")"));
}

// A route with a processor that changes what the caller gets.
struct ProcessedSide : PipelineWorld {
  ProcessedSide(testing::PollerKind kind, const char* provider) : PipelineWorld(kind) {
    on_route("r", {spec("edit", {pipeline::Phase::kResponseHeaders, pipeline::Phase::kResponseBody},
                        [this](pipeline::Turn& turn) -> pipeline::Step {
                          if (turn.phase == pipeline::Phase::kResponseHeaders) {
                            turn.effects.set_header("x-seen", "yes");
                            return pipeline::Verdict::kContinue;
                          }
                          seen = turn.message.payload;
                          tokens = turn.message.usage != nullptr
                                       ? turn.message.usage->total().value()
                                       : 0;
                          turn.effects.replace(seen.size() - 1, seen.size(), R"(,"extra":1})");
                          return pipeline::Verdict::kContinue;
                        })});
    auto backend = World::backend("a", upstream);
    backend->ai.emplace().provider = provider;
    adopt_processed({rule_to(backend)});
  }
  RawListener upstream;
  std::string seen;
  std::uint64_t tokens = 0;
};

TEST_P(SideCalls, ProcessorsSeeTheCallersFormatAndMayChangeIt) {
  ProcessedSide world(GetParam(), "GeminiAIStudio");
  Client client(world, "POST", "/v1/embeddings",
                R"({"model":"gemini-embedding-001","input":["a"]})");
  client.start();
  world.await_request(world.upstream, 0, "}");
  world.upstream.peer(0).send(
      reply(200, R"({"embeddings":[{"values":[0.5]}],"usageMetadata":{"promptTokenCount":4}})"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_THAT(world.seen, HasSubstr(R"({"object":"list","data":[)"));
  EXPECT_EQ(world.tokens, 4U);
  EXPECT_THAT(client.response.body, HasSubstr(R"("total_tokens":4},"extra":1})"));
  EXPECT_EQ(client.response.length, http::BodyLength::known(client.response.body.size()));
  EXPECT_EQ(client.response.field("x-seen"), "yes");
  EXPECT_THAT(world.log_text(),
              HasSubstr("\"bytes_out\":" + std::to_string(client.response.body.size())));
}

TEST_P(SideCalls, AnEstimateIsProcessedLikeAProvidersCount) {
  ProcessedSide world(GetParam(), "Mistral");
  Client client(world, "POST", kCount, kCountPayload);
  client.run();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_THAT(client.response.body, HasSubstr(R"(,"extra":1})"));
  EXPECT_EQ(client.response.field("x-tidegate-token-count"), "estimate");
  EXPECT_EQ(client.response.field("x-seen"), "yes");
}

TEST_P(SideCalls, AProvidersFailureIsProcessedInTheCallersShape) {
  ProcessedSide world(GetParam(), "GeminiAIStudio");
  Client client(world, "POST", "/v1/embeddings",
                R"({"model":"gemini-embedding-001","input":["a"]})");
  client.start();
  world.await_request(world.upstream, 0, "}");
  world.upstream.peer(0).send(reply(429, R"({"error":{"code":429,"message":"slow down"}})"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 429);
  EXPECT_THAT(world.seen, HasSubstr(R"({"error":{"message":"slow down")"));
  EXPECT_THAT(client.response.body, HasSubstr(R"(,"extra":1})"));
}

TEST_P(SideCalls, WrongRequestsNeverGoUp) {
  SideWorld world(GetParam(), "OpenAI");
  Client client(world, "POST", kCount, R"({"model":"m","messages":[{"role":"wizard"}]})");
  client.run();
  EXPECT_EQ(client.response.status, 400);
  EXPECT_THAT(client.response.body, HasSubstr("invalid_request_error"));
  EXPECT_EQ(world.upstream.count(), 0U);
}

}  // namespace
}  // namespace tidegate::proxy
