#include "llm/side/side_call.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::llm {
namespace {

constexpr Call kOpenAiEmbed{Dialect::kOpenAi, Operation::kEmbeddings};
constexpr Call kCohereEmbed{Dialect::kCohere, Operation::kEmbeddings};
constexpr Call kGeminiEmbed{Dialect::kGemini, Operation::kEmbeddings};
constexpr Call kRerank{Dialect::kCohere, Operation::kRerank};
constexpr Call kAnthropicCount{Dialect::kAnthropic, Operation::kCountTokens};
constexpr Call kGeminiCount{Dialect::kGemini, Operation::kCountTokens};

const Provider& provider(std::string_view name) { return find_provider(name, std::nullopt, false); }

TEST(SideCall, CrossesWhereTheFormatsDiffer) {
  struct Case {
    std::string_view provider;
    Call call;
    std::string_view model;
    bool crosses;
  };
  constexpr Case kCases[] = {
      {"OpenAI", kOpenAiEmbed, "m", false},
      {"Mistral", kOpenAiEmbed, "m", false},
      {"Cohere", kOpenAiEmbed, "m", false},  // its Compatibility API
      {"GeminiAIStudio", kOpenAiEmbed, "m", true},
      {"AWSBedrock", kOpenAiEmbed, "amazon.titan-embed-text-v2:0", true},
      {"Anthropic", kOpenAiEmbed, "m", true},  // has none
      {"Cohere", kCohereEmbed, "m", false},
      {"OpenAI", kCohereEmbed, "m", true},
      {"GeminiAIStudio", kGeminiEmbed, "m", false},
      {"Cohere", kGeminiEmbed, "m", true},
      {"Cohere", kRerank, "m", false},
      {"vLLM", kRerank, "m", false},
      {"OpenAI", kRerank, "m", true},  // has none
      {"AWSBedrock", kRerank, "cohere.rerank-v3-5:0", true},
      {"Anthropic", kAnthropicCount, "m", false},
      {"OpenAI", kAnthropicCount, "m", true},
      {"Mistral", kAnthropicCount, "m", true},
      {"GCPVertexAI", kAnthropicCount, "claude-opus-5", true},
      {"GCPVertexAI", kGeminiCount, "gemini-2.5-pro", false},
      {"GCPVertexAI", kGeminiCount, "claude-opus-5", true},
      {"OpenAI", {Dialect::kOpenAi, Operation::kModerations}, "m", false},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(SideCall::crosses(provider(test.provider), test.call, test.model), test.crosses)
        << test.provider << " " << to_string(test.call.dialect) << " "
        << to_string(test.call.operation);
  }
}

// What a provider got, and what the caller got of its answer.
struct Crossed {
  std::string path;
  std::string body;
  std::string losses;
  std::string answer;
  std::optional<Usage> usage;
};

Crossed cross(Call call, std::string_view body, std::string_view name, std::string_view model,
              std::string_view reply) {
  Arena arena;
  Crossed out;
  auto side = SideCall::read(call, body, {"m", false}, arena);
  EXPECT_TRUE(side) << side.error().detail;
  if (!side) return out;
  Target target;
  target.model = model;
  const auto request = side->write(provider(name), target);
  EXPECT_TRUE(request && *request) << body;
  if (!request || !*request) return out;
  out.path = (*request)->path;
  out.body = (*request)->body;
  out.losses = (*request)->losses.to_string();
  const auto answer = side->translate(reply, "m", "fallback", arena);
  EXPECT_TRUE(answer) << answer.error().detail;
  if (!answer) return out;
  out.answer = answer->body;
  out.usage = answer->usage;
  return out;
}

TEST(SideCall, EmbedsByAnotherProvider) {
  const auto titan =
      cross(kOpenAiEmbed, R"({"model":"m","input":"a","user":"u"})", "AWSBedrock",
            "amazon.titan-embed-text-v2:0", R"({"embedding":[0.5],"inputTextTokenCount":3})");
  EXPECT_EQ(titan.path, "/model/{model}/invoke");
  EXPECT_EQ(titan.body, R"({"inputText":"a"})");
  EXPECT_EQ(titan.losses, "user");
  EXPECT_EQ(titan.answer,
            R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],)"
            R"("model":"m","usage":{"prompt_tokens":3,"total_tokens":3}})");
  ASSERT_TRUE(titan.usage);
  EXPECT_EQ(titan.usage->input_uncached, TokenCount(3));
}

