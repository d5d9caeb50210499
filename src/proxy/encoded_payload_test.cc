// Bodies with content codings, both ways: decoded where somebody here must understand them, as they
// came elsewhere.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "coding/encode_fixture.h"
#include "proxy/pipeline_fixture.h"

namespace tidegate::proxy {
namespace {

using coding::Coding;
using coding::deflate_pieces;
using coding::encode;
using coding::gzip;
using pipeline::Phase;
using pipeline::Step;
using pipeline::Turn;
using pipeline::Verdict;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class EncodedPayloads : public testing::EachPoller {};
TIDEGATE_ON_EACH_POLLER(EncodedPayloads);

struct Named {
  Coding coding;
  const char* name;
};
constexpr Named kCodings[] = {{Coding::kGzip, "gzip"},
                              {Coding::kDeflate, "deflate"},
                              {Coding::kBrotli, "br"},
                              {Coding::kZstd, "zstd"}};

const std::string kReply =
    R"({"id":"c1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}})";

std::string encoded_reply(std::string_view type, std::string_view coding, const std::string& body) {
  return fmt::format(
      "HTTP/1.1 200 OK\r\ncontent-type: {}\r\nContent-Encoding: {}\r\netag: \"1\"\r\n"
      "content-length: {}\r\n\r\n{}",
      type, coding, body.size(), body);
}

std::string chunk(const std::string& bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

// Puts "***" for "secret" in what its phase sees.
Step redact(Turn& turn) {
  const auto at = turn.message.payload.find("secret");
  if (at != turn.message.payload.npos) turn.effects.replace(at, at + 6, "***");
  return Verdict::kContinue;
}

Client& ask_chat(Client& client, std::string_view coding) {
  client.add("content-type", "application/json").add("content-encoding", coding);
  client.start();
  return client;
}

TEST_P(EncodedPayloads, OfModelCallsGoUpDecoded) {
  for (const Named& named : kCodings) {
    PipelineWorld world(GetParam());
    RawListener upstream;
    world.adopt({rule_to(model_server("a", upstream))});
    Client client(world, "POST", kChatPath, encode(named.coding, kChatBody));
    client.add("repr-digest", "sha-256=:x:");
    ask_chat(client, named.name);
    world.await_request(upstream, 0, "}");
    const std::string& request = upstream.peer(0).received();
    EXPECT_THAT(request, EndsWith(std::string("\r\n\r\n") + kChatBody)) << named.name;
    EXPECT_THAT(request, HasSubstr(fmt::format("ontent-Length: {}\r\n",
                                               std::string_view(kChatBody).size())));
    EXPECT_THAT(request, Not(HasSubstr("content-encoding")));
    EXPECT_THAT(request, Not(HasSubstr("digest")));
    upstream.peer(0).send(http_reply("application/json", kReply));
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 200);
    EXPECT_THAT(world.log_text(), HasSubstr(R"("input":7)"));
  }
}

TEST_P(EncodedPayloads, OfUnknownCodingsAreRefusedWithTheOnesThatAreKnown) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(model_server("a", upstream))});
  Client client(world, "POST", kChatPath, "x");
  ask_chat(client, "gzip, compress");
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 415);
  EXPECT_EQ(client.response.field("accept-encoding"), "gzip, deflate, br, zstd");
  EXPECT_THAT(client.response.body, HasSubstr(R"("code":"unsupported_content_encoding")"));
  EXPECT_THAT(world.log_text(), HasSubstr("content coding 'compress'"));
  EXPECT_EQ(upstream.count(), 0U);
}

TEST_P(EncodedPayloads, ThatCannotBeDecodedAreRefused) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(model_server("a", upstream))});
  const std::string body = gzip(kChatBody);
  Client cut(world, "POST", kChatPath, body.substr(0, body.size() - 1));
  ask_chat(cut, "gzip");
  world.loop.run_until_idle();
  EXPECT_EQ(cut.response.status, 400);
  EXPECT_THAT(cut.response.body, HasSubstr("the encoded body ends too early"));
  Client more(world, "POST", kChatPath, encode(Coding::kBrotli, kChatBody) + "x");
  ask_chat(more, "br");
  world.loop.run_until_idle();
  EXPECT_EQ(more.response.status, 400);
  Client bomb(world, "POST", kChatPath,
              encode(Coding::kZstd, std::string(limits::kMaxBufferedBodyBytes + 1, ' ')));
  ask_chat(bomb, "zstd");
  world.loop.run_until_idle();
  EXPECT_EQ(bomb.response.status, 413);
  EXPECT_THAT(bomb.response.body, HasSubstr(R"("type":"invalid_request_error")"));
  EXPECT_EQ(upstream.count(), 0U);
}

