#include "pipeline/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tidegate::pipeline {
namespace {

using ::testing::HasSubstr;

struct Fixture {
  Fixture() : request(arena), message(request) {
    request.fields.add("x-team", "blue");
    message.model = "gpt-4o";
  }
  std::string text_of(std::string_view expression) {
    const auto compiled = Expression::compile(expression, Expression::Kind::kText);
    if (!compiled) return compiled.error().detail;
    const auto text = compiled->as_text(message, clock, arena);
    return text ? std::string(*text) : text.error().detail;
  }

  SystemClock clock;
  Arena arena;
  http::RequestHead request;
  Message message;
};

TEST(Expression, MakesTextsOfScalars) {
  Fixture f;
  EXPECT_EQ(f.text_of(R"(model + "/" + request.headers["x-team"])"), "gpt-4o/blue");
  EXPECT_EQ(f.text_of("size(model)"), "6");
  EXPECT_EQ(f.text_of("7u"), "7");
  EXPECT_EQ(f.text_of("1.5"), "1.5");
  EXPECT_EQ(f.text_of("stream"), "false");
  EXPECT_EQ(f.text_of("identity.subject"), "");
  EXPECT_EQ(f.text_of(R"(identity.groups.exists(g, g == "research") ? "lab" : "others")"),
            "others");
}

TEST(Expression, RefusesWhatIsNoText) {
  Fixture f;
  EXPECT_EQ(f.text_of("[model]"), "1:1: is no text, number, true or false");
  EXPECT_EQ(f.text_of("time"), "1:1: is no text, number, true or false");
  EXPECT_EQ(f.text_of("{'a': dyn([1])}.a"), "is no text, number, true or false");
  EXPECT_THAT(f.text_of("modle"), HasSubstr("modle"));
}

TEST(Expression, TellsWhatItCannotDecide) {
  Fixture f;
  EXPECT_EQ(f.text_of("usage.total"), "usage is not known in this phase");
  EXPECT_THAT(f.text_of(R"(request.headers["x-gone"])"), HasSubstr("x-gone"));
}

TEST(Expression, KnowsWhetherItNeedsThePayloadRead) {
  EXPECT_TRUE(Expression::compile("model", Expression::Kind::kText)->uses_model());
  EXPECT_FALSE(Expression::compile("source", Expression::Kind::kText)->uses_model());
}

}  // namespace
}  // namespace tidegate::pipeline
