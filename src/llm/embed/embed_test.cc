#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/scan.h"
#include "llm/embed/embedding.h"
#include "llm/embed/reply.h"
#include "llm/embed/request.h"

namespace tidegate::llm {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> fields(const Losses& losses) {
  return {losses.fields().begin(), losses.fields().end()};
}

EmbedRequest read_openai(std::string_view body, Arena& arena) {
  auto request = read_openai_embed_request(body, arena);
  EXPECT_TRUE(request) << request.error().detail;
  return request ? *std::move(request) : EmbedRequest();
}

std::string write(const EmbedRequest& request, EmbedFormat format, Losses& losses) {
  std::string out;
  const auto written = write_embed_request(request, format, "up", out, losses);
  EXPECT_TRUE(written) << written.error().detail;
  EXPECT_TRUE(json::validate(out, Origin::kInternal)) << out;
  return out;
}

TEST(Embedding, CrossesBetweenEncodings) {
  Arena arena;
  const Embedding numbers{EmbeddingEncoding::kFloat, "[1, -0.5, 1e-7, 0.1]"};
  const auto base64 = encode(numbers, EmbeddingEncoding::kBase64, arena);
  ASSERT_TRUE(base64);
  EXPECT_EQ(base64->text, "AACAPwAAAL+Vv9YzzczMPQ==");
  const auto back = encode(*base64, EmbeddingEncoding::kFloat, arena);
  EXPECT_EQ(back->text, "[1,-0.5,1e-07,0.1]");
  // What need not change does not.
  EXPECT_EQ(encode(numbers, EmbeddingEncoding::kFloat, arena)->text.data(), numbers.text.data());
}

TEST(Embedding, WhatIsNoneFails) {
  Arena arena;
  EXPECT_FALSE(
      encode({EmbeddingEncoding::kFloat, R"([1,"x"])"}, EmbeddingEncoding::kBase64, arena));
  EXPECT_FALSE(encode({EmbeddingEncoding::kFloat, "[1,[2]]"}, EmbeddingEncoding::kBase64, arena));
  EXPECT_FALSE(encode({EmbeddingEncoding::kBase64, "AAA="}, EmbeddingEncoding::kFloat, arena));
  EXPECT_FALSE(encode({EmbeddingEncoding::kBase64, "!"}, EmbeddingEncoding::kFloat, arena));
  EXPECT_FALSE(encode({EmbeddingEncoding::kBase64, "AACAfw=="}, EmbeddingEncoding::kFloat, arena));
}

TEST(EmbedRequest, OpenAisFormsOfInputAreRead) {
  Arena arena;
  EXPECT_EQ(read_openai(R"({"input":"a\"b","model":"m"})", arena).texts.at(0).bytes, "a\\\"b");
  EXPECT_EQ(read_openai(R"({"input":["a","b"]})", arena).texts.size(), 2U);
  EXPECT_THAT(read_openai(R"({"input":[1,2]})", arena).tokens, ElementsAre("[1,2]"));
  EXPECT_THAT(read_openai(R"({"input":[[1,2],[3]]})", arena).tokens, ElementsAre("[1,2]", "[3]"));
}

TEST(EmbedRequest, IsWrittenForEveryProvider) {
  Arena arena;
  const auto request = read_openai(
      R"({"model":"m","input":["a","b"],"dimensions":256,"encoding_format":"base64","user":"u","x":1})",
      arena);
  Losses openai;
  EXPECT_EQ(
      write(request, EmbedFormat::kOpenAi, openai),
      R"({"model":"up","input":["a","b"],"dimensions":256,"encoding_format":"base64","user":"u"})");
  EXPECT_THAT(fields(openai), ElementsAre("x"));
  Losses cohere;
  EXPECT_EQ(write(request, EmbedFormat::kCohere, cohere),
            R"({"model":"up","texts":["a","b"],"input_type":"search_document",)"
            R"("embedding_types":["base64"],"output_dimension":256})");
  EXPECT_THAT(fields(cohere), ElementsAre("user", "x"));
  Losses bedrock;
  EXPECT_EQ(write(request, EmbedFormat::kBedrockCohere, bedrock),
            R"({"texts":["a","b"],"input_type":"search_document","embedding_types":["float"],)"
            R"("output_dimension":256})");
  Losses gemini;
  EXPECT_EQ(
      write(request, EmbedFormat::kGemini, gemini),
      R"({"requests":[{"model":"models/up","content":{"parts":[{"text":"a"}]},)"
      R"("outputDimensionality":256},{"model":"models/up","content":{"parts":[{"text":"b"}]},)"
      R"("outputDimensionality":256}]})");
}