TEST(SideCall, AnswersGeminisCallersAsTheyAsked) {
  constexpr std::string_view kReply =
      R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[1]}],)"
      R"("model":"up","usage":{"prompt_tokens":2,"total_tokens":2}})";
  const auto one =
      cross(kGeminiEmbed, R"({"content":{"parts":[{"text":"a"}]}})", "OpenAI", "up", kReply);
  EXPECT_EQ(one.body, R"({"model":"up","input":["a"]})");
  EXPECT_EQ(one.answer, R"({"embedding":{"values":[1]}})");
  const auto batch = cross(kGeminiEmbed,
                           R"({"requests":[{"model":"models/m","content":{"parts":[{"text":"a"}]},)"
                           R"("taskType":"RETRIEVAL_QUERY","outputDimensionality":8}]})",
                           "Cohere", "up", R"({"id":"x","embeddings":{"float":[[1]]}})");
  EXPECT_EQ(batch.path, "/v2/embed");
  EXPECT_EQ(batch.body, R"({"model":"up","texts":["a"],"input_type":"search_query",)"
                        R"("embedding_types":["float"],"output_dimension":8})");
  EXPECT_EQ(batch.answer, R"({"embeddings":[{"values":[1]}]})");
  EXPECT_FALSE(batch.usage);  // it told none
}

TEST(SideCall, ReranksByAnotherProvider) {
  const auto crossed =
      cross(kRerank, R"({"model":"m","query":"q","documents":["a","b"],"top_n":1})", "AWSBedrock",
            "cohere.rerank-v3-5:0", R"({"results":[{"index":1,"relevance_score":0.9}]})");
  EXPECT_EQ(crossed.body, R"({"query":"q","documents":["a","b"],"top_n":1,"api_version":2})");
  EXPECT_TRUE(crossed.answer.contains(R"("results":[{"index":1,"relevance_score":0.9}])"))
      << crossed.answer;
}

TEST(SideCall, CountsByAnotherProvider) {
  const auto crossed =
      cross(kAnthropicCount, R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})",
            "GeminiAIStudio", "up", R"({"totalTokens":7})");
  EXPECT_EQ(crossed.path, "/models/{model}:countTokens");
  EXPECT_EQ(crossed.answer, R"({"input_tokens":7})");
  EXPECT_FALSE(crossed.usage);
}

TEST(SideCall, EstimatesWhereNobodyCounts) {
  Arena arena;
  auto side = SideCall::read(kGeminiCount, R"({"contents":[{"parts":[{"text":"Hello, world!"}]}]})",
                             {"m", false}, arena);
  ASSERT_TRUE(side);
  Target target;
  target.model = "up";
  const auto request = side->write(provider("Mistral"), target);
  ASSERT_TRUE(request);
  EXPECT_FALSE(*request);
  ASSERT_TRUE(side->estimate());
  EXPECT_TRUE(side->estimate()->starts_with(R"({"totalTokens":)"));
  EXPECT_NE(*side->estimate(), R"({"totalTokens":0})");
}

TEST(SideCall, HasNoAnswerWhereNobodyEmbeds) {
  Arena arena;
  auto side = SideCall::read(kOpenAiEmbed, R"({"model":"m","input":"a"})", {"m", false}, arena);
  ASSERT_TRUE(side);
  const auto request = side->write(provider("Anthropic"), Target());
  ASSERT_TRUE(request);
  EXPECT_FALSE(*request);
  EXPECT_FALSE(side->estimate());
}

TEST(SideCall, AWrongAnswerIsTheUpstreams) {
  Arena arena;
  auto side = SideCall::read(kCohereEmbed, R"({"model":"m","texts":["a"]})", {"m", false}, arena);
  ASSERT_TRUE(side);
  Target target;
  target.model = "up";
  ASSERT_TRUE(side->write(provider("OpenAI"), target));
  const auto answer = side->translate("<html>", "m", "id", arena);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().origin, Origin::kUpstream);
}

}  // namespace
}  // namespace tidegate::llm
