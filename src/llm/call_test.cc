#include "llm/call.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::llm {
namespace {

TEST(FindOperation, KnowsThePathsOfBothDialects) {
  EXPECT_EQ(find_operation("POST", "/v1/chat/completions"),
            (Call{Dialect::kOpenAi, Operation::kChatCompletions}));
  EXPECT_EQ(find_operation("POST", "/v1/completions")->operation, Operation::kCompletions);
  EXPECT_EQ(find_operation("POST", "/v1/embeddings")->operation, Operation::kEmbeddings);
  EXPECT_EQ(find_operation("POST", "/v1/responses")->operation, Operation::kResponses);
  EXPECT_EQ(find_operation("POST", "/v1/messages"),
            (Call{Dialect::kAnthropic, Operation::kMessages}));
  EXPECT_EQ(find_operation("POST", "/v1/messages/count_tokens"),
            (Call{Dialect::kAnthropic, Operation::kCountTokens}));
  EXPECT_EQ(find_operation("GET", "/v1/models")->operation, Operation::kModels);
  EXPECT_EQ(find_operation("GET", "/v1/models/gpt-4o")->operation, Operation::kModel);
  EXPECT_EQ(find_operation("GET", "/v1/models/meta-llama/Llama-3")->operation, Operation::kModel);
  EXPECT_EQ(find_operation("POST", "/v1/moderations")->operation, Operation::kOther);
}

TEST(FindOperation, AnyPrefixMayStandBefore) {
  for (const std::string prefix : {"", "/openai/v1", "/team-a/v1", "/api/v1", "/v1beta/openai"}) {
    EXPECT_EQ(find_operation("POST", prefix + "/chat/completions")->operation,
              Operation::kChatCompletions)
        << prefix;
  }
}

TEST(FindOperation, OtherSpellingsDoNotHideACall) {
  for (const std::string_view path :
       {"/v1/chat/completions/", "//v1//chat//completions", "/v1/chat%2Fcompletions",
        "/v1/%63hat/completions", "/v1/x/../chat/completions", "/v1/./chat/completions",
        "/v1/chat/%2e/completions", "/../v1/chat/completions", "/v1/chat/completions/."}) {
    const auto call = find_operation("POST", path);
    ASSERT_TRUE(call) << path;
    EXPECT_EQ(call->operation, Operation::kChatCompletions) << path;
  }
}

TEST(FindOperation, OtherRequestsAreNoCalls) {
  for (const std::string_view path :
       {"/", "", "/v1", "/v1/chat", "/v1/chat/completions/x", "/chat/completionsx",
        "/v1/messages/batches", "/v1/files", "/healthz", "/%", "/%2"}) {
    EXPECT_FALSE(find_operation("POST", path)) << path;
  }
  EXPECT_FALSE(find_operation("GET", "/v1/chat/completions"));
  EXPECT_FALSE(find_operation("POST", "/v1/models"));
  EXPECT_FALSE(find_operation("POST", std::string(4096, '/') + "%41/x"));
}

TEST(FindOperation, ACallPathIsOneWhateverTheMethod) {
  EXPECT_TRUE(is_call_path("/v1/chat/completions"));
  EXPECT_TRUE(is_call_path("/v1/models"));
  EXPECT_FALSE(is_call_path("/v1/chat"));
}

}  // namespace
}  // namespace tidegate::llm
