#include "schema/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tidegate::schema {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string check(std::string_view schema, std::string_view document) {
  const auto compiled = Schema::compile(schema);
  if (!compiled) return "schema: " + compiled.error().detail;
  const auto violations = compiled->check(document);
  return violations ? to_string(*violations) : "error: " + violations.error().detail;
}

constexpr std::string_view kWeather = R"({"type":"object","additionalProperties":false,
  "properties":{"city":{"type":"string","minLength":1},
    "days":{"type":"array","maxItems":2,"items":{"$ref":"#/$defs/day"}}},
  "required":["city","days"],
  "$defs":{"day":{"type":"object","properties":{"sky":{"enum":["clear","rain"]},
    "degrees":{"type":["integer","null"],"minimum":-90}},"required":["sky"]}}})";

TEST(Schema, TakesWhatItDescribes) {
  EXPECT_EQ(
      check(kWeather, R"({"city":"Ulm","days":[{"sky":"rain","degrees":3.0},{"sky":"clear"}]})"),
      "");
}

TEST(Schema, TellsEachPlaceAndWhatIsWrongThere) {
  EXPECT_EQ(
      check(
          kWeather,
          R"({"city":"","days":[{"sky":"fog"},{"degrees":"3"},{"sky":"rain","degrees":-91}],"x":1})"),
      "/city must have at least 1 characters; /days must have at most 2 items; "
      "/days/0/sky is none of the values that are allowed; "
      "/days/1 must have the member \"sky\"; "
      "/days/1/degrees must be null or integer, and is a string; "
      "/days/2/degrees must be at least -90; /x must not be there");
  EXPECT_EQ(check(kWeather, "[]"), "the whole must be object, and is an array");
}

TEST(Schema, TellsWhatIsNoJson) {
  EXPECT_THAT(check(kWeather, R"({"city":)"), StartsWith("error: JSON error"));
}

TEST(Schema, EscapesNamesInPlaces) {
  EXPECT_EQ(check(R"({"additionalProperties":{"type":"null"}})", R"({"a/b~c":1})"),
            "/a~1b~0c must be null, and is an integer");
}

TEST(Schema, RefusesWhatItCannotHonour) {
  EXPECT_EQ(check(R"({"properties":{"a":{"$ref":"https://example.com/a.json"}}})", "1"),
            "schema: the schema at \"/properties/a\" refers to \"https://example.com/a.json\", "
            "which is not "
            "within the schema");
  EXPECT_THAT(check(R"({"properties":{"a":{"$ref":"#/$defs/gone"}}})", "1"),
              HasSubstr("which is not there"));
  EXPECT_THAT(check(R"({"pattern":"(?=a)b"})", "1"), HasSubstr("at \"/pattern\""));
  EXPECT_THAT(check(R"({"$dynamicRef":"#a"})", "1"), HasSubstr("$dynamicRef"));
  EXPECT_THAT(check(R"({"items":{"$id":"https://example.com/b"}})", "1"), HasSubstr("$id"));
  EXPECT_THAT(check(R"({"$schema":"http://json-schema.org/draft-04/schema#"})", "1"),
              HasSubstr("draft-04"));
  EXPECT_THAT(check(R"({"type":"text"})", "1"), HasSubstr("names no type"));
  EXPECT_THAT(check(R"([])", "1"), HasSubstr("must be an object, true or false"));
  EXPECT_THAT(check("{", "1"), StartsWith("schema: the schema: JSON error"));
}

TEST(Schema, BoundsSizeDepthAndExpressions) {
  std::string deep = "true";
  for (std::size_t i = 0; i <= kMaxSchemaDepth; ++i) deep = R"({"not":)" + deep + "}";
  EXPECT_THAT(check(deep, "1"), HasSubstr("nested too deeply"));
  EXPECT_THAT(check(R"({"description":")" + std::string(kMaxSchemaBytes, 'x') + R"("})", "1"),
              HasSubstr("is larger than"));
  std::string many = R"({"anyOf":[true)";
  for (std::size_t i = 0; i < kMaxRules; ++i) many += ",{}";
  EXPECT_THAT(check(many + "]}", "1"), HasSubstr("is one of too many"));
  std::string patterns = R"({"patternProperties":{"a0":true)";
  for (std::size_t i = 1; i <= kMaxPatterns; ++i)
    patterns += ",\"a" + std::to_string(i) + "\":true";
  EXPECT_THAT(check(patterns + "}}", "1"), HasSubstr("one regular expression too many"));
  EXPECT_THAT(check(R"({"pattern":"\\pL{1,900}"})", "1"), HasSubstr("cannot be used"));
}

TEST(Schema, EndsWhereAReferenceLeadsToItself) {
  EXPECT_EQ(check(R"({"$ref":"#"})", "1"), "error: it takes too long to check");
  // Each level doubles the work.
  std::string defs;
  for (int i = 0; i < 30; ++i) {
    const std::string next = "{\"$ref\":\"#/$defs/d" + std::to_string(i + 1) + "\"}";
    defs += "\"d" + std::to_string(i) + "\":{\"allOf\":[" + next + "," + next + "]},";
  }
  EXPECT_EQ(check(R"({"$ref":"#/$defs/d0","$defs":{)" + defs + R"("d30":{}}})", "1"),
            "error: it takes too long to check");
}

TEST(Schema, ComparesManyItemsWithinItsBounds) {
  std::string items = "[0";
  for (int i = 1; i < 3000; ++i) items += "," + std::to_string(i);
  EXPECT_EQ(check(R"({"uniqueItems":true})", items + "]"), "error: it takes too long to check");
}

TEST(Schema, KnowsItsDrafts) {
  constexpr std::string_view kOld = R"({"$schema":"http://json-schema.org/draft-07/schema#",
      "items":[{"type":"integer"}],"additionalItems":false})";
  EXPECT_EQ(check(kOld, "[1]"), "");
  EXPECT_EQ(check(kOld, "[1,2]"), "/1 must not be there");
  constexpr std::string_view kNew = R"({"prefixItems":[{"type":"integer"}],"items":false})";
  EXPECT_EQ(check(kNew, "[1,2]"), "/1 must not be there");
  // Beside a reference nothing counts in draft 7.
  EXPECT_EQ(check(R"({"$schema":"http://json-schema.org/draft-07/schema#","properties":
      {"a":{"$ref":"#/definitions/any","type":"null"}},"definitions":{"any":true}})",
                  R"({"a":1})"),
            "");
}

TEST(Schema, TellsAFewViolationsAndNoMore) {
  std::string members = "{\"m\":1";
  for (int i = 0; i < 50; ++i) members += ",\"m" + std::to_string(i) + "\":1";
  const auto told = Schema::compile(R"({"additionalProperties":false})")->check(members + "}");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->size(), kMaxViolations);
}

}  // namespace
}  // namespace tidegate::schema
