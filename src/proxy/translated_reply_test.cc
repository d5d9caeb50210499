// Calls to providers that speak another format than the caller: requests up, replies, streams and
// failures down.
#include "proxy/translated_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "proxy/proxy_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class TranslatedReplies : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(TranslatedReplies);

constexpr const char* kChat = "/v1/chat/completions";
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nrequest-id: req_up\r\n"
    "connection: close\r\n\r\n";

std::string reply(std::string_view status, std::string_view type, std::string_view body,
                  std::string_view fields = "") {
  return "HTTP/1.1 " + std::string(status) + "\r\ncontent-type: " + std::string(type) + "\r\n" +
         std::string(fields) + "content-length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

// A call that went up to a provider which the test plays.
struct Translated : World {
  Translated(testing::PollerKind kind, std::string_view provider, const char* target,
             std::string payload)
      : World(kind), body(std::move(payload)) {
    backend = World::backend("a", upstream);
    backend->ai.emplace();
    backend->ai->provider = provider;
    backend->ai->models = {{"fast", "upstream-model"}};
    backend->api_key = config::ApiKey{"x-key", "", Secret("gateways-key")};
    path = target;
  }
  void start() {
    adopt({rule_to(backend)});
    client = std::make_unique<Client>(*this, "POST", path, body);
    client->add("accept-encoding", "gzip").add("openai-organization", "org-1");
    client->add("anthropic-version", "2023-01-01");
    client->start();
    await_request(upstream, 0, "}");
  }
  // The upstream answers and closes; what the client has got then.
  RecordedResponse& answer(std::string_view bytes) {
    upstream.peer(0).send(bytes);
    upstream.peer(0).close();
    loop.run_until_idle();
    return client->response;
  }
  const std::string& request() { return upstream.peer(0).received(); }

  RawListener upstream;
  std::shared_ptr<config::Backend> backend;
  const char* path = nullptr;
  std::string body;
  std::unique_ptr<Client> client;
};

const std::string kChatPayload =
    R"({"model":"fast","messages":[{"role":"system","content":"Be kind."},)"
    R"({"role":"user","content":"Hi \u00e9"}],"max_tokens":64,"stop":["END"]})";
const std::string kChatStream =
    R"({"model":"fast","stream":true,"messages":[{"role":"user","content":"Hi"}]})";

const std::string kMessage =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"upstream-model",)"
    R"("content":[{"type":"text","text":"Hello \"you\""}],"stop_reason":"end_turn",)"
    R"("stop_sequence":null,"usage":{"input_tokens":7,"cache_read_input_tokens":2,)"
    R"("cache_creation_input_tokens":0,"output_tokens":3}})";

const std::string kEvents =
    "event: message_start\ndata: "
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
    R"("model":"upstream-model","content":[],"usage":{"input_tokens":7,"output_tokens":1}}})"
    "\n\nevent: content_block_start\ndata: "
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
    "\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n"
    "event: content_block_delta\ndata: "
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}})"
    "\n\nevent: content_block_delta\ndata: "
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo"}})"
    "\n\n";
const std::string kEnd =
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
    "event: message_delta\ndata: "
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}})"
    "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
const std::string kErrorEvent =
    "event: error\ndata: "
    R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"
    "\n\n";

