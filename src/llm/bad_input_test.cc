// Broken requests and replies through every pair of formats: a clear error or a repair, never a
// crash, and never usage that is lost. What each reader says of its own faults is tested beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/scan.h"
#include "llm/dialect/bedrock/frames_fixture.h"
#include "llm/transcode.h"

namespace tidegate::llm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::array kFormats = {Format::kChat, Format::kResponses, Format::kMessages,
                                 Format::kGenerateContent, Format::kConverse};
constexpr std::string_view kNames[] = {"chat", "responses", "messages", "gemini", "converse"};
constexpr Caller kCaller{.model = "m", .include_usage = true, .fallback_id = "x1", .now = 7};

std::string_view name_of(Format format) { return kNames[static_cast<std::size_t>(format)]; }

Framing framing_of(Format format) {
  return format == Format::kConverse ? Framing::kEventStream : Framing::kSse;
}

// ---- Requests

struct BadRequest {
  std::string_view what;
  std::array<std::string_view, 5> bodies;  // by format; empty: no such thing there
};

constexpr BadRequest kRefused[] = {
    {"a list", {"[]", "[]", "[]", "[]", "[]"}},
    {"a text", {"\"hi\"", "\"hi\"", "\"hi\"", "\"hi\"", "\"hi\""}},
    {"an object cut off",
     {R"({"messages":[{"role":"user","content":"a)", R"({"input":"a)",
      R"({"max_tokens":9,"messages":[{"role":"user","content":"a)",
      R"({"contents":[{"parts":[{"text":"a)",
      R"({"messages":[{"role":"user","content":[{"text":"a)"}},
    {"turns that are no list",
     {R"({"messages":{"role":"user"}})", R"({"input":7})", R"({"max_tokens":9,"messages":"hi"})",
      R"({"contents":"hi"})", R"({"messages":{}})"}},
    {"a turn that is no object",
     {R"({"messages":["hi"]})", R"({"input":["hi"]})", R"({"max_tokens":9,"messages":[7]})",
      R"({"contents":["hi"]})", R"({"messages":[null]})"}},
    {"an unknown role",
     {R"({"messages":[{"role":"wizard","content":"a"}]})",
      R"({"input":[{"role":"wizard","content":"a"}]})",
      R"({"max_tokens":9,"messages":[{"role":"wizard","content":"a"}]})",
      R"({"contents":[{"role":"wizard","parts":[{"text":"a"}]}]})",
      R"({"messages":[{"role":"wizard","content":[{"text":"a"}]}]})"}},
    {"text that is a number",
     {R"({"messages":[{"role":"user","content":7}]})", R"({"input":[{"role":"user","content":7}]})",
      R"({"max_tokens":9,"messages":[{"role":"user","content":7}]})",
      R"({"contents":[{"parts":[{"text":7}]}]})",
      R"({"messages":[{"role":"user","content":[{"text":7}]}]})"}},
    {"a limit beyond all numbers",
     {R"({"max_tokens":1e400,"messages":[]})", R"({"max_output_tokens":1e400,"input":"a"})",
      R"({"max_tokens":1e400,"messages":[]})",
      R"({"generationConfig":{"maxOutputTokens":1e400},"contents":[]})",
      R"({"inferenceConfig":{"maxTokens":1e400},"messages":[]})"}},
    {"a limit below zero",
     {R"({"max_tokens":-1,"messages":[]})", R"({"max_output_tokens":-1,"input":"a"})",
      R"({"max_tokens":-1,"messages":[]})",
      R"({"generationConfig":{"maxOutputTokens":-1},"contents":[]})",
      R"({"inferenceConfig":{"maxTokens":-1},"messages":[]})"}},
    {"a limit of 65 bits",
     {R"({"max_tokens":18446744073709551616,"messages":[]})",
      R"({"max_output_tokens":18446744073709551616,"input":"a"})",
      R"({"max_tokens":18446744073709551616,"messages":[]})",
      R"({"generationConfig":{"maxOutputTokens":18446744073709551616},"contents":[]})",
      R"({"inferenceConfig":{"maxTokens":18446744073709551616},"messages":[]})"}},
    {"bytes that are no UTF-8",
     {"{\"messages\":[{\"role\":\"user\",\"content\":\"\xff\"}]}", "{\"input\":\"\xc3(\"}",
      "{\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"\xe2\x82\"}]}",
      "{\"contents\":[{\"parts\":[{\"text\":\"\xf8\"}]}]}",
      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"\xed\xa0\x80\"}]}]}"}},
};