TEST(EmbedRequest, WhatAProviderCannotDoIsRefused) {
  Arena arena;
  std::string out;
  Losses losses;
  const auto tokens = read_openai(R"({"input":[1,2]})", arena);
  for (const auto format : {EmbedFormat::kCohere, EmbedFormat::kGemini, EmbedFormat::kTitan,
                            EmbedFormat::kBedrockCohere}) {
    const auto written = write_embed_request(tokens, format, "up", out, losses);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::kUnsupported);
  }
  EXPECT_EQ(write(tokens, EmbedFormat::kOpenAi, losses), R"({"model":"up","input":[1,2]})");
  const auto two = read_openai(R"({"input":["a","b"]})", arena);
  EXPECT_FALSE(write_embed_request(two, EmbedFormat::kTitan, "up", out, losses));
  const auto one = read_openai(R"({"input":"a","dimensions":512})", arena);
  EXPECT_EQ(write(one, EmbedFormat::kTitan, losses), R"({"inputText":"a","dimensions":512})");
}

TEST(EmbedRequest, CoheresPurposeBecomesGeminisTask) {
  Arena arena;
  const auto request = read_cohere_embed_request(
      R"({"model":"embed-v4.0","inputs":[{"content":[{"type":"text","text":"q"}]}],)"
      R"("input_type":"search_query","embedding_types":["float"],"truncate":"END"})",
      arena);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->model, "embed-v4.0");
  Losses losses;
  EXPECT_EQ(write(*request, EmbedFormat::kGemini, losses),
            R"({"requests":[{"model":"models/up","content":{"parts":[{"text":"q"}]},)"
            R"("taskType":"RETRIEVAL_QUERY"}]})");
  EXPECT_THAT(fields(losses), ElementsAre("truncate"));
}

TEST(EmbedRequest, BadInputIsToldByItsMember) {
  Arena arena;
  for (const auto& [body, detail] :
       {std::pair{R"({})", "'input' is missing"},
        std::pair{R"({"input":[]})", "'input' must not be empty"},
        std::pair{R"({"input":1})", "'input' must be a string or an array"},
        std::pair{R"({"input":["a",true]})",
                  "'input[1]' must be a string, a token or an array of tokens"},
        std::pair{R"({"input":["a",1]})", "'input' must hold texts or tokens, not both"},
        std::pair{R"({"input":"a","dimensions":-1})", "'dimensions' must be a whole number"},
        std::pair{R"({"input":"a","encoding_format":"int8"})",
                  R"('encoding_format' must be "float" or "base64")"},
        std::pair{R"({"input":"a","model":1})", "'model' must be a string"}}) {
    const auto request = read_openai_embed_request(body, arena);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().detail, detail);
  }
  for (
      const auto& [body, detail] :
      {std::pair{R"({})", "'texts' is missing"},
       std::pair{R"({"texts":["a",1]})", "'texts[1]' must be a string"},
       std::pair{R"({"images":["x"]})",
                 "'images' cannot be embedded where another provider answers"},
       std::pair{
           R"({"texts":["a"],"embedding_types":["int8"]})",
           R"('embedding_types' must be ["float"] or ["base64"] where another provider answers)"}}) {
    const auto request = read_cohere_embed_request(body, arena);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().detail, detail);
  }
}

struct ReplyCase {
  EmbedFormat format;
  std::string_view body;
  std::optional<std::uint64_t> input;
};

TEST(EmbedReply, EveryProvidersIsReadAndWrittenForEitherCaller) {
  constexpr ReplyCase kCases[] = {
      {EmbedFormat::kOpenAi,
       R"({"data":[{"index":1,"embedding":[0.5]},{"index":0,"embedding":[1]}],"usage":{"prompt_tokens":5}})",
       5},
      {EmbedFormat::kOpenAi,
       R"({"data":[{"index":0,"embedding":"AACAPw=="},{"index":1,"embedding":"AAAAPw=="}]})",
       std::nullopt},
      {EmbedFormat::kCohere,
       R"({"id":"c","embeddings":{"float":[[1],[0.5]]},"meta":{"billed_units":{"input_tokens":5}}})",
       5},
      {EmbedFormat::kBedrockCohere, R"({"embeddings":[[1],[0.5]],"id":"b"})", std::nullopt},
      {EmbedFormat::kGemini, R"({"embeddings":[{"values":[1]},{"values":[0.5]}]})", std::nullopt},
  };
  Arena arena;
  const auto request = read_openai(R"({"input":["a","b"]})", arena);
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.body);
    const auto reply = read_embed_reply(test.format, test.body, arena);
    ASSERT_TRUE(reply) << reply.error().detail;
    const EmbedCaller caller{.dialect = Dialect::kOpenAi,
                             .model = "alias",
                             .fallback_id = "id",
                             .estimate = TokenCount(5)};
    std::string out;
    ASSERT_TRUE(write_embed_reply(*reply, request, caller, out));
    EXPECT_EQ(out, R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[1]},)"
                   R"({"object":"embedding","index":1,"embedding":[0.5]}],"model":"alias",)"
                   R"("usage":{"prompt_tokens":5,"total_tokens":5}})");
    EXPECT_EQ(reply->input.has_value(), test.input.has_value());
  }
}

