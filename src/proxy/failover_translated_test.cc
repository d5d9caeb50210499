// Members of a group that speak another dialect than the caller and fail inside a 200: before any
// output the next member is asked, whatever the failure looks like.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "llm/error_body.h"
#include "proxy/failover_fixture.h"

namespace tidegate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class TranslatedFailovers : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(TranslatedFailovers);

constexpr std::string_view kSse = "text/event-stream";
constexpr std::string_view kFrames = "application/vnd.amazon.eventstream";
constexpr std::string_view kJson = "application/json";

// Messages of the AWS event stream, in base64: messageStart of Converse, and chunks of InvokeModel
// with message_start, error (overloaded_error) and a text delta "Hello".
constexpr std::string_view kConverseStart =
    "AAAAdgAAAFKW1freCzpldmVudC10eXBlBwAMbWVzc2FnZVN0YXJ0DTpjb250ZW50LXR5cGUHABBhcHBsaWNhdGlvbi9qc"
    "29uDTptZXNzYWdlLXR5cGUHAAVldmVudHsicm9sZSI6ImFzc2lzdGFudCJ9b6jFmQ==";
constexpr std::string_view kChunkStart =
    "AAAA8wAAAEuLuG38CzpldmVudC10eXBlBwAFY2h1bmsNOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pzb24NOm1lc3"
    "N"
    "hZ2UtdHlwZQcABWV2ZW50eyJieXRlcyI6ImV5SjBlWEJsSWpvaWJXVnpjMkZuWlY5emRHRnlkQ0lzSW0xbGMzTmhaMlVpT"
    "2"
    "5zaWFXUWlPaUp0SWl3aWNtOXNaU0k2SW1GemMybHpkR0Z1ZENJc0ltTnZiblJsYm5RaU9sdGRMQ0oxYzJGblpTSTZleUpw"
    "Y"
    "m5CMWRGOTBiMnRsYm5NaU9qRjlmWDA9In1DPDRN";
constexpr std::string_view kChunkError =
    "AAAAywAAAEsa6Z67CzpldmVudC10eXBlBwAFY2h1bmsNOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pzb24NOm1lc3"
    "N"
    "hZ2UtdHlwZQcABWV2ZW50eyJieXRlcyI6ImV5SjBlWEJsSWpvaVpYSnliM0lpTENKbGNuSnZjaUk2ZXlKMGVYQmxJam9pY"
    "j"
    "NabGNteHZZV1JsWkY5bGNuSnZjaUlzSW0xbGMzTmhaMlVpT2lKdmRtVnliRzloWkdWa0luMTkifbJBB9E=";
constexpr std::string_view kChunkText =
    "AAAA2wAAAEt6CQk5CzpldmVudC10eXBlBwAFY2h1bmsNOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pzb24NOm1lc3"
    "N"
    "hZ2UtdHlwZQcABWV2ZW50eyJieXRlcyI6ImV5SjBlWEJsSWpvaVkyOXVkR1Z1ZEY5aWJHOWphMTlrWld4MFlTSXNJbWx1W"
    "k"
    "dWNElqb3dMQ0prWld4MFlTSTZleUowZVhCbElqb2lkR1Y0ZEY5a1pXeDBZU0lzSW5SbGVIUWlPaUpJWld4c2J5SjlmUT09"
    "I"
    "n0zVWOv";

std::string frame(std::string_view base64) { return parse_base64(base64).value_or(""); }
std::string exception_frame() {
  llm::ErrorBody error;
  error.status = 429;
  error.message = "overloaded";
  return llm::format_stream_error({llm::Dialect::kBedrock, llm::Operation::kConverse}, error, {});
}

// How a provider fails under status 200: pieces of its body.
struct Failing {
  const char* name;
  const char* provider;
  const char* model;
  std::string_view type;
  std::vector<std::string> pieces;
};

const std::string kMessageStart =
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
    R"("content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}})";
const std::string kMessagesError =
    R"({"type":"error","error":{"type":"overloaded_error","message":"overloaded"}})";
const std::string kGoogleError =
    "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"overloaded\"\n  }\n}\n";

