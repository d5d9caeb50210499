#include "simulator/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <numeric>

#include "json/scan.h"
#include "simulator/play.h"

namespace tidegate::simulator {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kChat = "/v1/chat/completions";

class SimulatorTest : public ::testing::Test {
 protected:
  Played post(std::string_view path, std::string_view body, const Fields& fields = {}) {
    return play(simulator_, "POST", path, body, fields);
  }
  Simulator simulator_{config::SimulatorSettings()};
};

struct GoldenCase {
  std::string_view name;
  std::string_view method;
  std::string_view path;
  std::string_view body;
};

std::ostream& operator<<(std::ostream& out, const GoldenCase& value) { return out << value.name; }

class SimulatorGolden : public ::testing::TestWithParam<GoldenCase> {};

// Set TIDEGATE_UPDATE_GOLDENS to rewrite the files, and read the diff.
TEST_P(SimulatorGolden, AnswersAsBefore) {
  Simulator simulator{config::SimulatorSettings()};
  const auto& param = GetParam();
  const auto played =
      play(simulator, param.method, param.path, param.body, {{"x-simulator-output-tokens", "4"}});
  EXPECT_EQ(played.status, 200);
  if (played.content_length) EXPECT_EQ(*played.content_length, played.body.size());
  const std::string file = std::string(TIDEGATE_SOURCE_DIR "/testdata/") + std::string(param.name);
  if (std::getenv("TIDEGATE_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(file, std::ios::binary) << played.body;
  }
  std::ifstream golden(file, std::ios::binary);
  EXPECT_EQ(played.body, std::string(std::istreambuf_iterator<char>(golden), {}));
  if (played.field("content-type") == "application/json") {
    EXPECT_TRUE(json::validate(played.body, Origin::kInternal));
  }
}

constexpr std::string_view kTools =
    R"("tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object",)"
    R"("properties":{"city":{"type":"string"},"days":{"type":"integer"},"unit":{"enum":["C","F"]}}}}}])";

INSTANTIATE_TEST_SUITE_P(
    Operations, SimulatorGolden,
    ::testing::Values(
        GoldenCase{"chat.json", "POST", kChat,
                   R"({"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"}]})"},
        GoldenCase{"chat.sse", "POST", kChat,
                   R"({"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"}],)"
                   R"("stream":true,"stream_options":{"include_usage":true},"n":2})"},
        GoldenCase{"chat_tools.sse", "POST", kChat,
                   R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,)"
                   R"("tool_choice":"required","tools":[{"type":"function","function":{"name":"f",)"
                   R"("parameters":{"type":"object","properties":{"a":{"type":"boolean"}}}}}]})"},
        GoldenCase{"completions.json", "POST", "/v1/completions", R"({"model":"m","prompt":"Hi"})"},
        GoldenCase{"completions.sse", "POST", "/v1/completions",
                   R"({"model":"m","prompt":"Hi","stream":true})"},
        GoldenCase{"embeddings.json", "POST", "/v1/embeddings",
                   R"({"model":"e","input":["red fish","blue fish"],"dimensions":16})"},
        GoldenCase{"responses.json", "POST", "/v1/responses", R"({"model":"m","input":"Hi"})"},
        GoldenCase{"responses.sse", "POST", "/v1/responses",
                   R"({"model":"m","input":"Hi","stream":true})"},
        GoldenCase{"messages.json", "POST", "/v1/messages",
                   R"({"model":"c","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]})"},
        GoldenCase{"messages.sse", "POST", "/v1/messages",
                   R"({"model":"c","max_tokens":9,"stream":true,)"
                   R"("messages":[{"role":"user","content":"Hi"}]})"},
        GoldenCase{"messages_tools.sse", "POST", "/v1/messages",
                   R"({"model":"c","max_tokens":99,"stream":true,"tool_choice":{"type":"any"},)"
                   R"("tools":[{"name":"f","input_schema":{"type":"object","properties":)"
                   R"({"a":{"type":"integer"}}}}],"messages":[{"role":"user","content":"Hi"}]})"},
        GoldenCase{"count_tokens.json", "POST", "/v1/messages/count_tokens",
                   R"({"model":"c","messages":[{"role":"user","content":"Hi"}]})"},
        GoldenCase{"models.json", "GET", "/v1/models", ""},
        GoldenCase{"model.json", "GET", "/v1/models/gpt-4o-mini", ""}));