TEST_P(TranslatedReplies, RequestsGoUpAsTheProviderWantsThem) {
  Translated world(GetParam(), "Anthropic", kChat, kChatPayload);
  world.start();
  const std::string& request = world.request();
  EXPECT_TRUE(request.starts_with("POST /v1/messages HTTP/1.1\r\n")) << request;
  EXPECT_THAT(request, HasSubstr("anthropic-version: 2023-06-01\r\n"));
  EXPECT_THAT(request, HasSubstr("x-key: gateways-key\r\n"));
  EXPECT_THAT(request, HasSubstr("content-type: application/json\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("accept-encoding")));
  EXPECT_THAT(request, Not(HasSubstr("openai-organization")));
  EXPECT_THAT(request, HasSubstr(R"("model":"upstream-model")"));
  EXPECT_THAT(request, HasSubstr(R"("max_tokens":64)"));
  EXPECT_THAT(request, HasSubstr(R"(Hi \u00e9)"));
  EXPECT_THAT(request, HasSubstr("Be kind."));
  world.answer(reply("200 OK", "application/json", kMessage));
}

TEST_P(TranslatedReplies, RepliesComeBackInTheCallersFormat) {
  Translated world(GetParam(), "Anthropic", kChat, kChatPayload);
  world.start();
  const auto& response =
      world.answer(reply("200 OK", "application/json", kMessage, "request-id: req_up\r\n"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("content-type"), "application/json");
  EXPECT_EQ(response.field("x-tidegate-translation-loss"), "");
  EXPECT_EQ(response.length, http::BodyLength::known(response.body.size()));
  EXPECT_THAT(response.body, HasSubstr(R"("object":"chat.completion")"));
  EXPECT_THAT(response.body, HasSubstr(R"("model":"fast")"));  // as the caller wrote it
  EXPECT_THAT(response.body, HasSubstr(R"(Hello \"you\")"));
  EXPECT_THAT(response.body, HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_THAT(response.body, HasSubstr(R"("prompt_tokens":9)"));
  const std::string log = world.log_text();
  EXPECT_THAT(log, HasSubstr(R"("input":9)"));
  EXPECT_THAT(log, HasSubstr(R"("cached_input":2)"));
  EXPECT_THAT(log, HasSubstr(R"("upstream_model":"upstream-model")"));
}

// The seconds of "created" are the clock's.
std::string without_time(const std::string& text) {
  return std::regex_replace(text, std::regex(R"("created":\d+)"), R"("created":0)");
}

TEST_P(TranslatedReplies, StreamsAreTheSameAtEverySplit) {
  const std::string stream = kEvents + kEnd;
  std::string whole;
  for (std::size_t cut = 0; cut < stream.size(); cut += cut < 8 ? 1 : 37) {
    SCOPED_TRACE(cut);
    Translated world(GetParam(), "Anthropic", kChat, kChatStream);
    world.start();
    world.upstream.peer(0).send(std::string(kStreamHead) + stream.substr(0, cut));
    if (cut > 0) {
      world.loop.run_until([&world] { return world.client->response.started(); });
    }
    const auto& response = world.answer(stream.substr(cut));
    if (cut == 0) whole = without_time(response.body);
    ASSERT_EQ(without_time(response.body), whole);
    EXPECT_TRUE(response.ended);
    EXPECT_EQ(response.field("content-type"), "text/event-stream");
    EXPECT_THAT(world.log_text(), HasSubstr(R"("output":3)"));
  }
  EXPECT_THAT(whole, HasSubstr(R"("role":"assistant")"));
  EXPECT_THAT(whole, HasSubstr(R"("content":"Hel")"));
  EXPECT_THAT(whole, HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_THAT(whole, Not(HasSubstr(R"("prompt_tokens")")));  // the caller did not ask
  EXPECT_TRUE(whole.ends_with("data: [DONE]\n\n"));
  EXPECT_EQ(whole.find("[DONE]"), whole.rfind("[DONE]"));
}

TEST_P(TranslatedReplies, PiecesGoOnAsTheyCome) {
  Translated world(GetParam(), "Anthropic", kChat, kChatStream);
  world.start();
  world.upstream.peer(0).send(std::string(kStreamHead) + kEvents);
  const std::string& body = world.client->response.body;
  world.loop.run_until([&body] { return body.contains(R"("content":"lo")"); });
  EXPECT_TRUE(body.contains(R"("content":"lo")"));
  EXPECT_FALSE(world.client->response.ended);
  world.answer(kEnd);
}

TEST_P(TranslatedReplies, StreamsThatAreCutEndWithTheCallersError) {
  Translated world(GetParam(), "Anthropic", kChat, kChatStream);
  world.start();
  const auto& response = world.answer(std::string(kStreamHead) + kEvents);
  EXPECT_TRUE(response.ended);
  EXPECT_THAT(response.body, HasSubstr(R"(data: {"error":{)"));
  EXPECT_THAT(response.body, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(response.body, Not(HasSubstr(R"("finish_reason":"stop")")));
  EXPECT_THAT(world.log_text(), HasSubstr(R"("input":7)"));
}

TEST_P(TranslatedReplies, FailuresWithinAStreamEndIt) {
  Translated world(GetParam(), "Anthropic", kChat, kChatStream);
  world.start();
  const auto& response = world.answer(std::string(kStreamHead) + kEvents + kErrorEvent);
  EXPECT_TRUE(response.ended);
  EXPECT_THAT(response.body, HasSubstr("Overloaded"));
  EXPECT_THAT(response.body, Not(HasSubstr("[DONE]")));
}

TEST_P(TranslatedReplies, FailuresBeforeAnyOutputHaveTheirStatus) {
  Translated world(GetParam(), "Anthropic", kChat, kChatStream);
  world.start();
  const auto& response = world.answer(std::string(kStreamHead) + kErrorEvent);
  EXPECT_EQ(response.status, 529);
  EXPECT_EQ(response.field("content-type"), "application/json");
  EXPECT_TRUE(response.body.starts_with(R"({"error":{"message":"Overloaded")")) << response.body;
}

struct FailureCase {
  const char* provider;
  const char* target;
  const char* payload;
  const char* reply;
  const char* type;
  std::uint16_t status;
  const char* begins;
};

const char* const kMessages = "/v1/messages";
const char* const kMessagesPayload =
    R"({"model":"fast","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]})";
const char* const kGenerate = "/v1beta/models/fast:generateContent";
const char* const kGeneratePayload = R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})";

const FailureCase kFailures[] = {
    {"Anthropic", kChat, kChatPayload.c_str(),
     R"({"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}})",
     "application/json", 429, R"({"error":{"message":"Slow down","type":"rate_limit_error")"},
    {"OpenAI", kMessages, kMessagesPayload,
     R"({"error":{"message":"No such model","type":"invalid_request_error","code":"x"}})",
     "application/json", 404,
     R"({"type":"error","error":{"type":"not_found_error","message":"No such model"})"},
    {"OpenAI", kGenerate, kGeneratePayload,
     R"({"error":{"message":"Bad key","type":"invalid_request_error"}})", "application/json", 401,
     R"({"error":{"code":401,"message":"Bad key","status":"UNAUTHENTICATED"}})"},
    {"GeminiAIStudio", kChat, kChatPayload.c_str(),
     R"([{"error":{"code":503,"message":"Try later","status":"UNAVAILABLE"}}])", "application/json",
     503, R"({"error":{"message":"Try later")"},
    {"Anthropic", kChat, kChatPayload.c_str(), "<html><body><h1>502 Bad Gateway</h1></body></html>",
     "text/html", 502, R"({"error":{"message":")"},
    {"Acme", kChat, kChatPayload.c_str(), "<html><h1>503 Service Unavailable</h1></html>",
     "text/html", 503, R"({"error":{"message":")"},
};

