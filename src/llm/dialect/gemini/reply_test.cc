#include "llm/dialect/gemini/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "json/scan.h"
#include "llm/conversation/cases_fixture.h"

namespace tidegate::llm::gemini {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

struct Read {
  Arena arena;
  std::string body;
  Reply reply;
};

std::unique_ptr<Read> read(std::string body) {
  auto read = std::make_unique<Read>();
  read->body = std::move(body);
  auto reply = read_generate_content_reply(read->body, "exchange", read->arena);
  EXPECT_TRUE(reply) << reply.error().detail;
  if (reply) read->reply = *std::move(reply);
  return read;
}

std::unique_ptr<Read> read_file(const std::string& name) { return read(read_case(name)); }

std::string write(const Reply& reply) {
  std::string out;
  write_generate_content_reply(reply, {.model = "alias", .fallback_id = "fallback"}, out);
  EXPECT_TRUE(json::validate(out, Origin::kInternal)) << out;
  return out;
}

template <class T>
const T& part(const Reply& reply, std::size_t index) {
  return std::get<T>(reply.parts.at(index));
}

TEST(GeminiReply, EveryCaseIsReadAndWritten) {
  const auto names = find_cases("reply_", ".gemini.json");
  EXPECT_GE(names.size(), 10U);
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto first = write(read_file(name)->reply);
    const auto second = write(read(first)->reply);
    EXPECT_EQ(first, second);
  }
}

TEST(GeminiReply, TextIsRead) {
  const auto got = read_file("reply_text.gemini.json");
  const auto& reply = got->reply;
  EXPECT_EQ(reply.id, "VDHdaMPgKvqDmtkP3PXF8Ac");
  EXPECT_EQ(reply.model, "gemini-2.5-flash");
  ASSERT_EQ(reply.parts.size(), 1U);
  EXPECT_EQ(part<TextPart>(reply, 0).text.bytes,
            "AI learns patterns from data to make predictions.");
  EXPECT_EQ(reply.finish, FinishReason::kStop);
  EXPECT_EQ(reply.usage->output, TokenCount(14));
}

TEST(GeminiReply, CallsGetIdsThatCarryTheirSignature) {
  const auto got = read_file("reply_tool_calls.gemini.json");
  const auto& reply = got->reply;
  EXPECT_EQ(reply.finish, FinishReason::kToolCalls);
  const auto& paris = part<ToolCallPart>(reply, 1);
  const auto& london = part<ToolCallPart>(reply, 2);
  EXPECT_THAT(std::string(paris.id.bytes), MatchesRegex("call_[0-9a-f]+__sig0EjQKMgG-Lw8"));
  EXPECT_EQ(paris.signature.bytes, "EjQKMgG+Lw8=");
  EXPECT_THAT(std::string(london.id.bytes), MatchesRegex("call_[0-9a-f]+"));
  EXPECT_NE(paris.id, london.id);
  // The same reply of another exchange is another one.
  Arena arena;
  const auto other = read_generate_content_reply(got->body, "other", arena);
  EXPECT_NE(part<ToolCallPart>(*other, 2).id, london.id);
}

TEST(GeminiReply, AnIdThatGeminiGaveIsKept) {
  const auto got = read_file("reply_call_ids.gemini.json");
  EXPECT_EQ(part<ToolCallPart>(got->reply, 0).id.bytes, "gcall_8f2b1a3c");
  EXPECT_EQ(part<ToolCallPart>(got->reply, 0).arguments_raw, "{}");
}

TEST(GeminiReply, ThoughtsStandApart) {
  const auto got = read_file("reply_thought.gemini.json");
  const auto& reply = got->reply;
  EXPECT_EQ(part<ReasoningPart>(reply, 0).text.bytes, "**Adding**\\n\\nTwo and two.");
  EXPECT_EQ(part<TextPart>(reply, 1).text.bytes, "4");
  EXPECT_EQ(part<ReasoningPart>(reply, 2).signature.bytes, "google.Zm9vYg==");
  EXPECT_EQ(reply.usage->output, TokenCount(31));
  EXPECT_EQ(reply.usage->input_uncached, TokenCount(60));
}

struct EndCase {
  std::string_view name;
  FinishReason finish;
};