struct BadCase {
  std::string_view method;
  std::string_view path;
  std::string_view body;
  std::uint16_t status;
  std::string_view says;
};

TEST_F(SimulatorTest, RefusesWrongRequestsInTheShapeOfTheDialect) {
  const std::vector<BadCase> cases = {
      {"POST", kChat, "{", 400, "JSON error at byte 1"},
      {"POST", kChat, R"({"messages":[{}]})", 400, "you must provide a model parameter"},
      {"POST", kChat, R"({"model":"m"})", 400, R"("param":"messages")"},
      {"POST", kChat, R"({"model":"m","messages":[]})", 400, R"("param":"messages")"},
      {"POST", kChat, R"({"model":"m","messages":"x"})", 400, R"("code":"invalid_type")"},
      {"POST", kChat, R"({"model":"m","messages":[{}],"n":0})", 400, R"("param":"n")"},
      {"POST", kChat, R"({"model":"m","messages":[{}],"max_tokens":0})", 400, "max_tokens"},
      {"POST", kChat, R"({"model":"m","messages":[{}],"stream":"yes"})", 400, "boolean"},
      {"POST", kChat, R"({"model":"m","messages":[{}],"stream_options":{}})", 400, "only allowed"},
      {"GET", kChat, "", 405, "Method not allowed"},
      {"POST", "/v1/chat", "{}", 404, R"x("message":"Invalid URL (POST /v1/chat)")x"},
      {"POST", "/v1/moderations", "{}", 400, R"("param":"input")"},
      {"POST", "/v1/images/generations", "{}", 404, "Invalid URL"},
      {"POST", "/v1/completions", R"({"model":"m"})", 400, R"("param":"prompt")"},
      {"POST", "/v1/embeddings", R"({"model":"m","input":[]})", 400, R"("param":"input")"},
      {"POST", "/v1/embeddings", R"({"model":"m","input":"x","encoding_format":"int8"})", 400,
       "encoding_format"},
      {"POST", "/v1/embeddings", R"({"model":"m","input":"x","dimensions":0})", 400, "dimensions"},
      {"POST", "/v1/messages", R"({"model":"m","messages":[{}]})", 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field)"},
      {"POST", "/v1/messages", R"({"max_tokens":1,"messages":[{}]})", 400, "model: Field required"},
      {"GET", "/v1/messages", "", 405, R"("type":"error")"},
  };
  for (const auto& bad : cases) {
    const auto played = play(simulator_, bad.method, bad.path, bad.body);
    EXPECT_EQ(played.status, bad.status) << bad.body;
    EXPECT_THAT(played.body, HasSubstr(bad.says)) << bad.body;
    EXPECT_TRUE(json::validate(played.body, Origin::kInternal)) << played.body;
    EXPECT_EQ(played.field("content-type"), "application/json");
  }
}

constexpr std::string_view kHello = R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})";
constexpr std::string_view kHelloStream =
    R"({"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]})";

TEST_F(SimulatorTest, ServesOnlyItsModels) {
  config::SimulatorSettings settings;
  settings.models = {"a", "org/b"};
  Simulator simulator(settings);
  EXPECT_EQ(play(simulator, "POST", kChat, kHello).status, 404);
  EXPECT_THAT(play(simulator, "POST", kChat, kHello).body, HasSubstr("model_not_found"));
  EXPECT_EQ(play(simulator, "GET", "/v1/models/org/b", "").status, 200);
  EXPECT_EQ(play(simulator, "GET", "/v1/models/c", "").status, 404);
  EXPECT_THAT(play(simulator, "GET", "/v1/models", "", {{"anthropic-version", "2023-06-01"}}).body,
              HasSubstr(R"("first_id":"a","last_id":"org/b")"));
}