TEST_P(TranslatedReplies, FailuresKeepStatusAndWordsInTheCallersShape) {
  for (const FailureCase& test : kFailures) {
    SCOPED_TRACE(std::string(test.provider) + " " + test.target + " " + test.reply);
    Translated world(GetParam(), test.provider, test.target, test.payload);
    world.start();
    const auto& response =
        world.answer(reply(std::to_string(test.status) + " X", test.type, test.reply,
                           "retry-after: 7\r\nrequest-id: req_up\r\n"));
    EXPECT_EQ(response.status, test.status);
    EXPECT_TRUE(response.body.starts_with(test.begins)) << response.body;
    EXPECT_THAT(response.body, Not(HasSubstr("<html>")));
    EXPECT_EQ(response.field("retry-after"), "7");
    EXPECT_EQ(response.field("request-id"), "req_up");
    EXPECT_EQ(response.field("content-type"), "application/json");
  }
}

TEST_P(TranslatedReplies, AStreamWhereADocumentWasAskedIsMadeOne) {
  Translated world(GetParam(), "Anthropic", kChat, kChatPayload);
  world.start();
  const auto& response = world.answer(std::string(kStreamHead) + kEvents + kEnd);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("content-type"), "application/json");
  EXPECT_THAT(response.body, HasSubstr(R"("content":"Hello")"));
  EXPECT_THAT(world.log_text(), HasSubstr(R"("output":3)"));
}