TEST(EmbedReply, TitanAnswersOneAndBase64IsWhatTheCallerGets) {
  Arena arena;
  const auto reply =
      read_embed_reply(EmbedFormat::kTitan, R"({"embedding":[1],"inputTextTokenCount":3})", arena);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->input, TokenCount(3));
  const auto request = read_openai(R"({"input":"a","encoding_format":"base64"})", arena);
  std::string out;
  ASSERT_TRUE(write_embed_reply(*reply, request, {.model = "m"}, out));
  EXPECT_THAT(out, ::testing::HasSubstr(R"("embedding":"AACAPw==")"));
}

TEST(EmbedReply, CohereGetsItsTextsBack) {
  Arena arena;
  const auto request = read_cohere_embed_request(R"({"model":"m","texts":["a\n"]})", arena);
  const auto reply =
      read_embed_reply(EmbedFormat::kGemini, R"({"embedding":{"values":[1]}})", arena);
  std::string out;
  ASSERT_TRUE(write_embed_reply(
      *reply, *request,
      {.dialect = Dialect::kCohere, .model = "m", .fallback_id = "id", .estimate = TokenCount(2)},
      out));
  EXPECT_EQ(out, R"({"id":"id","embeddings":{"float":[[1]]},"texts":["a\n"],)"
                 R"("meta":{"api_version":{"version":"2"},"billed_units":{"input_tokens":2}}})");
}

TEST(EmbedReply, WhatHoldsNoEmbeddingsFails) {
  Arena arena;
  for (const auto* body : {"", "<html>", "{}", R"({"data":[]})", R"({"data":[{"embedding":null}]})",
                           R"({"data":[{}]})", "[]"}) {
    const auto reply = read_embed_reply(EmbedFormat::kOpenAi, body, arena);
    ASSERT_FALSE(reply) << body;
    EXPECT_EQ(reply.error().origin, Origin::kUpstream);
  }
  EXPECT_FALSE(read_embed_reply(EmbedFormat::kTitan, R"({"inputTextTokenCount":3})", arena));
}

TEST(EmbedRequest, GeminisBatchIsReadWhereAllTextsAreAskedAlike) {
  const auto request = read_gemini_embed_request(
      R"({"requests":[{"content":{"parts":[{"text":"a"}]},"taskType":"CLUSTERING"},)"
      R"({"content":{"parts":[{"text":"b"}]},"taskType":"CLUSTERING","title":"t"}]})");
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_FALSE(request->one);
  EXPECT_EQ(request->texts.size(), 2U);
  EXPECT_EQ(request->purpose.bytes, "clustering");
  ASSERT_EQ(request->unknown.size(), 1U);
  EXPECT_EQ(request->unknown[0].name, "title");
}

TEST(EmbedRequest, WhatGeminisCallersCannotAskOfOthersIsNamed) {
  struct Case {
    std::string_view body;
    std::string_view detail;
  };
  constexpr Case kCases[] = {
      {R"({})", "'content' is missing"},
      {R"({"requests":[]})", "'requests' must not be empty"},
      {R"({"requests":[1]})", "'requests[0].content' is missing"},
      {R"({"content":{"parts":[{"text":"a"},{"text":"b"}]}})",
       "'content.parts' must be one text where another provider answers"},
      {R"({"content":{"parts":[{"inlineData":{}}]}})",
       "'content.parts' must be one text where another provider answers"},
      {R"({"content":{"parts":[{"text":"a"}]},"outputDimensionality":"x"})",
       "'outputDimensionality' must be a whole number"},
      {R"({"requests":[{"content":{"parts":[{"text":"a"}]}},)"
       R"({"content":{"parts":[{"text":"b"}]},"taskType":"CLUSTERING"}]})",
       "'requests[1].taskType' must be the same for all texts where another provider answers"},
  };
  for (const auto& test : kCases) {
    const auto request = read_gemini_embed_request(test.body);
    ASSERT_FALSE(request) << test.body;
    EXPECT_EQ(request.error().origin, Origin::kDownstream);
    EXPECT_EQ(request.error().detail, test.detail);
  }
}

}  // namespace
}  // namespace tidegate::llm
