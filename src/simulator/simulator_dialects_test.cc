// Gemini, Bedrock, Cohere, and what all dialects of the simulator have in common: goldens, refusals
// in the dialect's words, tools, thinking, media.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "json/scan.h"
#include "simulator/media.h"
#include "simulator/play.h"

namespace tidegate::simulator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kGemini = "/v1beta/models/gemini-3-flash:generateContent";
constexpr std::string_view kGeminiSse =
    "/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse";
constexpr std::string_view kGeminiArray = "/v1beta/models/gemini-3-flash:streamGenerateContent";
constexpr std::string_view kConverse = "/model/anthropic.claude-sonnet-4-5-v1%3A0/converse";
constexpr std::string_view kConverseStream =
    "/model/anthropic.claude-sonnet-4-5-v1%3A0/converse-stream";
constexpr std::string_view kInvoke = "/model/anthropic.claude-sonnet-4-5-v1%3A0/invoke";
constexpr std::string_view kInvokeStream =
    "/model/anthropic.claude-sonnet-4-5-v1%3A0/invoke-with-response-stream";

constexpr std::string_view kGeminiHello =
    R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})";
constexpr std::string_view kGeminiTools =
    R"({"contents":[{"parts":[{"text":"Hi"}]}],"tools":[{"functionDeclarations":[{"name":"f",)"
    R"("parameters":{"type":"OBJECT","properties":{"a":{"type":"BOOLEAN"}}}}]}],)"
    R"("toolConfig":{"functionCallingConfig":{"mode":"ANY"}},)"
    R"("generationConfig":{"thinkingConfig":{"includeThoughts":true}}})";
constexpr std::string_view kConverseHello =
    R"({"messages":[{"role":"user","content":[{"text":"Hi"}]}]})";
constexpr std::string_view kConverseTools =
    R"({"messages":[{"role":"user","content":[{"text":"Hi"}]}],"toolConfig":{"tools":[{"toolSpec":)"
    R"({"name":"f","inputSchema":{"json":{"type":"object","properties":{"a":{"type":"integer"}}}}}}],)"
    R"("toolChoice":{"any":{}}},"additionalModelRequestFields":{"thinking":{"type":"enabled"}}})";
constexpr std::string_view kInvokeHello =
    R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":9,)"
    R"("messages":[{"role":"user","content":"Hi"}]})";
constexpr std::string_view kCohereHello =
    R"({"model":"command-a","messages":[{"role":"user","content":"Hi"}]})";
constexpr std::string_view kCohereStream =
    R"({"model":"command-a","stream":true,"messages":[{"role":"user","content":"Hi"}]})";
constexpr std::string_view kCohereTools =
    R"({"model":"command-a","stream":true,"messages":[{"role":"user","content":"Hi"}],)"
    R"("tool_choice":"REQUIRED","tools":[{"type":"function","function":{"name":"f"}}]})";
constexpr std::string_view kMessagesThinking =
    R"({"model":"c","max_tokens":99,"stream":true,"thinking":{"type":"enabled","budget_tokens":50},)"
    R"("messages":[{"role":"user","content":"Hi"}]})";
constexpr std::string_view kResponsesThinking =
    R"({"model":"m","input":"Hi","stream":true,"reasoning":{"effort":"low","summary":"auto"}})";
constexpr std::string_view kChatThinking =
    R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"reasoning_effort":"low"})";

struct Golden {
  std::string_view name;
  std::string_view path;
  std::string_view body;
};
std::ostream& operator<<(std::ostream& out, const Golden& value) { return out << value.name; }

class DialectGolden : public ::testing::TestWithParam<Golden> {};

