#include "pipeline/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidegate::pipeline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Fixture {
  Fixture() : request(arena), response(arena), message(request) {
    request.method = "POST";
    request.target = "/v1/chat/completions?x=1";
    request.authority = "ai.example";
    request.fields.add("X-Team", "blue");
    response.status = 201;
    response.fields.add("content-type", "application/json");
    message.call = llm::Call{llm::Dialect::kAnthropic, llm::Operation::kMessages};
    message.model = "gpt-4o";
    message.stream = true;
    message.payload = R"({"a":"secret"})";
    message.client_ip = "192.0.2.9";
  }
  // "true", "false", or what was wrong.
  std::string decide(std::string_view expression) {
    auto condition = Condition::compile(expression);
    if (!condition) return condition.error().detail;
    const auto holds = condition->holds(message, clock, arena);
    if (!holds) return holds.error().detail;
    return *holds ? "true" : "false";
  }

  SystemClock clock;
  Arena arena;
  http::RequestHead request;
  http::ResponseHead response;
  Message message;
};

TEST(Condition, DecidesOnTheRequest) {
  Fixture f;
  for (const char* expression :
       {R"(request.method == "POST" && request.path == "/v1/chat/completions")",
        R"(request.host == "ai.example")", R"(request.headers["x-team"] == "blue")",
        R"("x-team" in request.headers && !("x-gone" in request.headers))",
        R"(request.headers.exists(name, name == "x-team"))", R"(model.startsWith("gpt-"))",
        "stream", R"(dialect == "anthropic" && operation == "messages")",
        R"(source == "192.0.2.9" && cidr("192.0.2.0/24").containsIP(source))",
        R"(payload.contains("secret"))", "size(identity) == 0", "response.status == 0",
        R"(time > timestamp("2020-01-01T00:00:00Z"))"}) {
    EXPECT_EQ(f.decide(expression), "true") << expression;
  }
  EXPECT_EQ(f.decide(R"(model == "other")"), "false");
}

TEST(Condition, DecidesOnTheResponse) {
  Fixture f;
  f.message.response = &f.response;
  EXPECT_EQ(f.decide(R"(response.status == 201 &&
                        response.headers["content-type"].startsWith("application/"))"),
            "true");
}

TEST(Condition, TellsWhatIsWrongAndWhere) {
  EXPECT_THAT(check_condition("model =="), StartsWith("1:"));
  EXPECT_THAT(check_condition("modle == \"x\""), HasSubstr("modle"));
  EXPECT_THAT(check_condition("model"), HasSubstr("is not true or false"));
  EXPECT_THAT(check_condition("stream == 1"), StartsWith("1:"));
  EXPECT_EQ(check_condition("stream"), "");
}

TEST(Condition, FailsWhereItCannotBeDecided) {
  Fixture f;
  EXPECT_THAT(f.decide(R"(request.headers["x-gone"] == "a")"), HasSubstr("x-gone"));
}

TEST(Condition, KnowsWhetherItNeedsThePayloadRead) {
  EXPECT_TRUE(Condition::compile(R"(model == "a")")->uses_model());
  EXPECT_TRUE(Condition::compile("stream")->uses_model());
  EXPECT_FALSE(Condition::compile(R"(request.path == "/")")->uses_model());
}

}  // namespace
}  // namespace tidegate::pipeline