TEST_P(TranslatedReplies, ADocumentWhereAStreamWasAskedIsMadeOne) {
  Translated world(GetParam(), "Anthropic", kChat, kChatStream);
  world.start();
  const auto& response = world.answer(reply("200 OK", "application/json", kMessage));
  EXPECT_EQ(response.field("content-type"), "text/event-stream");
  EXPECT_THAT(response.body, HasSubstr(R"(Hello \"you\")"));
  EXPECT_TRUE(response.body.ends_with("data: [DONE]\n\n"));
  EXPECT_THAT(world.log_text(), HasSubstr(R"("output":3)"));
}

TEST_P(TranslatedReplies, AnHtmlPageUnderStatus200IsAFailure) {
  Translated world(GetParam(), "Anthropic", kChat, kChatPayload);
  world.start();
  const auto& response = world.answer(reply("200 OK", "text/html", "<html>hello</html>"));
  EXPECT_EQ(response.status, 502);
  EXPECT_TRUE(response.body.starts_with(R"({"error":{)")) << response.body;
}

TEST_P(TranslatedReplies, WhatCannotCrossIsToldOrRefused) {
  const std::string payload =
      R"({"model":"fast","logit_bias":{"50256":-100},"messages":[{"role":"user","content":"Hi"}]})";
  Translated told(GetParam(), "Anthropic", kChat, payload);
  told.start();
  const auto& response = told.answer(reply("200 OK", "application/json", kMessage));
  EXPECT_EQ(response.field("x-tidegate-translation-loss"), "logit_bias");
  EXPECT_THAT(told.log_text(), HasSubstr(R"("translation_loss":"logit_bias")"));

  Translated strict(GetParam(), "Anthropic", kChat, payload);
  strict.backend->ai->strict = true;
  strict.adopt({rule_to(strict.backend)});
  Client client(strict, "POST", kChat, payload);
  client.run();
  EXPECT_EQ(client.response.status, 400);
  EXPECT_THAT(client.response.body, HasSubstr("'logit_bias'"));
  EXPECT_EQ(strict.upstream.count(), 0U);
}

TEST_P(TranslatedReplies, WhatOnlyTheProviderHasIsTold) {
  const std::string search =
      R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})";
  {
    Translated world(GetParam(), "Anthropic", kChat,
                     R"({"model":"fast","logit_bias":{"1":2},"messages":[]})");
    world.start();
    const auto& response = world.answer(
        reply("200 OK", "application/json",
              R"({"id":"m","content":[)" + search + R"(,{"type":"text","text":"Hi"}]})"));
    EXPECT_EQ(response.field("x-tidegate-translation-loss"), "logit_bias, reply.server_tool_use");
    EXPECT_THAT(world.log_text(),
                HasSubstr(R"("translation_loss":"logit_bias, reply.server_tool_use")"));
  }
  // In a stream whose head has gone, by the log.
  Translated world(GetParam(), "Anthropic", kChat, kChatStream);
  world.start();
  const auto& response = world.answer(
      std::string(kStreamHead) + kEvents +
      "data: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":" + search +
      "}\n\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n" + kEnd);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(world.log_text(), HasSubstr(R"("translation_loss":"reply.server_tool_use")"));
}