// Set TIDEGATE_UPDATE_GOLDENS to rewrite the files, and read the diff.
TEST_P(DialectGolden, AnswersAsBefore) {
  Simulator simulator{config::SimulatorSettings()};
  const auto& param = GetParam();
  const auto played =
      play(simulator, param.body.empty() ? "GET" : "POST", param.path, param.body,
           {{"x-simulator-output-tokens", "3"}, {"x-simulator-reasoning-tokens", "2"}});
  ASSERT_EQ(played.status, 200) << played.body;
  const std::string file = std::string(TIDEGATE_SOURCE_DIR "/testdata/") + std::string(param.name);
  if (std::getenv("TIDEGATE_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(file, std::ios::binary) << played.body;
  }
  std::ifstream golden(file, std::ios::binary);
  EXPECT_EQ(played.body, std::string(std::istreambuf_iterator<char>(golden), {}));
  if (played.field("content-type") == "application/json") {
    EXPECT_TRUE(json::validate(played.body, Origin::kInternal)) << played.body;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, DialectGolden,
    ::testing::Values(
        Golden{"gemini.json", kGemini, kGeminiHello},
        Golden{"gemini.sse", kGeminiSse, kGeminiHello},
        Golden{"gemini_array.json", kGeminiArray, kGeminiHello},
        Golden{"gemini_tools.json", kGemini, kGeminiTools},
        Golden{"gemini_tools.sse", kGeminiSse, kGeminiTools},
        Golden{"gemini_count.json", "/v1beta/models/gemini-3-flash:countTokens", kGeminiHello},
        Golden{"gemini_embed.json", "/v1beta/models/gemini-embedding-001:embedContent",
               R"({"content":{"parts":[{"text":"red fish"}]},"outputDimensionality":4})"},
        Golden{
            "gemini_batch_embed.json", "/v1beta/models/gemini-embedding-001:batchEmbedContents",
            R"({"requests":[{"content":{"parts":[{"text":"red fish"}]},"outputDimensionality":4}]})"},
        Golden{"gemini_models.json", "/v1beta/models", ""},
        Golden{"gemini_model.json", "/v1beta/models/gemini-3-flash", ""},
        Golden{"converse.json", kConverse, kConverseHello},
        Golden{"converse.eventstream", kConverseStream, kConverseHello},
        Golden{"converse_tools.json", kConverse, kConverseTools},
        Golden{"converse_tools.eventstream", kConverseStream, kConverseTools},
        Golden{
            "bedrock_count.json", "/model/m/count-tokens",
            R"({"input":{"converse":{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}}})"},
        Golden{"titan_embed.json", "/model/amazon.titan-embed-text-v2:0/invoke",
               R"({"inputText":"red fish","dimensions":4})"},
        Golden{"bedrock_cohere_embed.json", "/model/cohere.embed-english-v3/invoke",
               R"({"texts":["red fish"],"input_type":"search_query","output_dimension":4,)"
               R"("embedding_types":["float"]})"},
        Golden{
            "bedrock_rerank.json", "/model/cohere.rerank-v3-5:0/invoke",
            R"({"query":"blue fish","documents":["a red stone","a blue fish"],"api_version":2})"},
        Golden{"responses_count.json", "/v1/responses/input_tokens",
               R"({"model":"m","input":"Hello there."})"},
        Golden{"invoke.json", kInvoke, kInvokeHello},
        Golden{"invoke.eventstream", kInvokeStream, kInvokeHello},
        Golden{"cohere_chat.json", "/v2/chat", kCohereHello},
        Golden{"cohere_chat.sse", "/v2/chat", kCohereStream},
        Golden{"cohere_tools.sse", "/v2/chat", kCohereTools},
        Golden{"cohere_embed.json", "/v2/embed",
               R"({"model":"embed-v4.0","texts":["red fish"],"input_type":"search_query",)"
               R"("embedding_types":["float","base64"],"output_dimension":4})"},
        Golden{"cohere_rerank.json", "/v2/rerank",
               R"({"model":"rerank-v3.5","query":"blue fish","documents":["a red stone",)"
               R"("a blue fish"],"top_n":2})"},
        Golden{"moderations.json", "/v1/moderations", R"({"input":["kind words","violence"]})"},
        Golden{"messages_thinking.sse", "/v1/messages", kMessagesThinking},
        Golden{"responses_thinking.sse", "/v1/responses", kResponsesThinking},
        Golden{"chat_thinking.json", "/v1/chat/completions", kChatThinking}));

class DialectTest : public ::testing::Test {
 protected:
  Played post(std::string_view path, std::string_view body, const Fields& fields = {}) {
    return play(simulator_, "POST", path, body, fields);
  }
  Simulator simulator_{config::SimulatorSettings()};
};

struct Bad {
  std::string_view path;
  std::string_view body;
  std::uint16_t status;
  std::string_view says;
};

TEST_F(DialectTest, RefusesInTheWordsOfTheDialect) {
  const std::vector<Bad> cases = {
      {kGemini, "{", 400, R"("status":"INVALID_ARGUMENT")"},
      {kGemini, R"({"contents":[]})", 400, "contents is not specified"},
      {kGemini, R"({"contents":[{"parts":[]}]})", 400, "contents[0].parts"},
      {kGemini, R"({"contents":[{"role":"assistant","parts":[{"text":"x"}]}]})", 400, "valid role"},
      {kGemini, R"({"messages":[]})", 400, R"(Unknown name \"messages\": Cannot find field.)"},
      {kGemini, R"({"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"max_tokens":3}})",
       400, R"(Unknown name \"max_tokens\" at 'generation_config')"},
      {kConverse, "{}", 400, R"({"message":"A conversation must start with a user message)"},
      {kConverse, R"({"messages":[{"role":"user","content":[{"text":""}]}]})", 400, "is blank"},
      {kConverse,
       R"({"messages":[{"role":"user","content":[{"text":"a"}]},)"
       R"({"role":"user","content":[{"text":"b"}]}]})",
       400, "alternate"},
      {kInvoke, R"({"max_tokens":9,"messages":[{"role":"user","content":"Hi"}]})", 400,
       "anthropic_version: Field required"},
      {kInvoke, R"({"anthropic_version":"bedrock-2023-05-31","model":"m"})", 400,
       "model: Extra inputs are not permitted"},
      {"/v2/chat", R"({"model":"m"})", 400, R"({"message":"Missing)"},
      {"/v2/rerank", R"({"model":"m","query":"q","documents":[]})", 400, "documents"},
      {"/v2/embed", R"({"model":"m"})", 400, "at least one input"},
  };
  for (const auto& bad : cases) {
    const auto played = post(bad.path, bad.body);
    EXPECT_EQ(played.status, bad.status) << bad.body;
    EXPECT_THAT(played.body, HasSubstr(bad.says)) << bad.body;
    EXPECT_TRUE(json::validate(played.body, Origin::kInternal)) << played.body;
  }
}

