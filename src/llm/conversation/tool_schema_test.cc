#include "llm/conversation/tool_schema.h"

#include <gtest/gtest.h>

#include <string>

#include "json/scan.h"

namespace tidegate::llm {
namespace {

std::string openapi(std::string_view schema) {
  Arena arena;
  return std::string(openapi_schema(schema, arena).text);
}

bool is_exact(std::string_view schema) {
  Arena arena;
  return openapi_schema(schema, arena).exact;
}

TEST(ToolSchema, AnObjectIsTheRootForOpenAiAndAnthropic) {
  Arena arena;
  constexpr std::string_view kEmpty = R"({"type":"object","properties":{}})";
  EXPECT_EQ(object_schema("", arena), kEmpty);
  EXPECT_EQ(object_schema("null", arena), kEmpty);
  EXPECT_EQ(object_schema("{}", arena), kEmpty);
  constexpr std::string_view kGood = R"({"type":"object","properties":{"a":{}}, "x":1})";
  EXPECT_EQ(object_schema(kGood, arena).data(), kGood.data());
  EXPECT_EQ(object_schema(R"({"$schema":"s","properties":{"a":{}}})", arena),
            R"({"type":"object","properties":{"a":{}}})");
  EXPECT_EQ(object_schema(R"({"type":["object","null"]})", arena),
            R"({"type":"object","properties":{}})");
}

TEST(ToolSchema, GeminiGetsItsSubset) {
  EXPECT_EQ(openapi(R"({"$schema":"s","type":"object","additionalProperties":false,)"
                    R"("properties":{"city":{"type":"string","description":"A \"city\"",)"
                    R"("format":"uri"}},"required":["city","gone"]})"),
            R"({"properties":{"city":{"description":"A \"city\"","type":"string"}},)"
            R"("required":["city"],"type":"object"})");
}

TEST(ToolSchema, TypesAreFoundForGemini) {
  EXPECT_EQ(openapi(R"({"type":["integer","null"]})"), R"({"type":"integer","nullable":true})");
  EXPECT_EQ(openapi(R"({"anyOf":[{"type":"null"},{"type":"number","minimum":0}]})"),
            R"({"minimum":0,"type":"number","nullable":true})");
  EXPECT_EQ(openapi(R"({"properties":{"a":{}}})"),
            R"({"properties":{"a":{"type":"string"}},"type":"object"})");
  EXPECT_EQ(openapi(R"({"type":"array"})"), R"({"items":{"type":"string"},"type":"array"})");
  EXPECT_EQ(openapi(R"({"type":"object","properties":{}})"), R"({"type":"object"})");
  EXPECT_EQ(openapi("true"), R"({"type":"string"})");
}

TEST(ToolSchema, EnumsAreOfTexts) {
  EXPECT_EQ(openapi(R"({"enum":["a","",null]})"),
            R"({"enum":["a"],"type":"string","nullable":true})");
  EXPECT_EQ(openapi(R"({"type":"integer","enum":[1,2]})"), R"({"type":"integer"})");
  EXPECT_FALSE(is_exact(R"({"type":"integer","enum":[1,2]})"));
  EXPECT_EQ(openapi(R"({"const":"x"})"), R"({"enum":["x"],"type":"string"})");
}

TEST(ToolSchema, PartsOfAllOfAreMerged) {
  EXPECT_EQ(
      openapi(R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},)"
              R"("required":["a"]},{"properties":{"b":{"type":"string"}},"required":["b"]}]})"),
      R"({"properties":{"a":{"type":"string"},"b":{"type":"string"}},)"
      R"("required":["a","b"],"type":"object"})");
  EXPECT_EQ(openapi(R"({"oneOf":[{"type":"string"},{"type":"integer"}]})"),
            R"({"anyOf":[{"type":"string"},{"type":"integer"}]})");
}

TEST(ToolSchema, ReferencesAreInlined) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A"},"b":{"$ref":"#/$defs/A"}},)"
      R"("$defs":{"A":{"type":"string","enum":["x"]}}})";
  EXPECT_EQ(openapi(kSchema), R"({"properties":{"a":{"enum":["x"],"type":"string"},)"
                              R"("b":{"enum":["x"],"type":"string"}},"type":"object"})");
  EXPECT_TRUE(is_exact(kSchema));
}

TEST(ToolSchema, RecursionEndsAndIsTold) {
  constexpr std::string_view kNode =
      R"({"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":{"next":{"$ref":"#/$defs/N"}}}}})";
  EXPECT_EQ(openapi(kNode),
            R"({"properties":{"next":{"properties":{"next":{"type":"object"}},"type":"object"}},)"
            R"("type":"object"})");
  EXPECT_FALSE(is_exact(kNode));
  EXPECT_FALSE(is_exact(R"({"$ref":"#"})"));
  EXPECT_FALSE(is_exact(R"({"$ref":"https://example.com/x"})"));
}

TEST(ToolSchema, SchemasThatGrowWithoutBoundComeToAnEnd) {
  // Every definition holds all others, in two ways.
  std::string defs;
  std::string all;
  for (int i = 0; i < 12; ++i) {
    all += (i == 0 ? "" : ",") + std::string(R"({"$ref":"#/$defs/)") + std::to_string(i) + R"("})";
  }
  for (int i = 0; i < 12; ++i) {
    defs += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"allOf":[)" + all +
            R"(],"properties":{"p":{"anyOf":[)" + all + "]}}}";
  }
  const auto schema = R"({"$ref":"#/$defs/0","$defs":{)" + defs + "}}";
  const auto cleaned = openapi(schema);
  EXPECT_TRUE(json::validate(cleaned, Origin::kInternal));
  EXPECT_LT(cleaned.size(), 2 * kMaxSchemaBytes);
}

TEST(ToolSchema, WhatOnlyJsonSchemaSaysIsTold) {
  EXPECT_TRUE(is_exact(R"({"type":"object","properties":{"a":{"type":"string"}}})"));
  for (const auto* schema :
       {R"({"type":"array","prefixItems":[{}]})", R"({"additionalProperties":{"type":"string"}})",
        R"({"type":["string","integer"]})", R"({"const":1})", R"({"not":{}})",
        R"({"properties":{"a":{"exclusiveMinimum":0}}})"}) {
    EXPECT_FALSE(is_exact(schema)) << schema;
  }
  Arena arena;
  EXPECT_EQ(gemini_json_schema(R"({"$schema":"s","$ref":"#/$defs/N"})", arena),
            R"({"$ref":"#/$defs/N"})");
}

TEST(ToolSchema, GeminisSchemasBecomeJsonSchema) {
  Arena arena;
  EXPECT_EQ(from_openapi_schema(
                R"({"type":"OBJECT","properties":{"type":{"type":"STRING","nullable":true},)"
                R"("list":{"type":"ARRAY","minItems":"1","items":{"type":"INTEGER"}}},)"
                R"("propertyOrdering":["type"],"anyOf":[{"type":"NUMBER"}]})",
                arena),
            R"({"type":"object","properties":{"type":{"type":["string","null"]},)"
            R"("list":{"type":"array","minItems":1,"items":{"type":"integer"}}},)"
            R"("anyOf":[{"type":"number"}]})");
  EXPECT_EQ(from_openapi_schema("null", arena), "null");
  EXPECT_EQ(from_openapi_schema(R"({"type":"string","minLength":"x"})", arena),
            R"({"type":"string","minLength":"x"})");
}

}  // namespace
}  // namespace tidegate::llm
