// Requests to model providers on their way up: routing by the payload, its edits, credentials, and
// the list of models.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ModelCalls : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(ModelCalls);

constexpr std::string_view kOk =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
constexpr const char* kChat = "/v1/chat/completions";

std::shared_ptr<config::Backend> provider(const std::string& name, const RawListener& listener,
                                          std::vector<config::Model> models = {}) {
  auto made = World::backend(name, listener);
  made->ai.emplace();
  made->ai->provider = "OpenAI";
  made->ai->models = std::move(models);
  return made;
}

// A rule for calls of one model.
config::HttpRule rule_for(const std::string& model, std::shared_ptr<const config::Backend> to) {
  config::HttpRule made = rule_to(std::move(to));
  made.matches.front().headers.push_back(
      {config::ValueMatch::Kind::kExact, "x-gateway-model-name", model});
  return made;
}

std::string body_of(const std::string& message) {
  const auto end = message.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : message.substr(end + 4);
}

TEST_P(ModelCalls, AreRoutedByTheModelOfThePayload) {
  World world(GetParam());
  RawListener big, small;
  world.adopt({rule_for("big", provider("big", big)), rule_for("small", provider("small", small))});
  const std::string payload = R"({"model":"small", "messages":[], "unknown": 1.0})";
  Client client(world, "POST", kChat, payload);
  client.add("x-gateway-model-name", "big");  // a client cannot choose this way
  client.start();
  world.await_request(small, 0, "}");
  EXPECT_EQ(body_of(small.peer(0).received()), payload);  // the bytes as they came
  EXPECT_EQ(big.count(), 0U);
  small.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("model":"small")"));
}

TEST_P(ModelCalls, GetTheProvidersNameOfTheModel) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(provider("a", upstream, {{"fast", "gpt-4o-mini-2024"}}))});
  Client client(world, "POST", kChat, R"({ "model" : "fast","messages":[]})");
  client.start();
  world.await_request(upstream, 0, "}");
  EXPECT_EQ(body_of(upstream.peer(0).received()),
            R"({ "model" : "gpt-4o-mini-2024","messages":[]})");
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_THAT(world.log_text(), HasSubstr("gpt-4o-mini-2024"));
}

// A payload that comes in two pieces, the second after a wait.
class CutBody final : public stream::BodySource {
 public:
  CutBody(std::string_view text, std::size_t cut) : text_(text), cut_(cut) {}
  async::Task<Result<stream::Piece>> next() override {
    const bool first = !given_;
    given_ = true;
    co_return first ? stream::Piece(text_.substr(0, cut_), stream::End::kNo)
                    : stream::Piece(text_.substr(cut_), stream::End::kYes);
  }
  bool ready() const override { return true; }

 private:
  std::string_view text_;
  std::size_t cut_;
  bool given_ = false;
};

TEST_P(ModelCalls, AreSplicedTheSameAtEverySplitOfTheirPayload) {
  const std::string_view payload =
      R"({ "model" : "fa\u0073t", "stream":true, "x": [1.0, "}"], "messages":[]})";
  const std::string spliced = R"({ "model" : "slow", "stream":true, "x": [1.0, "}"], "messages":[])"
                              R"(,"stream_options":{"include_usage":true}})";
  for (std::size_t cut = 0; cut <= payload.size(); ++cut) {
    SCOPED_TRACE(cut);
    World world(GetParam());
    RawListener upstream;
    world.adopt({rule_to(provider("a", upstream, {{"fast", "slow"}}))});
    CutBody body(payload, cut);
    Client client(world, "POST", kChat);
    client.exchange.request.body = http::BodyLength::known(payload.size());
    client.exchange.body = &body;
    client.start();
    world.await_request(upstream, 0, "}");
    ASSERT_EQ(body_of(upstream.peer(0).received()), spliced);
    upstream.peer(0).send(kOk);
    world.loop.run_until_idle();
  }
}