TEST_P(EncodedPayloads, PassAsTheyAreWhereNobodyReadsThem) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(World::backend("a", upstream))});
  const std::string body = "not even encoded";
  Client client(world, "POST", "/upload", body);
  client.add("content-encoding", "aes128gcm").add("accept-encoding", "gzip").start();
  world.await_request(upstream, 0, body);
  EXPECT_THAT(upstream.peer(0).received(), HasSubstr("content-encoding: aes128gcm"));
  EXPECT_THAT(upstream.peer(0).received(), HasSubstr("accept-encoding: gzip"));
  upstream.peer(0).send(encoded_reply("text/plain", "gzip", gzip("plain")));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, gzip("plain"));
  EXPECT_EQ(client.response.field("Content-Encoding"), "gzip");
  EXPECT_EQ(client.response.field("etag"), "\"1\"");
}

TEST_P(EncodedPayloads, AreShownToProcessorsDecoded) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("redact", {Phase::kRequestBody, Phase::kResponseBody}, redact)});
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  Client client(world, "POST", "/upload", gzip("my secret."));
  client.add("content-encoding", "x-gzip").start();
  world.await_request(upstream, 0, "***.");
  EXPECT_THAT(upstream.peer(0).received(), EndsWith("\r\n\r\nmy ***."));
  EXPECT_THAT(upstream.peer(0).received(), Not(HasSubstr("content-encoding")));
  upstream.peer(0).send(
      encoded_reply("text/plain", "gzip, br", encode(Coding::kBrotli, gzip("a secret too"))));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, "a *** too");
  EXPECT_EQ(client.response.length, http::BodyLength::known(9));
  EXPECT_EQ(client.response.field("Content-Encoding"), "");
  EXPECT_EQ(client.response.field("etag"), "W/\"1\"");
}

TEST_P(EncodedPayloads, ThatProcessorsOfARequestCannotReadAreRefused) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("redact", {Phase::kRequestBody}, redact)});
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  Client unknown(world, "POST", "/upload", "x");
  unknown.add("content-encoding", "identity").add("content-encoding", "compress").run();
  EXPECT_EQ(unknown.response.status, 415);
  EXPECT_EQ(unknown.response.field("accept-encoding"), "gzip, deflate, br, zstd");
  Client broken(world, "POST", "/upload", "no gzip");
  broken.add("content-encoding", "gzip").run();
  EXPECT_EQ(broken.response.status, 400);
  EXPECT_EQ(upstream.count(), 0U);
}

TEST_P(EncodedPayloads, OfModelsGoDownDecodedAndAreMetered) {
  for (const Named& named : kCodings) {
    PipelineWorld world(GetParam());
    RawListener upstream;
    world.adopt({rule_to(model_server("a", upstream))});
    Client client(world, "POST", kChatPath, kChatBody);
    client.add("content-type", "application/json").start();
    world.await_request(upstream, 0, "}");
    upstream.peer(0).send(
        encoded_reply("application/json", named.name, encode(named.coding, kReply)));
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.body, kReply) << named.name;
    EXPECT_EQ(client.response.length, http::BodyLength::known(kReply.size()));
    EXPECT_EQ(client.response.field("Content-Encoding"), "");
    EXPECT_EQ(client.response.field("etag"), "W/\"1\"");
    EXPECT_THAT(world.log_text(), HasSubstr(R"("input":7)"));
  }
}

TEST_P(EncodedPayloads, OfModelsThatCannotBeDecodedAre502InTheCallersDialect) {
  const std::string body = gzip(kReply);
  const std::pair<const char*, std::string> cases[] = {
      {"gzip", body.substr(0, body.size() - 1)},
      {"gzip", gzip(std::string(limits::kMaxBufferedBodyBytes + 1, ' '))},
      {"compress", "x"},
      {"zstd", body}};
  for (const auto& [coding, bytes] : cases) {
    PipelineWorld world(GetParam());
    RawListener upstream;
    world.adopt({rule_to(model_server("a", upstream))});
    Client client(world, "POST", kChatPath, kChatBody);
    client.add("content-type", "application/json").start();
    world.await_request(upstream, 0, "}");
    upstream.peer(0).send(encoded_reply("application/json", coding, bytes));
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.status, 502) << coding;
    EXPECT_THAT(client.response.body, HasSubstr(R"({"error":{"message":)"));
  }
}