const std::vector<Failing> kStreams = {
    {"messages event",
     "Anthropic",
     "claude",
     kSse,
     {"event: message_start\ndata: " + kMessageStart + "\n\nevent: ping\ndata: {\"type\":\"ping\"}",
      "\n\nevent: error\nda", "ta: " + kMessagesError + "\n\n"}},
    {"messages end", "Anthropic", "claude", kSse, {"data: " + kMessageStart + "\n\n"}},
    {"messages document", "Anthropic", "claude", kJson, {kMessagesError}},
    {"gemini event",
     "GeminiAIStudio",
     "gemini",
     kSse,
     {"data: {\"error\": {\"code\": 503, \"message\": \"overloaded\"}}\r\n\r\n"}},
    {"gemini document",
     "GeminiAIStudio",
     "gemini",
     kJson,
     {kGoogleError.substr(0, 8), kGoogleError.substr(8)}},
    {"gemini list", "GeminiAIStudio", "gemini", kJson, {"[" + kGoogleError + "]"}},
    {"gemini document called a stream", "GeminiAIStudio", "gemini", kSse, {kGoogleError}},
    {"converse exception",
     "AWSBedrock",
     "amazon.nova-pro-v1:0",
     kFrames,
     {frame(kConverseStart) + exception_frame().substr(0, 20), exception_frame().substr(20)}},
    {"converse checksum",
     "AWSBedrock",
     "amazon.nova-pro-v1:0",
     kFrames,
     {frame(kConverseStart).substr(0, 40) + std::string(64, 'x')}},
    {"page", "Anthropic", "claude", "text/html; charset=utf-8", {"<html>502 Bad Gateway</html>"}},
};
const std::vector<Failing> kWholes = {
    {"messages error", "Anthropic", "claude", kJson, {kMessagesError}},
    {"messages error event",
     "Anthropic",
     "claude",
     kSse,
     {"event: error\ndata: " + kMessagesError + "\n\n"}},
    {"gemini error", "GeminiAIStudio", "gemini", kJson, {kGoogleError}},
    {"late error",
     "AWSBedrock",
     "amazon.nova-pro-v1:0",
     kJson,
     {R"({"output":null,"note":"what is more than the first bytes","error":{"message":"no"}})"}},
    {"no JSON", "Anthropic", "claude", kJson, {"{\"id\":\"msg_1\",\"content\":["}},
    {"a line", "Anthropic", "claude", "text/plain", {"upstream connect error"}},
};

std::string head_of(const Failing& one) {
  return "HTTP/1.1 200 OK\r\ncontent-type: " + std::string(one.type) +
         "\r\ntransfer-encoding: chunked\r\n\r\n";
}

void fail_first(Pair& pair, const Failing& one) {
  pair.answer(pair.first, head_of(one));
  for (const std::string& piece : one.pieces) {
    pair.last->send(chunk(piece));
    for (int i = 0; i < 3; ++i) pair.world.loop.reactor.turn(std::chrono::milliseconds(0));
  }
  pair.last->send("0\r\n\r\n");
}

void speak(Pair& pair, const Failing& one) {
  pair.members[0]->ai->provider = one.provider;
  pair.members[0]->ai->models = {{"m", one.model}};
  pair.adopt();
}

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kTurn = R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})";
constexpr const char* kStreamedTurn =
    R"({"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]})";
constexpr std::string_view kChatStream =
    "data: "
    "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hello\"}}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: [DONE]\n\n";

TEST_P(TranslatedFailovers, AStreamThatFailsBeforeOutputAsksTheNextMember) {
  for (const Failing& one : kStreams) {
    SCOPED_TRACE(one.name);
    Pair pair(GetParam());
    speak(pair, one);
    Client client(pair.world, "POST", kChat, kStreamedTurn);
    client.start();
    fail_first(pair, one);
    pair.answer(pair.second, std::string(kStream) + chunk(kChatStream) + "0\r\n\r\n");
    pair.world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 200);
    EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;stream-error, second;200");
    EXPECT_THAT(client.response.body, HasSubstr("\"Hello\""));
    EXPECT_THAT(client.response.body, HasSubstr("[DONE]"));
    EXPECT_THAT(client.response.body, Not(HasSubstr("overloaded")));
  }
}