// What is said of a request, which is validated before anything looks into it.
std::optional<Error> refusal_of(const Crossing& crossing, std::string_view body) {
  if (auto valid = json::validate(body, Origin::kDownstream); !valid) return valid.error();
  Arena arena;
  Target target;
  target.model = "m";
  auto made =
      transcode_request(crossing, body, {"m", false}, target, Strictness::kTellLosses, arena);
  if (made) return std::nullopt;
  return made.error();
}

TEST(BadRequests, AreTheCallersFaultWhateverTheProvider) {
  for (const BadRequest& one : kRefused) {
    for (const Format caller : kFormats) {
      const std::string_view body = one.bodies[static_cast<std::size_t>(caller)];
      for (const Format provider : kFormats) {
        SCOPED_TRACE(std::string(one.what) + ": " + std::string(name_of(caller)) + " to " +
                     std::string(name_of(provider)));
        const auto refused = refusal_of({caller, provider}, body);
        ASSERT_TRUE(refused);
        EXPECT_EQ(refused->code, ErrorCode::kMalformed);
        EXPECT_EQ(refused->origin, Origin::kDownstream);
        EXPECT_NE(refused->detail, "");
      }
    }
  }
}

// What no gateway can judge goes on to the provider, whose refusal is the caller's answer.
constexpr BadRequest kPassed[] = {
    {"base64 cut off",
     {R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":)"
      R"({"url":"data:image/png;base64,iVBORw0KG"}}]}]})",
      R"({"input":[{"role":"user","content":[{"type":"input_image",)"
      R"("image_url":"data:image/png;base64,iVBORw0KG"}]}]})",
      R"({"max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":)"
      R"({"type":"base64","media_type":"image/png","data":"iVBORw0KG"}}]}]})",
      R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KG"}}]}]})",
      R"({"messages":[{"role":"user","content":[{"image":{"format":"png",)"
      R"("source":{"bytes":"iVBORw0KG"}}}]}]})"}},
    {"sampling out of every range",
     {R"({"temperature":1e300,"top_p":-5,"messages":[{"role":"user","content":"a"}]})",
      R"({"temperature":1e300,"top_p":-5,"input":"a"})",
      R"({"max_tokens":9,"temperature":1e300,"top_p":-5,"messages":[{"role":"user","content":"a"}]})",
      R"({"generationConfig":{"temperature":1e300,"topP":-5},"contents":[{"parts":[{"text":"a"}]}]})",
      R"({"inferenceConfig":{"temperature":1e300,"topP":-5},)"
      R"("messages":[{"role":"user","content":[{"text":"a"}]}]})"}},
    {"an empty conversation",
     {R"({"messages":[]})", R"({"input":[]})", R"({"max_tokens":9,"messages":[]})",
      R"({"contents":[]})", R"({"messages":[]})"}},
};

TEST(BadRequests, ThatOnlyTheProviderCanJudgeStayJson) {
  for (const BadRequest& one : kPassed) {
    for (const Format caller : kFormats) {
      for (const Format provider : kFormats) {
        SCOPED_TRACE(std::string(one.what) + ": " + std::string(name_of(caller)) + " to " +
                     std::string(name_of(provider)));
        Arena arena;
        Target target;
        target.model = "claude-sonnet-4-5";
        const auto made =
            transcode_request({caller, provider}, one.bodies[static_cast<std::size_t>(caller)],
                              {"m", false}, target, Strictness::kTellLosses, arena);
        if (!made) {
          EXPECT_EQ(made.error().origin, Origin::kDownstream) << made.error().detail;
          continue;
        }
        EXPECT_TRUE(json::validate(made->body, Origin::kInternal)) << made->body;
      }
    }
  }
}

// ---- Replies

std::string converse(std::string_view messages) { return bedrock::encode_frames(messages); }

// A good answer "Hi" in each format, as a document and as a stream; usage is null, ids are missing,
// and the reason to finish is told twice where a stream can.
constexpr std::string_view kBareWholes[] = {
    R"({"choices":[{"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":null})",
    R"({"output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]}],"usage":null})",
    R"({"content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":null})",
    R"({"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}],"usageMetadata":null})",
    R"({"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn","usage":null})",
};