TEST_F(DialectTest, RefusesConversationsThatDoNotHoldTogether) {
  const std::vector<Bad> cases = {
      {"/v1/chat/completions",
       R"({"model":"m","messages":[{"role":"user","content":"a"},{"role":"tool","tool_call_id":"x",)"
       R"("content":"1"}]})",
       400, "must be a response to a preceding message"},
      {"/v1/chat/completions",
       R"({"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"x"},{"id":"y"}]},)"
       R"({"role":"tool","tool_call_id":"x","content":"1"},{"role":"user","content":"a"}]})",
       400, "did not have response messages: y"},
      {"/v1/messages",
       R"({"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":)"
       R"("tool_use","id":"x","name":"f","input":{}}]},{"role":"user","content":"a"}]})",
       400, "messages.0: `tool_use` ids were found"},
      {"/v1/messages",
       R"({"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":)"
       R"("thinking","thinking":"tide","signature":"bm90IHRydWU="}]}]})",
       400, "messages.0.content.0: Invalid `signature`"},
      {"/v1/responses",
       R"({"model":"m","input":[{"type":"function_call_output","call_id":"x","output":"1"}]})", 400,
       "No tool call found for function call output with call_id x."},
      {kGemini,
       R"({"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},)"
       R"({"role":"user","parts":[{"text":"a"}]}]})",
       400, "number of function response parts"},
  };
  for (const auto& bad : cases) {
    const auto played = post(bad.path, bad.body);
    EXPECT_EQ(played.status, bad.status) << played.body;
    EXPECT_THAT(played.body, HasSubstr(bad.says)) << bad.body;
  }
}

