// What replies carry beside texts, calls and usage, from one format into another, whole and in
// streams: probabilities of tokens, service tiers, reasoning in tags, and what cannot cross at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "llm/conversation/cases_fixture.h"
#include "llm/dialect/bedrock/frames_fixture.h"
#include "llm/transcode.h"

namespace tidegate::llm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Caller kCaller{.model = "m", .include_usage = true, .fallback_id = "x", .now = 7};

struct Streamed {
  std::string out;
  std::string losses;
};

// Whole and byte by byte, which must say the same.
Streamed stream(Crossing crossing, std::string_view body) {
  Streamed results[2];
  for (const std::size_t step : {body.size(), std::size_t{1}}) {
    StreamTranscoder transcoder(crossing, kCaller);
    Streamed& result = results[step == 1 ? 1 : 0];
    for (std::size_t at = 0; at < body.size(); at += step) {
      const std::string piece(body.substr(at, step));
      EXPECT_TRUE(transcoder.feed(piece, result.out));
    }
    EXPECT_TRUE(transcoder.finish(result.out));
    result.losses = transcoder.losses().to_string();
  }
  EXPECT_EQ(results[0].out, results[1].out);
  EXPECT_EQ(results[0].losses, results[1].losses);
  return results[0];
}

Streamed whole(Crossing crossing, std::string_view body) {
  Arena arena;
  auto reply = transcode_reply(crossing, body, kCaller, arena);
  EXPECT_TRUE(reply) << body;
  if (!reply) return {};
  return {reply->body, reply->losses.to_string()};
}

constexpr std::string_view kChatLogprobs =
    "data: "
    "{\"id\":\"c\",\"service_tier\":\"priority\",\"choices\":[{\"index\":0,\"delta\":{\"role\":"
    "\"assistant\",\"content\":\"\"},\"logprobs\":{\"content\":[]}}]}\n\n"
    "data: "
    "{\"id\":\"c\",\"service_tier\":\"priority\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
    "\"He\"},\"logprobs\":{\"content\":[{\"token\":\"He\",\"logprob\":-0.5,\"top_logprobs\":[]}]}}]"
    "}\n\n"
    "data: "
    "{\"id\":\"c\",\"service_tier\":\"priority\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
    "\"y\"},\"logprobs\":{\"content\":[{\"token\":\"y\",\"logprob\":-1,\"top_logprobs\":[]}]}}]}"
    "\n\n"
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: [DONE]\n\n";
constexpr std::string_view kTokenHe = R"({"token":"He","logprob":-0.5,"top_logprobs":[]})";
constexpr std::string_view kTokenY = R"({"token":"y","logprob":-1,"top_logprobs":[]})";

TEST(TranscodedLogprobs, StandBesideTheTextInResponses) {
  const auto made = stream({Format::kResponses, Format::kChat}, kChatLogprobs).out;
  EXPECT_THAT(made, HasSubstr(R"("delta":"He","logprobs":[)" + std::string(kTokenHe) + "]}"));
  EXPECT_THAT(made, HasSubstr(R"("delta":"y","logprobs":[)" + std::string(kTokenY) + "]}"));
  EXPECT_THAT(made, HasSubstr(R"("text":"Hey","logprobs":[)" + std::string(kTokenHe) + "," +
                              std::string(kTokenY) + "]"));
  // And back.
  const auto back = stream({Format::kChat, Format::kResponses}, made).out;
  EXPECT_THAT(back, HasSubstr(R"({"content":"He"},"logprobs":{"content":[)" +
                              std::string(kTokenHe) + R"(],"refusal":null})"));
  EXPECT_THAT(back, HasSubstr(R"({"content":"y"},"logprobs":{"content":[)" + std::string(kTokenY)));
}

TEST(TranscodedLogprobs, AreOneListForGeminiAndComeBackFromIt) {
  const auto made = stream({Format::kGenerateContent, Format::kChat}, kChatLogprobs).out;
  EXPECT_THAT(made, HasSubstr(R"("chosenCandidates":[{"token":"He","logProbability":-0.5},)"
                              R"({"token":"y","logProbability":-1}])"));
  const auto back =
      stream(
          {Format::kChat, Format::kGenerateContent},
          "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"He\"}]},\"logprobsResult\":{"
          "\"chosenCandidates\":[{\"token\":\"He\",\"logProbability\":-0.5}]},\"finishReason\":"
          "\"STOP\"}]}\n\n")
          .out;
  EXPECT_THAT(back, HasSubstr(R"("logprobs":{"content":[{"token":"He","logprob":-0.5)"));
}

