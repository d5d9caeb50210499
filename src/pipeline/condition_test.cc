#include "pipeline/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

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
        R"(payload.contains("secret"))", "response.status == 0",
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

TEST(Condition, DecidesOnWhatAnAnswerTold) {
  Fixture f;
  f.message.response = &f.response;
  llm::Usage usage;
  usage.input_uncached = TokenCount(7);
  usage.cache_read = TokenCount(3);
  usage.output = TokenCount(5);
  f.message.usage = &usage;
  f.message.cost = MicroUsd(1'500'000);
  f.message.region = "eu";
  for (const char* expression :
       {R"(usage.input == 10 && usage.cached_input == 3 && usage["output"] == 5)",
        "usage.total == 15 && size(usage) == 6", "usage.exists(name, usage[name] == 0)",
        "cost == 1.5", R"(region == "eu")"}) {
    EXPECT_EQ(f.decide(expression), "true") << expression;
  }
}

TEST(Condition, WhatIsNotKnownYetIsNamedAndNotTakenForNothing) {
  Fixture f;
  f.message.payload = {};
  EXPECT_EQ(f.decide("usage.total < 100"), "when: usage is not known in this phase");
  EXPECT_EQ(f.decide("cost < 1.0"), "when: cost is not known in this phase");
  EXPECT_EQ(f.decide(R"(region != "eu")"), "when: region is not known in this phase");
  EXPECT_EQ(f.decide(R"(tool == "")"), "when: tool is not known in this phase");
  // What it never comes to is not asked for.
  EXPECT_EQ(f.decide("stream || usage.total < 100"), "true");
}

TEST(Condition, TakesTheCallerForNobodyWithoutAccessControl) {
  Fixture f;
  EXPECT_EQ(f.decide(R"(identity.subject == "" && size(identity.groups) == 0 &&
                        !has(identity.claims.email) && identity.claims == {})"),
            "true");
  EXPECT_EQ(f.decide(R"(model.startsWith("gpt-") && identity.groups.exists(g, g == "research"))"),
            "false");
  EXPECT_EQ(f.decide(R"(model.startsWith("gpt-") && !("research" in identity.groups))"), "true");
  EXPECT_THAT(check_condition(R"(identity.groups == "research")"), HasSubstr("1:"));
  EXPECT_THAT(check_condition(R"(identity.name == "ann")"), HasSubstr("identity"));
}

TEST(Condition, KnowsTheToolThatAMessageOfMcpCalls) {
  Fixture f;
  f.message.payload =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search"}})";
  EXPECT_EQ(f.decide(R"(tool == "search")"), "true");
  f.message.payload = R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"name":"search"}})";
  EXPECT_EQ(f.decide(R"(tool == "")"), "true");
  f.message.payload = "not json";
  EXPECT_EQ(f.decide(R"(tool == "")"), "true");
}

// A folder of zones with the one zone "Test/Summer": two hours ahead of UTC, by a rule.
struct ZoneFolder {
  ZoneFolder() : path(std::filesystem::path(::testing::TempDir()) / "zones") {
    std::filesystem::create_directories(path / "Test");
    std::string header("TZif2");
    header.resize(44);
    std::string body = header;  // version 1, with nothing in it
    body[39] = body[43] = 0;
    // One type of local time and its abbreviation, as every file has (RFC 9636 3.1).
    std::string second = header;
    second[39] = 1;
    second[43] = 4;
    std::ofstream(path / "Test" / "Summer", std::ios::binary)
        << body << second << std::string(6, '\0') << std::string("XXX\0", 4) << "\n<+02>-2\n";
    ::setenv("TZDIR", path.c_str(), 1);
  }
  ~ZoneFolder() {
    ::unsetenv("TZDIR");
    std::filesystem::remove_all(path);
  }
  ZoneFolder(const ZoneFolder&) = delete;
  ZoneFolder& operator=(const ZoneFolder&) = delete;
  std::filesystem::path path;
};

TEST(Condition, KnowsTimeZonesByName) {
  const ZoneFolder folder;
  Fixture f;
  EXPECT_EQ(f.decide(R"(timestamp("2026-11-26T23:30:00Z").getHours("Test/Summer") == 1)"), "true");
  EXPECT_EQ(f.decide(R"(timestamp("2026-11-26T23:30:00Z").getDayOfMonth('+01:00') == 26)"), "true");
  EXPECT_THAT(check_condition(R"(time.getHours("Test/Gone") > 8)"),
              HasSubstr("there is no time zone \"Test/Gone\""));
  EXPECT_THAT(check_condition(R"(time.getHours("../Test/Summer") > 8)"),
              HasSubstr("there is no time zone"));
  // A text that is no zone of a getter may be anything.
  EXPECT_EQ(check_condition(R"(model == "Test/Gone")"), "");
}

TEST(Condition, KnowsWhetherItNeedsThePayloadRead) {
  EXPECT_TRUE(Condition::compile(R"(model == "a")")->uses_model());
  EXPECT_TRUE(Condition::compile("stream")->uses_model());
  EXPECT_FALSE(Condition::compile(R"(request.path == "/")")->uses_model());
}

}  // namespace
}  // namespace tidegate::pipeline