std::string bare_stream(Format format) {
  switch (format) {
    case Format::kChat:
      return "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}],\"usage\":null}\n\n"
             "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n"
             "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
             "data: [DONE]\n\ndata: [DONE]\n\n";
    case Format::kResponses:
      return "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n"
             "data: {\"type\":\"response.completed\",\"response\":{\"usage\":null}}\n\n"
             "data: {\"type\":\"response.completed\",\"response\":{}}\n\n";
    case Format::kMessages:
      return "data: {\"type\":\"message_start\",\"message\":{\"usage\":null}}\n\n"
             "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":"
             "\"Hi\"}}\n\n"
             "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":"
             "null}\n\n"
             "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n"
             "data: {\"type\":\"message_stop\"}\n\ndata: {\"type\":\"message_stop\"}\n\n";
    case Format::kGenerateContent:
      return "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},\"finishReason\":"
             "\"STOP\"}],\"usageMetadata\":null}\n\n"
             "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n";
    case Format::kConverse:
      return converse(
          R"([{"event":"contentBlockDelta","payload":{"delta":{"text":"Hi"}}},)"
          R"({"event":"messageStop","payload":{"stopReason":"end_turn"}},)"
          R"({"event":"messageStop","payload":{"stopReason":"end_turn"}},)"
          R"({"event":"metadata","payload":{"usage":null}},{"event":"metadata","payload":{}}])");
  }
  return {};
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

constexpr std::string_view kStreamEnds[] = {"data: [DONE]", "event: response.completed",
                                            "event: message_stop", "\"finishReason\"",
                                            "\"stopReason\""};

// That a whole reply says "Hi" in the caller's format, with ids and without usage made up.
void expect_hi(Format caller, const TranscodedReply& reply) {
  EXPECT_TRUE(json::validate(reply.body, Origin::kInternal)) << reply.body;
  EXPECT_THAT(reply.body, HasSubstr("\"Hi\""));
  EXPECT_THAT(reply.body, Not(HasSubstr("\"id\":\"\"")));
  if (caller != Format::kConverse) EXPECT_THAT(reply.body, HasSubstr("x1"));
}

TEST(BadReplies, WithoutUsageAndIdsAreCompleted) {
  for (const Format caller : kFormats) {
    for (const Format provider : kFormats) {
      SCOPED_TRACE(std::string(name_of(provider)) + " to " + std::string(name_of(caller)));
      const Crossing crossing{caller, provider, framing_of(provider)};
      Arena arena;
      // A document, and the stream that some servers send in its place.
      const std::string stream = bare_stream(provider);
      for (const std::string_view body :
           {kBareWholes[static_cast<std::size_t>(provider)], std::string_view(stream)}) {
        const auto reply = transcode_reply(crossing, body, kCaller, arena);
        ASSERT_TRUE(reply) << reply.error().detail;
        EXPECT_FALSE(reply->usage);
        expect_hi(caller, *reply);
      }
    }
  }
}

TEST(BadReplies, ThatFinishTwiceEndOnce) {
  for (const Format caller : kFormats) {
    for (const Format provider : kFormats) {
      SCOPED_TRACE(std::string(name_of(provider)) + " to " + std::string(name_of(caller)));
      const std::string body = bare_stream(provider);
      for (const bool bytes : {false, true}) {
        StreamTranscoder stream({caller, provider, framing_of(provider)}, kCaller);
        std::string out;
        for (std::size_t at = 0; at < body.size(); at += bytes ? 1 : body.size()) {
          const std::string piece = body.substr(at, bytes ? 1 : body.npos);
          ASSERT_TRUE(stream.feed(piece, out));
        }
        ASSERT_TRUE(stream.finish(out));
        EXPECT_EQ(stream.state(), StreamState::kDone);
        EXPECT_FALSE(stream.usage());
        EXPECT_THAT(out, HasSubstr("\"Hi\""));
        EXPECT_EQ(count(out, kStreamEnds[static_cast<std::size_t>(caller)]), 1U) << out;
      }
    }
  }
}

TEST(BadReplies, ADocumentWhereAStreamWasAskedBecomesOne) {
  for (const Format caller : kFormats) {
    for (const Format provider : kFormats) {
      SCOPED_TRACE(std::string(name_of(provider)) + " to " + std::string(name_of(caller)));
      StreamTranscoder stream({caller, provider, framing_of(provider)}, kCaller);
      std::string out;
      ASSERT_TRUE(stream.feed_document(kBareWholes[static_cast<std::size_t>(provider)], out));
      EXPECT_EQ(stream.state(), StreamState::kDone);
      EXPECT_THAT(out, HasSubstr("\"Hi\""));
      EXPECT_EQ(count(out, kStreamEnds[static_cast<std::size_t>(caller)]), 1U) << out;
    }
  }
}

constexpr std::string_view kNoReplies[] = {
    "",
    "<html><head><title>502 Bad Gateway</title></head></html>",
    "upstream connect error or disconnect/reset before headers",
    "[]",
    "null",
    "{",
    R"({"hello":"world"})",
    R"({"choices":7,"output":7,"content":7,"candidates":7})",
    R"({"choices":[7],"output":"a","content":[7],"candidates":{}})",
    "{\"choices\":[{\"message\":{\"content\":\"\xff\"}}],\"output\":[],\"content\":[]}",
    "data: <html>\n\n",
    "data: {\"choices\"\n\n",
};

TEST(BadReplies, ThatAreNoneAreTheProvidersFault) {
  for (const std::string_view body : kNoReplies) {
    for (const Format caller : kFormats) {
      for (const Format provider : kFormats) {
        SCOPED_TRACE(std::string(name_of(provider)) + " to " + std::string(name_of(caller)) + ": " +
                     std::string(body));
        const Crossing crossing{caller, provider, framing_of(provider)};
        Arena arena;
        const auto reply = transcode_reply(crossing, body, kCaller, arena);
        if (!reply) {
          EXPECT_EQ(reply.error().origin, Origin::kUpstream);
        } else if (!reply->failure) {
          EXPECT_TRUE(json::validate(reply->body, Origin::kInternal)) << reply->body;
        }
        // As a stream it may not come to an end, whatever it says before.
        StreamTranscoder stream(crossing, kCaller);
        std::string out;
        const auto fed = stream.feed(body, out);
        const auto ended = fed ? stream.finish(out) : fed;
        EXPECT_TRUE(!ended || stream.state() == StreamState::kFailed || reply) << out;
        if (!ended) EXPECT_EQ(ended.error().origin, Origin::kUpstream);
        if (!ended) EXPECT_NE(stream.state(), StreamState::kDone);
      }
    }
  }
}

TEST(BadReplies, WithABadChecksumKeepTheUsageSoFar) {
  std::string body =
      converse(R"([{"event":"messageStart","payload":{"role":"assistant"}},)"
               R"({"event":"contentBlockDelta","payload":{"delta":{"text":"Hi"}}}])");
  std::string bad = converse(R"([{"event":"contentBlockDelta","payload":{"delta":{"text":"!"}}}])");
  bad[bad.size() - 8] ^= 1;
  body += bad;
  for (const Format caller : kFormats) {
    SCOPED_TRACE(name_of(caller));
    StreamTranscoder stream({caller, Format::kConverse, Framing::kEventStream}, kCaller);
    std::string out;
    const auto fed = stream.feed(body, out);
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().origin, Origin::kUpstream);
    EXPECT_TRUE(stream.output_started());
    EXPECT_THAT(out, HasSubstr("\"Hi\""));
    EXPECT_EQ(count(out, kStreamEnds[static_cast<std::size_t>(caller)]), 0U) << out;
    stream.fail({.status = 502, .type = {}, .code = {}, .message = "broken"}, out);
    EXPECT_THAT(out, HasSubstr("broken"));
  }
}

TEST(BadReplies, ThatBreakOffKeepTheUsageSoFar) {
  const std::string_view body =
      "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":7,"
      "\"output_tokens\":1}}}\n\n"
      "data: "
      "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n"
      "data: {\"type\":\"content_block_delta\",\"del";
  for (const Format caller : kFormats) {
    SCOPED_TRACE(name_of(caller));
    StreamTranscoder stream({caller, Format::kMessages}, kCaller);
    std::string out;
    ASSERT_TRUE(stream.feed(body, out));
    const auto ended = stream.finish(out);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, ErrorCode::kEndOfStream);
    ASSERT_TRUE(stream.usage());
    EXPECT_EQ(stream.usage()->input_uncached.value(), 7U);
  }
}

}  // namespace
}  // namespace tidegate::llm