TEST(GeminiReply, RepliesWithoutContentSayWhy) {
  for (const auto& [name, finish] : {EndCase{"blocked_prompt", FinishReason::kContentFilter},
                                     EndCase{"safety", FinishReason::kContentFilter},
                                     EndCase{"max_tokens_empty", FinishReason::kLength},
                                     EndCase{"malformed_call", FinishReason::kMalformedCall}}) {
    const auto got = read_file("reply_" + std::string(name) + ".gemini.json");
    EXPECT_EQ(got->reply.finish, finish) << name;
    EXPECT_THAT(got->reply.parts, IsEmpty()) << name;
    EXPECT_EQ(got->reply.usage->input(), TokenCount(8)) << name;
  }
}

TEST(GeminiReply, GroundingBecomesCitationsAndComesBack) {
  const auto got = read_file("reply_grounding.gemini.json");
  EXPECT_EQ(part<TextPart>(got->reply, 0).citations,
            R"([{"type":"web_search_result_location","url":"https://example.com/euro",)"
            R"("title":"uefa.com","cited_text":"Spain won Euro 2024."}])");
  EXPECT_THAT(
      write(got->reply),
      HasSubstr(R"("groundingMetadata":{"groundingChunks":[{"web":{"uri":)"
                R"("https://example.com/euro","title":"uefa.com"}}],"groundingSupports":)"
                R"([{"segment":{"text":"Spain won Euro 2024."},"groundingChunkIndices":[0]}]})"));
}

TEST(GeminiReply, LogProbabilitiesCrossBothWays) {
  const auto got = read_file("reply_logprobs.gemini.json");
  EXPECT_EQ(got->reply.logprobs,
            R"({"content":[{"token":"Hi","logprob":-0.1,"bytes":[72,105],"top_logprobs":)"
            R"([{"token":"Hi","logprob":-0.1,"bytes":[72,105]},)"
            R"({"token":"Yo","logprob":-2.5,"bytes":[89,111]}]}]})");
  EXPECT_THAT(write(got->reply),
              HasSubstr(R"("logprobsResult":{"topCandidates":[{"candidates":[)"
                        R"({"token":"Hi","logProbability":-0.1},)"
                        R"({"token":"Yo","logProbability":-2.5}]}],)"
                        R"("chosenCandidates":[{"token":"Hi","logProbability":-0.1}]})"));
}

TEST(GeminiReply, CodeAndImagesBecomeText) {
  EXPECT_EQ(part<TextPart>(read_file("reply_code_execution.gemini.json")->reply, 0).text.bytes,
            "I compute it.```python\\nprint(2+3+5)\\n```\\n```\\n10\\n\\n```\\nIt is 10.");
  const auto image = read_file("reply_image.gemini.json");
  EXPECT_THAT(std::string(part<TextPart>(image->reply, 0).text.bytes),
              HasSubstr("Here it is.![image](data:image/png;base64,iVBO"));
}

TEST(GeminiReply, WhatIsNoReplyFails) {
  Arena arena;
  for (const auto* body :
       {"", "<html>", "[]", "{}", R"({"error":{"code":500}})", R"({"candidates":)"}) {
    const auto reply = read_generate_content_reply(body, "", arena);
    ASSERT_FALSE(reply) << body;
    EXPECT_EQ(reply.error().code, ErrorCode::kMalformed);
    EXPECT_EQ(reply.error().origin, Origin::kUpstream);
  }
}

TEST(GeminiReply, ARefusalAndThoughtsOfOthersReachTheCaller) {
  Reply reply;
  ReasoningPart thought;
  thought.text = {"hm"};
  thought.signature = {"c2ln"};
  reply.parts = {thought, RefusalPart{{"No."}}};
  reply.finish = FinishReason::kRefusal;
  const auto out = write(reply);
  // base64 of "tidegate:s:\nc2ln".
  EXPECT_THAT(
      out,
      HasSubstr(R"({"text":"hm","thought":true,"thoughtSignature":"dGlkZWdhdGU6czoKYzJsbg=="},)"
                R"({"text":"No."})"));
  EXPECT_THAT(out, HasSubstr(R"("finishReason":"SAFETY")"));
  EXPECT_THAT(out, HasSubstr(R"("modelVersion":"alias","responseId":"fallback")"));
}

}  // namespace
}  // namespace tidegate::llm::gemini
