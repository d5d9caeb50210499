#include "processors/header_modifier/header_modifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "pipeline/run_fixture.h"
#include "processors/header_modifier/config.h"

namespace tidegate::processors::header_modifier {
namespace {

using pipeline::Phase;
using pipeline::PhaseSet;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Fixture : pipeline::RunFixture {
  explicit Fixture(std::string json) {
    catalog = pipeline::Catalog({header_modifier()});
    auto& spec = add("fields");
    spec.type = "HeaderModifier";
    spec.config = std::move(json);
    compile();
    EXPECT_EQ(chain->broken(), "");
  }
  PhaseSet phases() const {
    PhaseSet found;
    for (const auto phase : {Phase::kRequestHeaders, Phase::kRequestBody, Phase::kResponseHeaders,
                             Phase::kResponseBody, Phase::kStreamChunk}) {
      if (chain->has(phase)) found.add(phase);
    }
    return found;
  }
  // The field of the message that is processed; "-": there is none.
  std::string field(std::string_view name) {
    return std::string(subject.fields().find(name).value_or("-"));
  }
};

std::vector<std::string> problems(std::string_view json) {
  Config unused;
  return read(json, unused);
}

TEST(HeaderModifier, SetsAddsAndRemovesFieldsOfTheRequest) {
  Fixture f(R"({"request":{"set":[{"name":"x-a","value":"new"}],"add":[{"name":"x-b","value":"2"}],
                "remove":["x-c"]}})");
  auto& fields = f.subject.fields();
  fields.add("x-a", "old");
  fields.add("x-b", "1");
  fields.add("x-c", "gone");
  f.run(Phase::kRequestHeaders);
  EXPECT_EQ(f.field("x-a"), "new");
  EXPECT_EQ(f.field("x-b"), "1");
  EXPECT_EQ(fields.size(), 3U);
  EXPECT_EQ(f.field("x-c"), "-");
  EXPECT_EQ(f.phases(), PhaseSet{Phase::kRequestHeaders});
  EXPECT_FALSE(f.chain->needs_model());
}

TEST(HeaderModifier, ComputesValues) {
  Fixture f(R"x({"request":{"set":[
      {"name":"x-tier","expression":"model.startsWith('gpt-') ? 'large' : 'small'"},
      {"name":"x-team","expression":"request.headers.?team.orValue('none')"},
      {"name":"x-length","expression":"size(model)"}]}})x");
  f.run(Phase::kRequestHeaders);
  EXPECT_EQ(f.field("x-tier"), "large");
  EXPECT_EQ(f.field("x-team"), "none");
  EXPECT_EQ(f.field("x-length"), "6");
  EXPECT_TRUE(f.chain->needs_model());
}

TEST(HeaderModifier, TakesAnEmptyTextForNone) {
  Fixture f(
      R"({"request":{"set":[{"name":"x-a","expression":"''"}],"add":[{"name":"x-b","expression":"''"}]}})");
  f.subject.fields().add("x-a", "old");
  f.run(Phase::kRequestHeaders);
  EXPECT_EQ(f.field("x-a"), "-");
  EXPECT_EQ(f.field("x-b"), "-");
}

TEST(HeaderModifier, LooksAtAPayloadOnlyWhereAnExpressionAsksForIt) {
  Fixture f(R"({"request":{"set":[{"name":"x-tool","expression":"tool"}]},
                "response":{"set":[{"name":"x-seen","expression":"response.status < 600"}]}})");
  EXPECT_EQ(f.phases(), (PhaseSet{Phase::kRequestBody, Phase::kResponseHeaders}));
  f.subject.set_payload(R"({"method":"tools/call","params":{"name":"search"}})");
  f.run(Phase::kRequestBody);
  EXPECT_EQ(f.field("x-tool"), "search");
  f.subject.respond();
  f.run(Phase::kResponseHeaders);
  EXPECT_EQ(f.field("x-seen"), "true");
}

TEST(HeaderModifier, DoesNothingWhereAValueCannotBeSaid) {
  Fixture f(R"({"request":{"set":[{"name":"x-a","value":"1"},
                {"name":"x-b","expression":"request.headers['gone']"}]}})");
  const auto& outcome = f.run(Phase::kRequestHeaders);
  EXPECT_EQ(f.records(), "fields:failed-closed");
  EXPECT_EQ(f.field("x-a"), "-");
  ASSERT_TRUE(outcome.error);
  EXPECT_THAT(outcome.error->detail, HasSubstr("x-b: "));
}

TEST(HeaderModifier, DoesNotLetAValueEndALine) {
  Fixture f(R"({"request":{"set":[{"name":"x-a","expression":"'a\\r\\nx-admin: yes'"}]}})");
  f.run(Phase::kRequestHeaders);
  EXPECT_EQ(f.records(), "fields:failed-closed");
  EXPECT_EQ(f.field("x-a"), "-");
}

TEST(HeaderModifier, ReadsItsConfigurationStrictly) {
  EXPECT_THAT(problems("{}"), IsEmpty());
  EXPECT_THAT(problems(R"({"request":{"set":[{"name":"x","value":"1","expression":"'1'"}]}})"),
              ElementsAre("request.set[0]: must have either value or expression"));
  EXPECT_THAT(problems(R"({"request":{"add":[{"name":"x"}]}})"),
              ElementsAre("request.add[0]: must have either value or expression"));
  EXPECT_THAT(problems(R"({"response":{"set":[{"name":"content-length","value":"1"}]}})"),
              ElementsAre("response.set[0].name: is not a processor's to edit"));
  EXPECT_THAT(problems(R"({"response":{"remove":["host"]}})"),
              ElementsAre("response.remove[0]: is not a processor's to edit"));
  EXPECT_THAT(problems(R"({"request":{"set":[{"name":"x","expression":"[model]"}]}})"),
              ElementsAre(HasSubstr("request.set[0].expression: 1:1: is no text")));
}

}  // namespace
}  // namespace tidegate::processors::header_modifier