TEST_F(DialectTest, TakesBackWhatItSigned) {
  const auto thinking = post("/v1/messages", kMessagesThinking).body;
  const auto at = thinking.find(R"("signature":"c2)");
  ASSERT_NE(at, std::string::npos) << thinking;
  std::string text;
  constexpr std::string_view kDelta = R"("thinking_delta","thinking":")";
  for (auto delta = thinking.find(kDelta); delta != thinking.npos;
       delta = thinking.find(kDelta, delta + 1)) {
    const auto begin = delta + kDelta.size();
    text += thinking.substr(begin, thinking.find('"', begin) - begin);
  }
  const auto signature = thinking.substr(at + 13, thinking.find('"', at + 13) - at - 13);
  const auto again =
      R"({"model":"c","max_tokens":99,"messages":[{"role":"assistant","content":[{"type":"thinking",)"
      R"("thinking":")" +
      text + R"(","signature":")" + signature + R"("}]},{"role":"user","content":"And?"}]})";
  EXPECT_EQ(post("/v1/messages", again).status, 200) << again;
}

TEST_F(DialectTest, ErrorsAndFaultsHaveTheShapeOfTheDialect) {
  const Fields limited = {{"x-simulator-error-status", "429"}, {"x-simulator-retry-after", "7"}};
  EXPECT_THAT(post(kGemini, kGeminiHello, limited).body,
              HasSubstr(R"({"error":{"code":429,"message":"A simulated error.","status":)"
                        R"("RESOURCE_EXHAUSTED")"));
  const auto throttled = post(kConverse, kConverseHello, limited);
  EXPECT_EQ(throttled.field("x-amzn-errortype"), "ThrottlingException");
  EXPECT_EQ(throttled.field("retry-after"), "7");
  const Fields dies = {{"x-simulator-stream-error-after-tokens", "1"}};
  EXPECT_THAT(post(kConverseStream, kConverseHello, dies).body,
              HasSubstr("modelStreamErrorException"));
  EXPECT_THAT(post(kGeminiSse, kGeminiHello, dies).body, HasSubstr(R"("status":"UNAVAILABLE")"));
  const auto array = post(kGeminiArray, kGeminiHello, dies).body;
  EXPECT_TRUE(json::validate(array, Origin::kInternal)) << array;
  EXPECT_THAT(post("/v2/chat", kCohereStream, dies).body, HasSubstr(R"("finish_reason":"ERROR")"));
  EXPECT_EQ(post(kConverseStream, kConverseHello, {{"x-simulator-cut-after-tokens", "1"}}).end,
            Piece::Action::kReset);
}

TEST_F(DialectTest, ACallThatComesWholeWaitsForAllOfItsTokens) {
  const auto played = post(kGeminiSse, kGeminiTools, {{"x-simulator-itl-ms", "5"}});
  EXPECT_THAT(played.body, HasSubstr(R"("functionCall":{"name":"f","args":{"a":)"));
  EXPECT_THAT(played.body, HasSubstr(R"("finishReason":"STOP")"));
  EXPECT_EQ(played.end, Piece::Action::kEnd);
}

TEST_F(DialectTest, AnswersToolResultsInWordsInEveryDialect) {
  const auto gemini = post(
      kGemini, R"({"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},)"
               R"({"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}],)"
               R"("tools":[{"functionDeclarations":[{"name":"f"}]}]})");
  EXPECT_THAT(gemini.body, Not(HasSubstr("functionCall")));
  const auto bedrock = post(
      kConverse,
      R"({"messages":[{"role":"user","content":[{"text":"use the tool"}]},{"role":"assistant",)"
      R"("content":[{"toolUse":{"toolUseId":"x","name":"f","input":{}}}]},{"role":"user","content":)"
      R"([{"toolResult":{"toolUseId":"x","content":[{"text":"use the tool"}]}}]}],)"
      R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{}}}}]}})");
  EXPECT_THAT(bedrock.body, HasSubstr(R"("stopReason":"end_turn")"));
}

TEST_F(DialectTest, AnArgumentCutShortIsStillAnObjectWhereOneIsWanted) {
  const auto played =
      post("/v1/messages",
           R"({"model":"c","max_tokens":1,"tool_choice":{"type":"any"},"tools":[{"name":"f",)"
           R"("input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}],)"
           R"("messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_TRUE(json::validate(played.body, Origin::kInternal)) << played.body;
  EXPECT_THAT(played.body, HasSubstr(R"("stop_reason":"max_tokens")"));
}