TEST_F(SimulatorTest, TheTextDependsOnThePromptAndTheSeedOnly) {
  const auto first = post(kChat, kHello);
  EXPECT_EQ(first.body, post(kChat, kHello).body);
  const auto seeded =
      post(kChat, R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"seed":1})");
  EXPECT_NE(first.body, seeded.body);
}

TEST_F(SimulatorTest, HonoursLimitsAndStopSequences) {
  const auto limited =
      post(kChat, R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":3})");
  EXPECT_THAT(limited.body, HasSubstr(R"("finish_reason":"length")"));
  EXPECT_THAT(limited.body, HasSubstr(R"("completion_tokens":3,)"));
  const auto roomy =
      post(kChat, R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":99})");
  EXPECT_THAT(roomy.body, HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_THAT(roomy.body, HasSubstr(R"("completion_tokens":16,)"));
  const auto eager = post(kChat, R"({"model":"m","messages":[{"role":"user","content":"Hi"}],)"
                                 R"("max_tokens":99,"ignore_eos":true})");
  EXPECT_THAT(eager.body, HasSubstr(R"("completion_tokens":99,)"));
  const auto stopped = post(
      "/v1/messages",
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":9,"stop_sequences":["\u0020"]})");
  EXPECT_THAT(stopped.body, HasSubstr(R"("stop_reason":"stop_sequence","stop_sequence":" ")"));
  EXPECT_THAT(stopped.body, HasSubstr(R"("output_tokens":1,)"));
}

TEST_F(SimulatorTest, CallsToolsWhenAskedTo) {
  const auto with = [this](std::string_view content, std::string_view more) {
    return post(kChat, std::string(R"({"model":"m","messages":[{"role":"user","content":")") +
                           std::string(content) + "\"}]," + std::string(kTools) +
                           std::string(more) + "}")
        .body;
  };
  const auto calls = HasSubstr(R"("finish_reason":"tool_calls")");
  EXPECT_THAT(with("Hi", ""), Not(calls));
  EXPECT_THAT(with("Please use the tool.", ""), calls);
  EXPECT_THAT(with("Please use the tool.", R"(,"tool_choice":"none")"), Not(calls));
  EXPECT_THAT(with("Hi", R"(,"tool_choice":"required")"), calls);
  EXPECT_THAT(with("Hi", R"(,"tool_choice":{"type":"function","function":{"name":"get_weather"}})"),
              calls);
  EXPECT_THAT(with("use the tool", ""),
              HasSubstr(R"("name":"get_weather","arguments":"{\"city\":)"));
}

TEST_F(SimulatorTest, AnswersToolResultsInWords) {
  const auto played = post(
      kChat, std::string(R"({"model":"m","messages":[{"role":"user","content":"use the tool"},)"
                         R"({"role":"assistant","tool_calls":[{"id":"x"}]},)"
                         R"({"role":"tool","tool_call_id":"x","content":"use the tool"}],)") +
                 std::string(kTools) + "}");
  EXPECT_THAT(played.body, HasSubstr(R"("finish_reason":"stop")"));
}

TEST_F(SimulatorTest, MakesParallelToolCalls) {
  const auto played = post(
      kChat, R"({"model":"m","messages":[{"role":"user","content":"use the tools"}],"stream":true,)"
             R"("tools":[{"type":"function","function":{"name":"f"}},)"
             R"({"type":"function","function":{"name":"g"}}]})");
  EXPECT_THAT(played.body, HasSubstr(R"("tool_calls":[{"index":0,"id":"call_)"));
  EXPECT_THAT(played.body, HasSubstr(R"("tool_calls":[{"index":1,"id":"call_)"));
  EXPECT_THAT(post("/v1/messages",
                   R"({"model":"m","max_tokens":99,"tools":[{"name":"f"}],"messages":[{}]})",
                   {{"x-simulator-tool-calls", "3"}})
                  .body,
              HasSubstr(R"("stop_reason":"tool_use")"));
}

TEST_F(SimulatorTest, StructuredOutputIsJson) {
  const auto played =
      post(kChat, R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"response_format":)"
                  R"({"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object",)"
                  R"("properties":{"tags":{"type":"array","items":{"$ref":"#/$defs/T"}}},)"
                  R"("$defs":{"T":{"type":"null"}}}}}})");
  EXPECT_THAT(played.body, HasSubstr(R"("content":"{\"tags\":[null]}")"));
}

TEST_F(SimulatorTest, EmbeddingsOfTextsThatShareWordsAreNear) {
  const auto floats = post("/v1/embeddings", R"({"model":"e","input":"a tide","dimensions":4})");
  EXPECT_EQ(floats.body,
            post("/v1/embeddings", R"({"model":"e","input":["A  Tide"],"dimensions":4})").body);
  const auto base64 = post(
      "/v1/embeddings", R"({"model":"e","input":"x","dimensions":1,"encoding_format":"base64"})");
  EXPECT_THAT(base64.body, ::testing::AnyOf(HasSubstr(R"("embedding":"AACAPw==")"),
                                            HasSubstr(R"("embedding":"AACAvw==")")));
  EXPECT_THAT(post("/v1/embeddings", R"({"model":"e","input":[1,2,3]})").body,
              HasSubstr(R"("usage":{"prompt_tokens":3,"total_tokens":3})"));
}

TEST_F(SimulatorTest, PacesAStreamByItsDirectives) {
  const auto played = post(kChat, kHelloStream,
                           {{"x-simulator-ttft-ms", "100"},
                            {"x-simulator-itl-ms", "10"},
                            {"x-simulator-output-tokens", "3"}});
  EXPECT_EQ(played.delays,
            (std::vector<microseconds>{milliseconds(100), milliseconds(10), milliseconds(10)}));
  const auto whole = post(kChat, kHello,
                          {{"x-simulator-ttft-ms", "100"},
                           {"x-simulator-itl-ms", "10"},
                           {"x-simulator-output-tokens", "3"}});
  EXPECT_EQ(whole.delays, std::vector<microseconds>{milliseconds(120)});
}

TEST_F(SimulatorTest, JitterStaysWithinItsBound) {
  const auto played =
      post(kChat, kHelloStream, {{"x-simulator-itl-ms", "5"}, {"x-simulator-jitter-ms", "2"}});
  ASSERT_EQ(played.delays.size(), 16U);
  EXPECT_LE(played.delays[0], milliseconds(2));
  for (std::size_t i = 1; i < played.delays.size(); ++i) {
    EXPECT_GE(played.delays[i], milliseconds(5));
    EXPECT_LE(played.delays[i], milliseconds(7));
  }
}

TEST_F(SimulatorTest, WithoutDelaysAStreamComesInOnePiece) {
  EXPECT_EQ(post(kChat, kHelloStream).delays.size(), 1U);
}

TEST_F(SimulatorTest, BreaksOffWhereItIsTold) {
  const auto stalled = post(kChat, kHelloStream, {{"x-simulator-stall-after-tokens", "2"}});
  EXPECT_EQ(stalled.end, Piece::Action::kStall);
  EXPECT_THAT(stalled.body, Not(HasSubstr("[DONE]")));
  const auto cut =
      post("/v1/messages", R"({"model":"m","max_tokens":9,"stream":true,"messages":[{}]})",
           {{"x-simulator-cut-after-tokens", "1"}});
  EXPECT_EQ(cut.end, Piece::Action::kReset);
  EXPECT_THAT(cut.body, Not(HasSubstr("message_stop")));
  const auto failed = post(kChat, kHelloStream, {{"x-simulator-stream-error-after-tokens", "1"}});
  EXPECT_EQ(failed.end, Piece::Action::kEnd);
  EXPECT_THAT(failed.body, HasSubstr("data: {\"error\":"));
  EXPECT_THAT(failed.body, Not(HasSubstr("[DONE]")));
  const auto whole = post(kChat, kHello, {{"x-simulator-cut-after-tokens", "1"}});
  EXPECT_EQ(whole.end, Piece::Action::kReset);
  EXPECT_LT(whole.body.size(), *whole.content_length);
  EXPECT_EQ(post(kChat, kHelloStream, {{"x-simulator-cut-after-tokens", "17"}}).end,
            Piece::Action::kEnd);
}

TEST_F(SimulatorTest, AnswersWithTheErrorItIsAskedFor) {
  const auto limited =
      post(kChat, kHello, {{"x-simulator-error-status", "429"}, {"x-simulator-retry-after", "7"}});
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.field("retry-after"), "7");
  EXPECT_THAT(limited.body, HasSubstr(R"("type":"rate_limit_error")"));
  EXPECT_EQ(
      post("/v1/messages", "{}", {{"x-simulator-error-status", "529"}}).body,
      R"({"type":"error","error":{"type":"overloaded_error","message":"A simulated error."}})");
}

TEST_F(SimulatorTest, SettingsFailAShareOfRequests) {
  config::SimulatorSettings settings;
  settings.error_status = 503;
  settings.error_ratio = 1.0;
  Simulator always(settings);
  EXPECT_EQ(play(always, "POST", kChat, kHello).status, 503);
  settings.error_ratio = 0;
  Simulator never(settings);
  EXPECT_EQ(play(never, "POST", kChat, kHello).status, 200);
}

TEST_F(SimulatorTest, RefusesDirectivesThatMakeNoSense) {
  EXPECT_EQ(post(kChat, kHello, {{"x-simulator-itl-ms", "fast"}}).status, 400);
  EXPECT_EQ(post(kChat, kHello, {{"x-simulator-error-status", "200"}}).status, 400);
  EXPECT_THAT(post(kChat, kHello, {{"X-Simulator-Speed", "1"}}).body,
              HasSubstr("'x-simulator-Speed' is not a field of the simulator"));
}

TEST_F(SimulatorTest, MetricsTellWhatALimitHasCut) {
  post(kChat,
       R"({"model":"simulator","max_tokens":2,"messages":[{"role":"user","content":"Hi"}]})");
  const auto metrics = play(simulator_, "GET", "/metrics", "").body;
  EXPECT_THAT(metrics, HasSubstr("finished_reason=\"stop\"} 0\n"));
  EXPECT_THAT(metrics, HasSubstr("finished_reason=\"length\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("finished_reason=\"abort\"} 0\n"));
}

TEST_F(SimulatorTest, MetricsCountWhatHappened) {
  post(kChat, kHelloStream);
  post(kChat, kHelloStream, {{"x-simulator-cut-after-tokens", "4"}});
  const auto metrics = play(simulator_, "GET", "/metrics", "").body;
  EXPECT_THAT(metrics, HasSubstr("vllm:num_requests_running{model_name=\"simulator\"} 0\n"));
  EXPECT_THAT(metrics, HasSubstr("vllm:num_requests_waiting{model_name=\"simulator\"} 0\n"));
  EXPECT_THAT(metrics, HasSubstr("vllm:generation_tokens_total{model_name=\"simulator\"} 20\n"));
  EXPECT_THAT(metrics, HasSubstr("finished_reason=\"stop\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("finished_reason=\"abort\"} 1\n"));
  EXPECT_THAT(metrics,
              HasSubstr("vllm:time_to_first_token_seconds_count{model_name=\"simulator\"} 2"));
  EXPECT_THAT(metrics, HasSubstr("le=\"+Inf\"} 2\n"));
  EXPECT_EQ(play(simulator_, "GET", "/health", "").status, 200);
}

}  // namespace
}  // namespace tidegate::simulator
