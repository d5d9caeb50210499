#include "pipeline/text_expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tidegate::pipeline {
namespace {

using ::testing::HasSubstr;

// The text of the expression on a request for model "m", or what was wrong.
std::string evaluate(std::string_view text) {
  const SystemClock clock;
  Arena arena;
  http::RequestHead request(arena);
  Message message(request);
  message.model = "m";
  const auto expression = TextExpression::compile(text);
  if (!expression) return expression.error().detail;
  const auto value = expression->evaluate(message, clock, arena);
  return value ? std::string(*value) : value.error().detail;
}

TEST(TextExpression, WritesTextsNumbersAndBooleans) {
  EXPECT_EQ(evaluate(R"("model-" + model)"), "model-m");
  EXPECT_EQ(evaluate("1 + 1"), "2");
  EXPECT_EQ(evaluate("7u"), "7");
  EXPECT_EQ(evaluate("0.5"), "0.5");
  EXPECT_EQ(evaluate(R"(model == "m")"), "true");
  EXPECT_EQ(evaluate("dyn(3)"), "3");
}

TEST(TextExpression, RefusesWhatCanBeNoTextWhereItIsCompiled) {
  EXPECT_THAT(evaluate("[model]"), HasSubstr("is no text, number or boolean"));
  EXPECT_THAT(evaluate("time"), HasSubstr("is no text, number or boolean"));
  EXPECT_THAT(evaluate("nothing"), HasSubstr("1:1"));
}

TEST(TextExpression, TellsWhatHasNoValueOnAMessage) {
  EXPECT_THAT(evaluate("dyn([1])"), HasSubstr("is no text, number or boolean"));
  EXPECT_THAT(evaluate(R"(request.headers["x"])"), HasSubstr("no such key"));
  EXPECT_EQ(evaluate(R"(cost > 1.0 ? "dear" : "cheap")"), "cost is not known in this phase");
}

TEST(TextExpression, KnowsWhatItAsksFor) {
  EXPECT_TRUE(TextExpression::compile("model")->uses_model());
  EXPECT_FALSE(TextExpression::compile("model")->uses_payload());
  EXPECT_TRUE(TextExpression::compile("usage.input")->uses_payload());
  EXPECT_TRUE(TextExpression::compile("size(payload)")->uses_payload());
  EXPECT_FALSE(TextExpression::compile("request.path")->uses_model());
}

}  // namespace
}  // namespace tidegate::pipeline