TEST(Media, EachCountsTheSameWhateverItsSize) {
  const Media none = count_media(R"([{"role":"user","content":"an image of a document"}])");
  EXPECT_EQ(none, Media{});
  const std::string_view openai =
      R"([{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{}},)"
      R"({"type":"file","file":{}},{"type":"input_audio","input_audio":{}}]}])";
  const std::string_view gemini =
      R"([{"parts":[{"text":"x"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},)"
      R"({"fileData":{"mimeType":"application/pdf"}},{"inline_data":{"mime_type":"audio/wav"}}]}])";
  const std::string_view bedrock =
      R"([{"content":[{"text":"x"},{"image":{}},{"document":{}},{"audio":{}}]}])";
  for (const auto messages : {openai, gemini, bedrock}) {
    const auto media = count_media(messages);
    EXPECT_EQ(media.images, 1U) << messages;
    EXPECT_EQ(media.documents, 1U) << messages;
    EXPECT_EQ(media.sounds, 1U) << messages;
    EXPECT_EQ(media.tokens(), 3 * kMediaTokens);
  }
}

TEST_F(DialectTest, UsageCountsMediaAndBothSidesOfTheCache) {
  const std::string picture(4000, 'A');
  const auto body =
      R"({"model":"c","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image",)"
      R"("source":{"type":"base64","data":")" +
      picture + R"("}}]}]})";
  const auto played =
      post("/v1/messages", body,
           {{"x-simulator-cached-tokens", "100"}, {"x-simulator-cache-write-tokens", "50"}});
  // 256 for the picture, 8 for the 31 bytes around it, and of these 150 are the cache's.
  EXPECT_THAT(played.body,
              HasSubstr(R"("usage":{"input_tokens":114,"cache_creation_input_tokens":50,)"
                        R"("cache_read_input_tokens":100)"));
}

TEST_F(DialectTest, StructuredOutputIsAskedForInEachDialectsOwnWay) {
  const std::string schema = R"({"type":"object","properties":{"a":{"type":"null"}}})";
  const auto user = R"("messages":[{"role":"user","content":"Hi"}])";
  const auto expect = [this](std::string_view path, const std::string& body) {
    EXPECT_THAT(post(path, body).body, HasSubstr(R"({\"a\":null})")) << path << " " << body;
  };
  expect("/v1/responses",
         R"({"model":"m","input":"Hi","text":{"format":{"type":"json_schema","schema":)" + schema +
             "}}}");
  expect("/v1/messages", std::string(R"({"model":"m","max_tokens":99,)") + user +
                             R"(,"output_config":{"format":{"type":"json_schema","schema":)" +
                             schema + "}}}");
  expect("/v2/chat", std::string(R"({"model":"m",)") + user +
                         R"(,"response_format":{"type":"json_object","schema":)" + schema + "}}");
  expect(kGemini, R"({"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{)"
                  R"("responseMimeType":"application/json","responseJsonSchema":)" +
                      schema + "}}");
  expect(kConverse, R"({"messages":[{"role":"user","content":[{"text":"Hi"}]}],)"
                    R"("additionalModelRequestFields":{"output_config":{"format":{"schema":)" +
                        schema + "}}}}");
}

TEST_F(DialectTest, AMistralModelStreamsAsMistralDoes) {
  const auto played =
      post("/v1/chat/completions",
           R"({"model":"mistral-large","stream":true,"messages":[{"role":"user","content":"Hi"}],)"
           R"("tool_choice":"any","tools":[{"type":"function","function":{"name":"f","parameters":)"
           R"({"type":"object","properties":{"a":{"type":"null"}}}}}]})");
  EXPECT_THAT(played.body, HasSubstr(R"("function":{"name":"f","arguments":"{\"a\":null}"}}]})"));
  EXPECT_THAT(played.body,
              HasSubstr(R"("finish_reason":"tool_calls"}],"usage":{"prompt_tokens":)"));
}

TEST_F(DialectTest, ServesAnthropicModelsOnVertex) {
  const auto path =
      "/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4-5:streamRawPredict";
  const auto played =
      post(path, R"({"anthropic_version":"vertex-2023-10-16","max_tokens":9,"stream":true,)"
                 R"("messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_THAT(played.body, HasSubstr(R"("model":"claude-sonnet-4-5")"));
  EXPECT_THAT(played.body, HasSubstr("event: message_stop"));
}

}  // namespace
}  // namespace tidegate::simulator
