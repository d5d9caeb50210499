#include "json/pointer.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::json {
namespace {

// The document and the pointers of RFC 6901, section 5, and what it has of arrays.
constexpr std::string_view kDocument =
    R"({"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5,)"
    R"( "k\"l": 6, " ": 7, "m~n": 8})";

std::string found(std::string_view pointer, std::string_view document = kDocument) {
  const auto parsed = Pointer::parse(pointer);
  if (!parsed) return "no pointer";
  return std::string(parsed->find(document).value_or("nothing"));
}

TEST(JsonPointer, FindsWhatTheStandardSays) {
  EXPECT_EQ(found(""), kDocument);
  EXPECT_EQ(found("/foo"), R"(["bar", "baz"])");
  EXPECT_EQ(found("/foo/0"), R"("bar")");
  EXPECT_EQ(found("/foo/1"), R"("baz")");
  EXPECT_EQ(found("/"), "0");
  EXPECT_EQ(found("/a~1b"), "1");
  EXPECT_EQ(found("/c%d"), "2");
  EXPECT_EQ(found("/e^f"), "3");
  EXPECT_EQ(found("/g|h"), "4");
  EXPECT_EQ(found("/i\\j"), "5");
  EXPECT_EQ(found("/k\"l"), "6");
  EXPECT_EQ(found("/ "), "7");
  EXPECT_EQ(found("/m~0n"), "8");
}

TEST(JsonPointer, FindsNothingWhereThereIsNone) {
  for (const auto* pointer : {"/none", "/foo/2", "/foo/-", "/foo/01", "/foo/x", "/foo/0/x", "//"}) {
    EXPECT_EQ(found(pointer), "nothing") << pointer;
  }
}

TEST(JsonPointer, IsNotEveryText) {
  for (const auto* text : {"foo", "#/foo", "/a~", "/a~2", "$.a"}) {
    EXPECT_EQ(found(text), "no pointer") << text;
  }
  std::string deep;
  for (std::size_t i = 0; i < Pointer::kMaxSteps; ++i) deep += "/a";
  EXPECT_TRUE(Pointer::parse(deep));
  EXPECT_FALSE(Pointer::parse(deep + "/a"));
}

}  // namespace
}  // namespace tidegate::json
