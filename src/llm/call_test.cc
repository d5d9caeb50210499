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
  EXPECT_EQ(find_operation("POST", "/v1/moderations")->operation, Operation::kModerations);
}

struct PathCase {
  std::string_view method;
  std::string_view path;
  Call call;
  std::string_view model;  // that the path names; empty: none
  std::optional<bool> stream;
};

// Paths as the providers' own client libraries make them.
constexpr PathCase kPathCases[] = {
    {"POST",
     "/v1beta/models/gemini-2.5-flash:generateContent",
     {Dialect::kGemini, Operation::kGenerateContent},
     "gemini-2.5-flash",
     false},
    {"POST",
     "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
     {Dialect::kGemini, Operation::kGenerateContent},
     "gemini-2.5-flash",
     true},
    {"POST",
     "/v1beta/models/gemini-2.5-flash%3AcountTokens",
     {Dialect::kGemini, Operation::kCountTokens},
     "gemini-2.5-flash",
     false},
    {"POST",
     "/v1beta/models/gemini-embedding-001:batchEmbedContents",
     {Dialect::kGemini, Operation::kEmbeddings},
     "gemini-embedding-001",
     false},
    {"POST",
     "/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro:generateContent",
     {Dialect::kGemini, Operation::kGenerateContent},
     "gemini-2.5-pro",
     false},
    {"POST",
     "/model/anthropic.claude-sonnet-4-v1%3A0/converse",
     {Dialect::kBedrock, Operation::kConverse},
     "anthropic.claude-sonnet-4-v1:0",
     false},
    {"POST",
     "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.claude/converse-stream",
     {Dialect::kBedrock, Operation::kConverse},
     "arn:aws:bedrock:us-east-1:1:inference-profile/us.claude",
     true},
    {"POST",
     "/model/amazon.nova-lite-v1:0/invoke",
     {Dialect::kBedrock, Operation::kInvokeModel},
     "amazon.nova-lite-v1:0",
     false},
    {"POST",
     "/model/m/invoke-with-response-stream",
     {Dialect::kBedrock, Operation::kInvokeModel},
     "m",
     true},
    {"POST",
     "/openai/deployments/my-gpt/chat/completions",
     {Dialect::kOpenAi, Operation::kChatCompletions},
     "my-gpt",
     std::nullopt},
    {"POST", "/v2/rerank", {Dialect::kCohere, Operation::kRerank}, "", std::nullopt},
    {"POST", "/v2/embed", {Dialect::kCohere, Operation::kEmbeddings}, "", std::nullopt},
    {"POST", "/v1/images/edits", {Dialect::kOpenAi, Operation::kImages}, "", std::nullopt},
    {"POST", "/v1/audio/transcriptions", {Dialect::kOpenAi, Operation::kAudio}, "", std::nullopt},
    {"GET",
     "/v1/responses/resp_1",
     {Dialect::kOpenAi, Operation::kStoredResponse},
     "",
     std::nullopt},
    {"DELETE",
     "/v1/responses/resp_1",
     {Dialect::kOpenAi, Operation::kStoredResponse},
     "",
     std::nullopt},
    {"POST",
     "/v1/responses/resp_1/cancel",
     {Dialect::kOpenAi, Operation::kStoredResponse},
     "",
     std::nullopt},
    {"POST",
     "/v1/responses/input_tokens",
     {Dialect::kOpenAi, Operation::kCountTokens},
     "",
     std::nullopt},
    {"GET", "/v1/files/file-1/content", {Dialect::kOpenAi, Operation::kFiles}, "", std::nullopt},
    {"POST", "/v1/files", {Dialect::kOpenAi, Operation::kFiles}, "", std::nullopt},
    {"POST", "/v1/batches/b/cancel", {Dialect::kOpenAi, Operation::kBatches}, "", std::nullopt},
    {"POST", "/v1/messages/batches", {Dialect::kAnthropic, Operation::kBatches}, "", std::nullopt},
    {"GET", "/v1beta/models", {Dialect::kGemini, Operation::kModels}, "", std::nullopt},
    {"GET",
     "/v1beta/models/gemini-2.5-flash",
     {Dialect::kGemini, Operation::kModel},
     "",
     std::nullopt},
};

TEST(FindOperation, KnowsThePathsOfEveryDialectAndWhatTheySay) {
  for (const PathCase& test : kPathCases) {
    SCOPED_TRACE(test.path);
    Arena arena;
    const auto call = find_operation(test.method, test.path);
    ASSERT_TRUE(call);
    EXPECT_EQ(*call, test.call);
    const PathFacts facts = read_path_facts(*call, test.path, arena);
    EXPECT_EQ(facts.model, test.model);
    EXPECT_EQ(facts.stream, test.stream);
  }
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
        "/v1/messages/x", "/v1/filesystem", "/healthz", "/%", "/%2",
        "/v1beta/models/:generateContent", "/model//converse", "/v1beta/models/m:predict"}) {
    EXPECT_FALSE(find_operation("POST", path)) << path;
  }
  EXPECT_FALSE(find_operation("GET", "/v1/chat/completions"));
  EXPECT_FALSE(find_operation("POST", "/v1/models"));
  EXPECT_FALSE(find_operation("POST", std::string(4096, '/') + "%41/x"));
}

TEST(ApiPath, IsWhatFollowsTheBaseOfTheApi) {
  const auto behind = [](std::string_view path) {
    const auto call = find_operation("POST", path);
    return call ? api_path(*call, path) : std::string_view("no call");
  };
  EXPECT_EQ(behind("/v1/embeddings"), "/embeddings");
  EXPECT_EQ(behind("/openai/v1/audio/speech/"), "/audio/speech");
  EXPECT_EQ(behind("/v1/files/file-1/content"), "/files/file-1/content");
  EXPECT_EQ(behind("/v1/files"), "/files");
  EXPECT_EQ(behind("/v1/messages/batches/b/cancel"), "/messages/batches/b/cancel");
  EXPECT_EQ(behind("/v1/messages/count_tokens"), "/messages/count_tokens");
  EXPECT_EQ(behind("/v1/responses/resp_1/cancel"), "/responses/resp_1/cancel");
  EXPECT_EQ(behind("/v1beta/models/m:countTokens"), ":countTokens");
  EXPECT_EQ(behind("/model/m/count-tokens"), "/count-tokens");
  EXPECT_EQ(behind("/v1/%65mbeddings"), "");
}

TEST(FindOperation, ACallPathIsOneWhateverTheMethod) {
  EXPECT_TRUE(is_call_path("/v1/chat/completions"));
  EXPECT_TRUE(is_call_path("/v1/models"));
  EXPECT_FALSE(is_call_path("/v1/chat"));
}

}  // namespace
}  // namespace tidegate::llm