TEST_P(TranslatedFailovers, AWholeReplyThatIsAFailureAsksTheNextMember) {
  for (const Failing& one : kWholes) {
    SCOPED_TRACE(one.name);
    Pair pair(GetParam());
    speak(pair, one);
    Client client(pair.world, "POST", kChat, kTurn);
    client.start();
    fail_first(pair, one);
    pair.answer(pair.second, reply(200, R"({"id":"c","choices":[]})"));
    pair.world.loop.run_until_idle();
    EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;stream-error, second;200");
    EXPECT_EQ(client.response.body, R"({"id":"c","choices":[]})");
  }
}

// The dialect of the caller and a member that is asked in another one.
struct Asking {
  const char* path;
  const char* body;
  const char* text;  // of the second member's answer, as the caller gets it
};
constexpr Asking kCallers[] = {
    {"/v1/messages",
     R"({"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]})",
     R"("type":"text_delta","text":"Hello")"},
    {"/v1beta/models/m:streamGenerateContent?alt=sse",
     R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})", R"("text":"Hello")"},
    {"/model/m/converse-stream", R"({"messages":[{"role":"user","content":[{"text":"Hi"}]}]})",
     R"("delta":{"text":"Hello"})"},
};

TEST_P(TranslatedFailovers, EveryCallerGetsTheNextMembersAnswer) {
  for (const Asking& one : kCallers) {
    SCOPED_TRACE(one.path);
    Pair pair(GetParam());
    pair.adopt();
    Client client(pair.world, "POST", one.path, one.body);
    client.start();
    pair.answer(pair.first,
                std::string(kStream) +
                    chunk("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n") +
                    chunk("data: {\"error\":{\"message\":\"overloaded\"}}\n\n"));
    pair.answer(pair.second, std::string(kStream) + chunk(kChatStream) + "0\r\n\r\n");
    pair.world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 200);
    EXPECT_EQ(client.response.field("x-tidegate-attempts"), "first;stream-error, second;200");
    EXPECT_THAT(client.response.body, HasSubstr(one.text));
    EXPECT_THAT(client.response.body, Not(HasSubstr("overloaded")));
  }
}

TEST_P(TranslatedFailovers, ClaudesEventsInChunksOfBedrockAreLookedInto) {
  for (const bool fails : {true, false}) {
    Pair pair(GetParam());
    for (auto& member : pair.members) {
      member->ai->provider = "AWSBedrock";
      member->ai->models = {{"m", "anthropic.claude-3-haiku-20240307-v1:0"}};
    }
    pair.adopt();
    Client client(pair.world, "POST", "/model/m/invoke-with-response-stream",
                  R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":9,)"
                  R"("messages":[{"role":"user","content":"Hi"}]})");
    client.start();
    const std::string head = "HTTP/1.1 200 OK\r\ncontent-type: " + std::string(kFrames) +
                             "\r\nconnection: close\r\n\r\n";
    pair.answer(pair.first, head + frame(kChunkStart));
    pair.last->send(frame(fails ? kChunkError : kChunkText));
    if (fails) pair.answer(pair.second, head + frame(kChunkText));
    // Goes out as soon as there is output, not when the bounds of what is kept back are full.
    pair.world.loop.run_until([&] { return client.response.committed(); });
    EXPECT_EQ(client.response.field("x-tidegate-attempts"),
              fails ? "first;stream-error, second;200" : "first;200");
    pair.last->close();
    pair.world.loop.run_until_idle();
  }
}

TEST_P(TranslatedFailovers, TheLastMembersFailureIsToldInTheCallersDialect) {
  Pair pair(GetParam());
  pair.members[0]->ai->provider = pair.members[1]->ai->provider = "Anthropic";
  pair.adopt();
  Client client(pair.world, "POST", kChat, kStreamedTurn);
  client.start();
  for (RawListener* member : {&pair.first, &pair.second}) {
    pair.answer(*member, std::string(kStream) +
                             chunk("event: error\ndata: " + kMessagesError + "\n\n") + "0\r\n\r\n");
  }
  pair.world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 529);
  EXPECT_EQ(client.response.field("x-tidegate-attempts"),
            "first;stream-error, second;stream-error");
  EXPECT_THAT(client.response.body, HasSubstr("overloaded"));
  EXPECT_EQ(client.response.field("content-type"), "application/json");
}

}  // namespace
}  // namespace tidegate::proxy
