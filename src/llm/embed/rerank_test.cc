#include "llm/embed/rerank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace tidegate::llm {
namespace {

constexpr std::string_view kRequest =
    R"({"model":"rerank-v3.5","query":"capital?","documents":["a",{"text":"b"}],"top_n":1,)"
    R"("return_documents":true,"priority":1})";

TEST(Rerank, IsWrittenForCohereAndBedrock) {
  Arena arena;
  const auto request = read_rerank_request(kRequest, arena);
  ASSERT_TRUE(request);
  std::string cohere;
  Losses losses;
  write_rerank_request(*request, RerankFormat::kCohere, "up", cohere, losses);
  EXPECT_EQ(cohere, R"({"model":"up","query":"capital?","documents":["a","b"],"top_n":1})");
  ASSERT_EQ(losses.fields().size(), 1U);
  EXPECT_EQ(losses.fields()[0], "priority");
  std::string bedrock;
  write_rerank_request(*request, RerankFormat::kBedrockCohere, "up", bedrock, losses);
  EXPECT_EQ(bedrock, R"({"query":"capital?","documents":["a","b"],"top_n":1,"api_version":2})");
}

TEST(Rerank, AnswersInCoheresShape) {
  Arena arena;
  const auto request = read_rerank_request(kRequest, arena);
  const auto reply = read_rerank_reply(
      R"({"results":[{"index":1,"relevance_score":0.98},{"index":0,"relevance_score":1e-3}]})", 2,
      arena);
  ASSERT_TRUE(reply);
  std::string out;
  write_rerank_reply(*reply, *request, "id", out);
  EXPECT_EQ(out,
            R"({"id":"id","results":[{"index":1,"relevance_score":0.98,"document":{"text":"b"}},)"
            R"({"index":0,"relevance_score":1e-3,"document":{"text":"a"}}],)"
            R"("meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1}}})");
  const auto billed = read_rerank_reply(
      R"({"id":"x","results":[],"meta":{"billed_units":{"search_units":3}}})", 2, arena);
  EXPECT_EQ(billed->search_units, 3U);
  EXPECT_EQ(billed->id, "x");
}

TEST(Rerank, BadInputIsTold) {
  Arena arena;
  for (const auto& [body, detail] :
       {std::pair{R"({"documents":["a"]})", "'query' is missing"},
        std::pair{R"({"query":"q"})", "'documents' is missing"},
        std::pair{R"({"query":"q","documents":[]})", "'documents' must not be empty"},
        std::pair{R"({"query":"q","documents":["a",{"title":"b"}]})",
                  "'documents[1]' must be a string or have a text"},
        std::pair{R"({"query":"q","documents":["a"],"top_n":"1"})",
                  "'top_n' must be a whole number"},
        std::pair{R"({"query":1,"documents":["a"]})", "'query' must be a string"}}) {
    const auto request = read_rerank_request(body, arena);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().detail, detail);
  }
  for (const auto* body :
       {"", "{}", R"({"results":[{"index":2,"relevance_score":1}]})",
        R"({"results":[{"index":0}]})", R"({"results":[{"relevance_score":1}]})"}) {
    EXPECT_FALSE(read_rerank_reply(body, 2, arena)) << body;
  }
}

}  // namespace
}  // namespace tidegate::llm
