#include "llm/request_splice.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::llm {
namespace {

class RequestSpliceTest : public ::testing::Test {
 protected:
  RequestFacts facts(std::string_view body, Operation operation = Operation::kChatCompletions) {
    return parse_request_facts({Dialect::kOpenAi, operation}, "", body, arena_).value();
  }
  std::string with_usage(std::string_view body) {
    json::Edit edit(body);
    ask_for_usage(edit, body, facts(body), arena_);
    return edit.to_string();
  }
  Arena arena_;
};

TEST_F(RequestSpliceTest, AsksForUsageWhateverStandsThere) {
  EXPECT_EQ(with_usage(R"({"model":"m","stream":true})"),
            R"({"model":"m","stream":true,"stream_options":{"include_usage":true}})");
  EXPECT_EQ(with_usage(R"({"stream_options":{},"model":"m"})"),
            R"({"stream_options":{"include_usage":true},"model":"m"})");
  EXPECT_EQ(with_usage(R"({"stream_options":{"x": 1},"model":"m"})"),
            R"({"stream_options":{"x": 1,"include_usage":true},"model":"m"})");
  EXPECT_EQ(with_usage(R"({"stream_options": {"include_usage" : false },"model":"m"})"),
            R"({"stream_options": {"include_usage" : true },"model":"m"})");
  EXPECT_EQ(with_usage(R"({"stream_options":null,"model":"m"})"),
            R"({"stream_options":{"include_usage":true},"model":"m"})");
}

TEST_F(RequestSpliceTest, AsksOnlyWhereTheClientDidNotAndTheOptionExists) {
  const std::string_view plain = R"({"model":"m","stream":true})";
  EXPECT_TRUE(must_ask_for_usage(facts(plain)));
  EXPECT_TRUE(must_ask_for_usage(facts(plain, Operation::kCompletions)));
  EXPECT_FALSE(must_ask_for_usage(facts(plain, Operation::kResponses)));
  EXPECT_FALSE(must_ask_for_usage(facts(R"({"model":"m"})")));
  EXPECT_FALSE(must_ask_for_usage(
      facts(R"({"model":"m","stream":true,"stream_options":{"include_usage":true}})")));
  EXPECT_TRUE(must_ask_for_usage(
      facts(R"({"model":"m","stream":true,"stream_options":{"include_usage":false}})")));
}

TEST_F(RequestSpliceTest, RenamesTheModelAndTouchesNothingElse) {
  const std::string_view body = R"({ "seed":12345678901234567890, "model" : "fast" ,"t":1e-7})";
  json::Edit edit(body);
  rename_model(edit, facts(body), "org/\"big\"", arena_);
  EXPECT_EQ(edit.to_string(),
            R"({ "seed":12345678901234567890, "model" : "org/\"big\"" ,"t":1e-7})");
}

TEST_F(RequestSpliceTest, FitsAnthropicRequestsForClouds) {
  const auto fitted = [this](std::string_view body, StreamMember stream,
                             std::vector<std::string_view> betas) {
    json::Edit edit(body);
    fit_for_cloud(edit, body, facts(body, Operation::kMessages), "v-1", stream, betas, arena_);
    return edit.to_string();
  };
  EXPECT_EQ(fitted(R"({"stream":true, "model":"m","x": 1})", StreamMember::kRemove, {}),
            R"({"anthropic_version":"v-1","x": 1})");
  EXPECT_EQ(fitted(R"({"model":"m","stream":true})", StreamMember::kRemove, {"a", "b"}),
            R"({"anthropic_version":"v-1","anthropic_beta":["a","b"]})");
  EXPECT_EQ(fitted(R"({"x":[],"model" : "m","stream":true})", StreamMember::kKeep, {}),
            R"({"x":[],"anthropic_version":"v-1","stream":true})");
}

TEST_F(RequestSpliceTest, BothEditsFitInOne) {
  const std::string_view body = R"({"stream":true,"model":"fast"})";
  json::Edit edit(body);
  ask_for_usage(edit, body, facts(body), arena_);
  rename_model(edit, facts(body), "slow", arena_);
  EXPECT_EQ(edit.to_string(),
            R"({"stream":true,"model":"slow","stream_options":{"include_usage":true}})");
}

}  // namespace
}  // namespace tidegate::llm