TEST_P(EncodedPayloads, OfStreamsAreDecodedEventByEvent) {
  const std::string first =
      "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a secret\"}}]}\n\n";
  const std::string last =
      "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,"
      "\"completion_tokens\":3}}\n\ndata: [DONE]\n\n";
  const std::string bytes = deflate_pieces({first, last}, 31);
  const std::size_t flushed = bytes.find(std::string("\0\0\xff\xff", 4)) + 4;
  for (const bool processed : {false, true}) {
    PipelineWorld world(GetParam());
    RawListener upstream;
    if (processed) world.on_route("r", {world.spec("redact", {Phase::kStreamChunk}, redact)});
    world.adopt_processed({rule_to(model_server("a", upstream))});
    Client client(world, "POST", kChatPath,
                  R"({"model":"m","stream":true,"messages":[],)"
                  R"("stream_options":{"include_usage":true}})");
    client.add("content-type", "application/json").start();
    world.await_request(upstream, 0, "}");
    upstream.peer(0).send(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n"
        "transfer-encoding: chunked\r\n\r\n" +
        chunk(bytes.substr(0, flushed)));
    std::string shown = first;
    if (processed) shown.replace(shown.find("secret"), 6, "***");
    // The first event is the client's before the second exists.
    world.loop.run_until([&] { return client.response.body == shown; });
    upstream.peer(0).send(chunk(bytes.substr(flushed)) + "0\r\n\r\n");
    world.loop.run_until_idle();
    EXPECT_EQ(client.response.body, shown + last);
    EXPECT_TRUE(client.response.ended);
    EXPECT_EQ(client.response.field("content-encoding"), "");
    EXPECT_THAT(world.log_text(), HasSubstr(R"("output":3)"));
  }
}

TEST_P(EncodedPayloads, OfAStreamThatIsCutEndItWithAnError) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(model_server("a", upstream))});
  Client client(world, "POST", kChatPath, kStreamBody);
  client.add("content-type", "application/json").start();
  world.await_request(upstream, 0, "}");
  const std::string event =
      "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n";
  const std::string bytes = deflate_pieces({event, event}, 31);
  upstream.peer(0).send(
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n"
      "transfer-encoding: chunked\r\n\r\n" +
      chunk(bytes.substr(0, bytes.size() - 4)) + "0\r\n\r\n");
  world.loop.run_until_idle();
  EXPECT_THAT(client.response.body, HasSubstr(event));
  EXPECT_THAT(client.response.body, HasSubstr(R"(data: {"error":)"));
}

TEST_P(EncodedPayloads, AreTranslatedDecoded) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(model_server("a", upstream))});
  Client client(
      world, "POST", "/v1/messages",
      gzip(R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]})"));
  ask_chat(client, "gzip");
  world.await_request(upstream, 0, "}");
  EXPECT_THAT(upstream.peer(0).received(), HasSubstr(R"("content":"Hi")"));
  upstream.peer(0).send(
      encoded_reply("application/json", "gzip",
                    gzip(R"({"id":"c","model":"m","choices":[{"index":0,"finish_reason":"stop",)"
                         R"("message":{"role":"assistant","content":"Hello"}}],)"
                         R"("usage":{"prompt_tokens":7,"completion_tokens":3}})")));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 200);
  EXPECT_THAT(client.response.body, HasSubstr(R"("text":"Hello")"));
  EXPECT_EQ(client.response.field("Content-Encoding"), "");
}

TEST_P(EncodedPayloads, OfErrorsAreReadableToo) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.adopt({rule_to(model_server("a", upstream))});
  Client client(world, "POST", kChatPath, kChatBody);
  client.add("content-type", "application/json").start();
  world.await_request(upstream, 0, "}");
  const std::string page = gzip("<html>upstream is down</html>");
  upstream.peer(0).send(fmt::format(
      "HTTP/1.1 503 Unavailable\r\ncontent-type: text/html\r\ncontent-encoding: gzip\r\n"
      "content-length: {}\r\n\r\n{}",
      page.size(), page));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.status, 503);
  EXPECT_EQ(client.response.field("content-encoding"), "");
  EXPECT_THAT(client.response.body, HasSubstr(R"({"error":{)"));
}

TEST_P(EncodedPayloads, ThatNobodyMustReadPassWhereTheyCannotBeDecoded) {
  PipelineWorld world(GetParam());
  RawListener upstream;
  world.on_route("r", {world.spec("optional", {Phase::kResponseBody}, redact)});
  world.adopt_processed({rule_to(World::backend("a", upstream))});
  Client client(world, "GET", "/");
  client.start();
  world.await_request(upstream);
  upstream.peer(0).send(encoded_reply("text/plain", "compress", "secret"));
  world.loop.run_until_idle();
  EXPECT_EQ(client.response.body, "secret");
  EXPECT_EQ(client.response.field("Content-Encoding"), "compress");
}

}  // namespace
}  // namespace tidegate::proxy