TEST_P(ModelCalls, AskForUsageOfStreams) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(provider("a", upstream))});
  Client client(world, "POST", kChat, R"({"model":"m","stream":true,"messages":[]})");
  client.start();
  world.await_request(upstream, 0, "}");
  EXPECT_THAT(body_of(upstream.peer(0).received()),
              HasSubstr(R"("stream_options":{"include_usage":true})"));
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
}

TEST_P(ModelCalls, CarryTheGatewaysKeyAndNeverTheClients) {
  World world(GetParam());
  RawListener upstream;
  auto backend = provider("a", upstream);
  backend->host = "api.example";
  backend->api_key.emplace();
  backend->api_key->header = "authorization";
  backend->api_key->prefix = "Bearer ";
  backend->api_key->key = Secret("gateways-key");
  world.adopt({rule_to(backend)});
  Client client(world, "POST", kChat, R"({"model":"m","messages":[]})");
  client.add("authorization", "Bearer clients-key").add("x-api-key", "clients-key");
  client.add("api-key", "clients-key").add("accept-encoding", "gzip");
  client.start();
  world.await_request(upstream, 0, "}");
  const std::string& request = upstream.peer(0).received();
  EXPECT_THAT(request, HasSubstr("authorization: Bearer gateways-key\r\n"));
  EXPECT_THAT(request, HasSubstr("Host: api.example\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("clients-key")));
  EXPECT_THAT(request, Not(HasSubstr("accept-encoding")));  // usage must be readable
  EXPECT_THAT(request, Not(HasSubstr("x-forwarded")));      // a provider learns no addresses
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_THAT(world.log_text(), Not(HasSubstr("key")));
}

struct PathCase {
  const char* provider;
  const char* target;
  const char* payload;
  const char* line;  // of the request that the provider gets
};

// Calls that stay in their format, as each provider's own paths are.
constexpr PathCase kPathCases[] = {
    {"OpenAI", "/team/v1/chat/completions?x=1", R"({"model":"fast"})",
     "POST /v1/chat/completions?x=1 HTTP/1.1"},
    {"Groq", kChat, R"({"model":"fast"})", "POST /openai/v1/chat/completions HTTP/1.1"},
    {"Acme", "/team/v1/chat/completions", R"({"model":"fast"})",
     "POST /team/v1/chat/completions HTTP/1.1"},
    {"Anthropic", "/v1/messages?beta=true", R"({"model":"fast"})",
     "POST /v1/messages?beta=true HTTP/1.1"},
    {"GeminiAIStudio", "/v1beta/models/fast:streamGenerateContent?alt=sse&key=clients-key", "{}",
     "POST /v1beta/models/a%2Fslow:streamGenerateContent?alt=sse HTTP/1.1"},
    {"GeminiAIStudio", "/v1beta/models/fast:countTokens", "{}",
     "POST /v1beta/models/a%2Fslow:countTokens HTTP/1.1"},
    {"AWSBedrock", "/model/fast/converse-stream", "{}",
     "POST /model/a%2Fslow/converse-stream HTTP/1.1"},
    {"OpenAI", "/v1/files/f-1", "{}", "POST /v1/files/f-1 HTTP/1.1"},
    {"Cohere", "/v2/rerank", R"({"model":"fast"})", "POST /v2/rerank HTTP/1.1"},
};

TEST_P(ModelCalls, GoToTheProvidersOwnPaths) {
  for (const PathCase& test : kPathCases) {
    SCOPED_TRACE(std::string(test.provider) + " " + test.target);
    World world(GetParam());
    RawListener upstream;
    auto backend = provider("a", upstream, {{"fast", "a/slow"}});
    backend->ai->provider = test.provider;
    world.adopt({rule_to(backend)});
    Client client(world, "POST", test.target, test.payload);
    client.start();
    world.await_request(upstream, 0, "}");
    EXPECT_TRUE(upstream.peer(0).received().starts_with(test.line)) << upstream.peer(0).received();
    upstream.peer(0).send(kOk);
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 200);
  }
}

TEST_P(ModelCalls, OfClaudeAreFitForTheCloudTheyGoTo) {
  World world(GetParam());
  RawListener upstream;
  auto backend = provider("a", upstream, {{"claude", "claude-sonnet-4@20250514"}});
  backend->ai->provider = "GCPVertexAI";
  backend->ai->project = "p";
  backend->ai->location = "us-east5";
  world.adopt({rule_to(backend)});
  Client client(world, "POST", "/v1/messages",
                R"({"model":"claude","max_tokens":1,"stream":true})");
  client.add("anthropic-version", "2023-06-01");
  client.add("anthropic-beta", "context-1m-2025-08-07, files-api-2025-04-14");
  client.start();
  world.await_request(upstream, 0, "}");
  const std::string& request = upstream.peer(0).received();
  EXPECT_THAT(request,
              HasSubstr("POST /v1/projects/p/locations/us-east5/publishers/anthropic/models/"
                        "claude-sonnet-4%4020250514:streamRawPredict HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("anthropic-beta: context-1m-2025-08-07\r\n"));
  EXPECT_EQ(body_of(request),
            R"({"anthropic_version":"vertex-2023-10-16","max_tokens":1,"stream":true})");
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
}

TEST_P(ModelCalls, ThatAProviderDoesNotHaveAreRefused) {
  World world(GetParam());
  RawListener upstream;
  auto backend = provider("a", upstream);
  backend->ai->provider = "Anthropic";
  world.adopt({rule_to(backend)});
  Client client(world, "POST", "/v1/embeddings", R"({"model":"m","input":"x"})");
  client.run();
  EXPECT_EQ(client.response.status, 400);
  EXPECT_THAT(client.response.body, HasSubstr("The provider Anthropic has no embeddings"));
  EXPECT_EQ(upstream.count(), 0U);
}

struct BadPayload {
  const char* name;
  const char* payload;
  std::uint16_t status;
  const char* says;
};

const BadPayload kBadPayloads[] = {
    {"not JSON", R"({"model":"m",)", 400, "JSON error at byte"},
    {"no object", "[]", 400, "error"},
    {"wrong type", R"({"model":"m","stream":"yes","messages":[]})", 400, "'stream'"},
    {"no model", R"({"messages":[]})", 400, "model"},
    {"unknown model", R"({"model":"other","messages":[]})", 404, "model_not_found"},
};

TEST_P(ModelCalls, WithABadPayloadAreToldWhyInTheirDialect) {
  for (const BadPayload& test : kBadPayloads) {
    SCOPED_TRACE(test.name);
    World world(GetParam());
    RawListener upstream;
    world.adopt({rule_for("m", provider("a", upstream))});
    Client client(world, "POST", kChat, test.payload);
    client.run();
    EXPECT_EQ(client.response.status, test.status);
    EXPECT_TRUE(client.response.body.starts_with(R"({"error":{)")) << client.response.body;
    EXPECT_THAT(client.response.body, HasSubstr(test.says));
    EXPECT_FALSE(client.response.closes);  // the payload was read whole
    EXPECT_EQ(upstream.count(), 0U);
  }
}

TEST_P(ModelCalls, OfAnthropicAreToldInItsShape) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_for("m", provider("a", upstream))});
  Client client(world, "POST", "/v1/messages", R"({"model":"other","messages":[]})");
  client.run();
  EXPECT_EQ(client.response.status, 404);
  EXPECT_TRUE(
      client.response.body.starts_with(R"({"type":"error","error":{"type":"not_found_error",)"))
      << client.response.body;
}

