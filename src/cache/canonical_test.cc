#include "cache/canonical.h"

#include <gtest/gtest.h>

#include <array>

namespace tidegate::cache {
namespace {

std::string canonical(std::string_view document) {
  std::string out;
  EXPECT_TRUE(append_canonical(document, {}, out));
  return out;
}

TEST(Canonical, IsOneForWhatSaysTheSame) {
  const std::string plain = canonical(R"({"a":[1,{"b":"x\ny","c":null}],"d":"é"})");
  for (const std::string_view same : {
           R"({ "d" : "é" , "a" : [ 1 , { "c" : null , "b" : "x\ny" } ] })",
           R"({"d":"\u00e9","a":[1,{"c":null,"b":"x\u000ay"}]})",
           "{\n\t\"\\u0061\":[1,{\"b\":\"x\\ny\",\"c\":null}],\"d\":\"é\"}\r\n",
       }) {
    EXPECT_EQ(canonical(same), plain) << same;
  }
}

TEST(Canonical, DiffersForWhatSaysSomethingElse) {
  const std::array<std::string_view, 16> documents = {
      R"({"a":1})",         R"({"a":1.0})",      R"({"a":"1"})",       R"({"a":[1]})",
      R"({"a":{"b":1}})",   R"({"a":1,"b":2})",  R"({"a":2,"b":1})",   R"({"a":1,"a":2})",
      R"({"a":2,"a":1})",   R"({"a":" 1"})",     R"({"a":"\\u0031"})", R"({"a":["b",1]})",
      R"({"a":["b","1"]})", R"({"a":"\ud800"})", R"({"a":"\ud801"})",  R"({"a":"\ufffd"})"};
  for (std::size_t i = 0; i < documents.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(canonical(documents[i]), canonical(documents[j])) << documents[i] << documents[j];
    }
  }
}

TEST(Canonical, LeavesOutMembersOfTheOutermostObject) {
  constexpr std::array<std::string_view, 2> kLeftOut = {"stream", "user"};
  std::string out;
  ASSERT_TRUE(
      append_canonical(R"({"str\u0065am":true,"a":{"stream":1},"user":"u"})", kLeftOut, out));
  EXPECT_EQ(out, canonical(R"({"a":{"stream":1}})"));
}

TEST(Canonical, IsNotMadeOfWhatIsTooDeep) {
  std::string out;
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(append_canonical(nested(kMaxCanonicalDepth), {}, out));
  EXPECT_FALSE(append_canonical(nested(kMaxCanonicalDepth + 1), {}, out));
}

}  // namespace
}  // namespace tidegate::cache