TEST_P(TranslatedReplies, ThinkTagsAreReasoningUnlessTheBackendSaysOtherwise) {
  for (const bool off : {false, true}) {
    Translated world(
        GetParam(), "vLLM", "/v1/messages",
        R"({"model":"fast","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]})");
    if (off) world.backend->ai->quirks.think_tags = false;
    world.start();
    const auto& response = world.answer(
        reply("200 OK", "application/json",
              R"({"id":"c","choices":[{"message":{"content":"<think>hm</think>Yes."}}]})"));
    EXPECT_THAT(response.body, HasSubstr(off ? R"("text":"<think>hm</think>Yes.")"
                                             : R"({"type":"thinking","thinking":"hm")"));
  }
}

struct Rewriting {
  const char* asked;
  const char* match;
  config::PathModifier::Kind kind;
  const char* value;
  const char* sent;
};
constexpr Rewriting kRewritings[] = {
    {"/v1/chat/completions", "/", config::PathModifier::Kind::kReplacePrefixMatch, "/gw",
     "/gw/v1/messages"},
    {"/v1/chat/completions", "/v1", config::PathModifier::Kind::kReplacePrefixMatch, "/claude/v1",
     "/claude/v1/messages"},
    {"/team/v1/chat/completions", "/team", config::PathModifier::Kind::kReplacePrefixMatch, "/",
     "/v1/messages"},
    {"/team/v1/chat/completions", "/team/v1", config::PathModifier::Kind::kReplacePrefixMatch,
     "/v2", "/v2/messages"},
    {"/team/v1/chat/completions", "/", config::PathModifier::Kind::kReplaceFullPath, "/ask",
     "/ask"},
};

TEST_P(TranslatedReplies, ARewriteOfThePathMeansThatOfTheOtherFormat) {
  for (const Rewriting& one : kRewritings) {
    Translated world(GetParam(), "Anthropic", one.asked, kChatPayload);
    config::Filters filters;
    filters.rewrite.emplace().path = config::PathModifier{one.kind, one.value};
    auto rule = rule_to(world.backend, one.match);
    rule.matches.front().path.kind = config::PathMatch::Kind::kPrefix;
    world.adopt({with_filters(std::move(rule), std::move(filters))});
    world.client = std::make_unique<Client>(world, "POST", one.asked, kChatPayload);
    world.client->start();
    world.await_request(world.upstream, 0, "}");
    EXPECT_TRUE(world.request().starts_with("POST " + std::string(one.sent) + " HTTP/1.1"))
        << one.asked << " " << world.request();
    world.answer(reply("200 OK", "application/json", kMessage));
  }
}

TEST_P(TranslatedReplies, AGeminiCallerWithoutAltSseGetsAnArray) {
  Translated world(GetParam(), "Anthropic", "/v1beta/models/fast:streamGenerateContent",
                   kGeneratePayload);
  world.start();
  const auto& response = world.answer(std::string(kStreamHead) + kEvents + kEnd);
  EXPECT_EQ(response.field("content-type"), "application/json");
  EXPECT_TRUE(response.body.starts_with(R"([{)")) << response.body;
  EXPECT_TRUE(response.body.ends_with("}]")) << response.body;
  EXPECT_THAT(response.body, Not(HasSubstr("data:")));
}

TEST_P(TranslatedReplies, ErrorsOfTheGatewayHaveCorsFields) {
  Translated world(GetParam(), "Anthropic", kChat, "{}");
  config::Filters filters;
  filters.cors.emplace();
  filters.cors->allow_origins = {"https://app.example"};
  world.adopt({with_filters(rule_to(world.backend), filters)});
  Client client(world, "POST", "/v1/embeddings", R"({"model":"m","input":"x"})");
  client.add("origin", "https://app.example");
  client.run();
  EXPECT_EQ(client.response.status, 400);
  EXPECT_EQ(client.response.field("access-control-allow-origin"), "https://app.example");
}

}  // namespace
}  // namespace tidegate::proxy