TEST_P(ModelCalls, KeepTheirPayloadThroughRetries) {
  World world(GetParam());
  RawListener upstream;
  config::HttpRule rule = rule_to(provider("a", upstream, {{"fast", "slow"}}));
  rule.retry.emplace();
  rule.retry->attempts = 1;
  world.adopt({rule});
  Client client(world, "POST", kChat, R"({"model":"fast","messages":[]})");
  client.start();
  world.await_request(upstream, 0, "}");
  upstream.peer(0).close();
  world.await_request(upstream, 1, "}");
  EXPECT_EQ(body_of(upstream.peer(1).received()), R"({"model":"slow","messages":[]})");
  upstream.peer(1).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(ModelCalls, ToPlainBackendsAreNotLookedAt) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  Client client(world, "POST", kChat, "this is not JSON");
  client.start();
  world.await_request(upstream, 0, "not JSON");
  upstream.peer(0).send(kOk);
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
}

TEST_P(ModelCalls, OverTheLimitAreRefusedBeforeTheyAreRead) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(provider("a", upstream))});
  Client client(world, "POST", kChat, "{}");
  client.exchange.request.body = http::BodyLength::known(limits::kMaxBufferedBodyBytes + 1);
  // A body of which nothing has come yet.
  class Absent final : public stream::BodySource {
   public:
    async::Task<Result<stream::Piece>> next() override {
      asked = true;
      co_return stream::Piece(std::string_view(), stream::End::kYes);
    }
    bool ready() const override { return true; }
    bool asked = false;
  } absent;
  client.exchange.body = &absent;
  client.run();
  EXPECT_EQ(client.response.status, 413);
  EXPECT_TRUE(client.response.closes);
  EXPECT_FALSE(absent.asked);
}