TEST(TranscodedLogprobs, OfADocumentInPlaceOfAStreamAreOnOneLine) {
  StreamTranscoder transcoder({Format::kChat, Format::kChat}, kCaller);
  std::string out;
  ASSERT_TRUE(transcoder.feed_document(
      "{\"choices\":[{\"message\":{\"content\":\"He\"},\"finish_reason\":\"stop\",\"logprobs\":{"
      "\"content\":[\n {\"token\":\"He\",\n\"logprob\":-0.5}\n]}}]}",
      out));
  EXPECT_THAT(out, HasSubstr(R"("logprobs":{"content":[  {"token":"He", "logprob":-0.5} ])"));
}

struct TierCase {
  Format caller;
  const char* said;
};
constexpr TierCase kTiers[] = {
    {Format::kChat, R"("service_tier":"priority")"},
    {Format::kResponses, R"("service_tier":"priority")"},
    {Format::kMessages, R"("service_tier":"priority")"},
    {Format::kConverse, R"("serviceTier":{"type":"priority"})"},
};

TEST(TranscodedServiceTier, CrossesInStreams) {
  const std::string_view messages =
      "event: message_start\ndata: "
      "{\"type\":\"message_start\",\"message\":{\"id\":\"msg\",\"usage\":{"
      "\"input_tokens\":1,\"output_tokens\":1,\"service_tier\":\"priority\"}}}\n\n"
      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
      "\"content_block\":{\"type\":\"text\",\"text\":\"Hi\"}}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
      "\"end_turn\"}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  const std::string converse = bedrock::encode_frames(
      R"([{"event":"messageStart","payload":{"role":"assistant"}},)"
      R"({"event":"contentBlockDelta","payload":{"contentBlockIndex":0,"delta":{"text":"Hi"}}},)"
      R"({"event":"messageStop","payload":{"stopReason":"end_turn"}},)"
      R"({"event":"metadata","payload":{"usage":{"inputTokens":1,"outputTokens":1},)"
      R"("serviceTier":{"type":"priority"}}}])");
  for (const TierCase& one : kTiers) {
    EXPECT_THAT(stream({one.caller, Format::kMessages}, messages).out, HasSubstr(one.said));
    EXPECT_THAT(stream({one.caller, Format::kChat}, kChatLogprobs).out, HasSubstr(one.said));
    EXPECT_THAT(stream({one.caller, Format::kConverse, Framing::kEventStream}, converse).out,
                HasSubstr(one.said));
  }
}

TEST(TranscodedServiceTier, CrossesInWholeRepliesAndIsCalledByTheCallersWord) {
  const std::string_view standard =
      R"({"id":"msg","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn",)"
      R"("usage":{"input_tokens":1,"output_tokens":1,"service_tier":"standard"}})";
  EXPECT_THAT(whole({Format::kChat, Format::kMessages}, standard).out,
              HasSubstr(R"("service_tier":"default")"));
  EXPECT_THAT(whole({Format::kConverse, Format::kMessages}, standard).out,
              HasSubstr(R"("serviceTier":{"type":"default"})"));
  const std::string_view chat =
      R"({"id":"c","service_tier":"default","choices":[{"message":{"content":"Hi"}}]})";
  EXPECT_THAT(whole({Format::kMessages, Format::kChat}, chat).out,
              HasSubstr(R"("service_tier":"standard")"));
  EXPECT_THAT(whole({Format::kMessages, Format::kChat},
                    R"({"service_tier":"scale","choices":[{"message":{"content":"Hi"}}]})")
                  .out,
              Not(HasSubstr("service_tier")));
}

TEST(TranscodedThinkTags, AreReasoningWhereTheProviderLeavesThem) {
  const std::string_view body =
      "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\u003cthi\"}}]}\n\n"
      "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"nk>hm</thi\"}}]}\n\n"
      "data: "
      "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"nk>\\n\\nYes.\"}}]}\n\n"
      "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
      "data: [DONE]\n\n";
  const Crossing crossing{.caller = Format::kMessages,
                          .provider = Format::kChat,
                          .framing = Framing::kSse,
                          .think_tags = true};
  const auto made = stream(crossing, body).out;
  EXPECT_THAT(made, HasSubstr(R"("delta":{"type":"thinking_delta","thinking":"hm"})"));
  EXPECT_THAT(made, HasSubstr(R"("index":1,"delta":{"type":"text_delta","text":"Yes."})"));
  EXPECT_THAT(made, Not(HasSubstr("think>")));
  const std::string_view document =
      R"({"id":"c","choices":[{"message":{"content":"<think>hm</think>Yes."}}]})";
  EXPECT_THAT(whole(crossing, document).out, HasSubstr(R"({"type":"thinking","thinking":"hm")"));
  Crossing without = crossing;
  without.think_tags = false;
  EXPECT_THAT(whole(without, document).out, HasSubstr("<think>hm</think>Yes."));
}