TEST_P(ModelCalls, ListWhatRoutesOffer) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_for("named", World::backend("plain", upstream)),
               rule_to(provider("a", upstream, {{"offered", ""}, {"named", ""}}), "/v1/chat")});
  Client list(world, "GET", "/v1/models");
  list.run();
  EXPECT_EQ(list.response.status, 200);
  EXPECT_TRUE(list.response.body.starts_with(R"({"object":"list","data":[)"));
  EXPECT_THAT(list.response.body, HasSubstr(R"("id":"named")"));
  EXPECT_THAT(list.response.body, HasSubstr(R"("id":"offered")"));

  Client one(world, "GET", "/v1/models/offered");
  one.run();
  EXPECT_EQ(one.response.status, 200);
  EXPECT_THAT(one.response.body, HasSubstr(R"("owned_by":"OpenAI")"));

  Client none(world, "GET", "/v1/models/absent");
  none.run();
  EXPECT_EQ(none.response.status, 404);
  EXPECT_THAT(none.response.body, HasSubstr("model_not_found"));

  Client anthropic(world, "GET", "/v1/models");
  anthropic.add("anthropic-version", "2023-06-01");
  anthropic.run();
  EXPECT_THAT(anthropic.response.body, HasSubstr(R"("has_more":false)"));

  Client google(world, "GET", "/v1/models");
  google.add("x-goog-api-client", "google-genai-sdk/3.6.1 gl-python/3.11.7");
  google.run();
  EXPECT_THAT(google.response.body, HasSubstr(R"({"models":[{"name":"models/named")"));
  EXPECT_EQ(upstream.count(), 0U);
}

TEST_P(ModelCalls, TellOfAModelWhatItsBackendSays) {
  World world(GetParam());
  RawListener upstream;
  config::Model known{"known", ""};
  known.card.context_window = TokenCount(128'000);
  config::HttpRule rule = rule_to(provider("a", upstream, {known}), "/v1/chat");
  rule.matches[0].headers.push_back(
      {config::ValueMatch::Kind::kExact, "x-gateway-model-name", "known"});
  world.adopt({rule});
  Client openai(world, "GET", "/v1/models/known");
  openai.run();
  EXPECT_THAT(openai.response.body, HasSubstr(R"("context_window":128000)"));
  EXPECT_THAT(openai.response.body, HasSubstr(R"("owned_by":"OpenAI")"));
  Client anthropic(world, "GET", "/v1/models");
  anthropic.add("anthropic-version", "2023-06-01");
  anthropic.run();
  EXPECT_THAT(anthropic.response.body, HasSubstr(R"("max_input_tokens":128000)"));
}

TEST_P(ModelCalls, ShowAModelWhoseNameHasSlashes) {
  World world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(provider("a", upstream, {{"meta-llama/Llama-3", ""}}), "/v1/chat")});
  Client one(world, "GET", "/v1/models/meta-llama/Llama-3");
  one.run();
  EXPECT_EQ(one.response.status, 200);
  EXPECT_THAT(one.response.body, HasSubstr(R"("id":"meta-llama/Llama-3")"));
}

}  // namespace
}  // namespace tidegate::proxy