TEST(TranscodedReplies, TellWhatOnlyTheProviderHas) {
  const Crossing claude{Format::kChat, Format::kMessages};
  EXPECT_EQ(whole(claude, read_case("reply_server_tools.messages.json")).losses,
            "reply.server_tool_use, reply.web_search_tool_result");
  EXPECT_EQ(
      stream(claude,
             "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":"
             "\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}}\n\n"
             "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
             "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n"
             "data: {\"type\":\"message_stop\"}\n\n")
          .losses,
      "reply.server_tool_use");
  const Crossing responses{Format::kMessages, Format::kResponses};
  EXPECT_EQ(whole(responses,
                  R"({"id":"r","status":"completed","output":[{"type":"web_search_call","id":"w"},)"
                  R"({"type":"message","content":[{"type":"output_text","text":"Hi"}]}]})")
                .losses,
            "reply.web_search_call");
  EXPECT_EQ(stream(responses,
                   "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n"
                   "data: {\"type\":\"response.output_item.added\",\"output_index\":0,\"item\":{"
                   "\"type\":\"code_interpreter_call\",\"id\":\"w\"}}\n\n"
                   "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\","
                   "\"output\":[]}}\n\n")
                .losses,
            "reply.code_interpreter_call");
  const Crossing gemini{Format::kChat, Format::kGenerateContent};
  EXPECT_EQ(
      whole(gemini,
            R"({"candidates":[{"content":{"parts":[{"toolCall":{"id":"t"}},{"text":"a"}]}}]})")
          .losses,
      "reply.toolCall");
}

TEST(TranscodedReplies, TellTheLossesOfADocumentInPlaceOfAStream) {
  const std::string_view response =
      R"({"id":"r","status":"completed","output":[{"type":"web_search_call","id":"w"},)"
      R"({"type":"message","content":[{"type":"output_text","text":"Hi"}]}]})";
  const Crossing crossing{Format::kMessages, Format::kResponses};
  EXPECT_EQ(stream(crossing, response).losses, "reply.web_search_call");
  // And of a stream that has its output in the last event alone.
  EXPECT_EQ(stream(crossing, "data: {\"type\":\"response.completed\",\"response\":" +
                                 std::string(response) + "}\n\n")
                .losses,
            "reply.web_search_call");
}

TEST(TranscodedReplies, KeepCallsOfBedrocksOwnToolsFromTheCaller) {
  const Crossing crossing{Format::kChat, Format::kConverse, Framing::kEventStream};
  const auto reply = whole(
      crossing,
      R"({"output":{"message":{"role":"assistant","content":[)"
      R"({"toolUse":{"toolUseId":"t","name":"nova_grounding","type":"server_tool_use","input":{}}},)"
      R"({"toolResult":{"toolUseId":"t","content":[{"text":"found"}]}},{"text":"Hi"}]}},)"
      R"("stopReason":"end_turn"})");
  EXPECT_EQ(reply.losses, "reply.toolUse, reply.toolResult");
  EXPECT_THAT(reply.out, Not(HasSubstr("tool_calls")));
  const auto streamed = stream(
      crossing,
      bedrock::encode_frames(
          R"([{"event":"messageStart","payload":{"role":"assistant"}},)"
          R"({"event":"contentBlockStart","payload":{"contentBlockIndex":0,"start":{"toolUse":)"
          R"({"toolUseId":"t","name":"nova_grounding","type":"server_tool_use"}}}},)"
          R"({"event":"contentBlockDelta","payload":{"contentBlockIndex":0,"delta":)"
          R"({"toolUse":{"input":"{}"}}}},)"
          R"({"event":"contentBlockStop","payload":{"contentBlockIndex":0}},)"
          R"({"event":"contentBlockDelta","payload":{"contentBlockIndex":1,"delta":{"text":"Hi"}}},)"
          R"({"event":"messageStop","payload":{"stopReason":"end_turn"}}])"));
  EXPECT_EQ(streamed.losses, "reply.toolUse");
  EXPECT_THAT(streamed.out, Not(HasSubstr("tool_calls")));
  EXPECT_THAT(streamed.out, HasSubstr(R"({"content":"Hi"})"));
}

}  // namespace
}  // namespace tidegate::llm
