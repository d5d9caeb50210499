#include "waf/body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::waf {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> describe(const Parts& parts) {
  std::vector<std::string> out;
  for (const auto& one : parts.parts) {
    out.push_back(std::string(guard::to_string(one.channel)) + " " + std::string(one.name) + "=" +
                  std::string(one.value));
  }
  return out;
}

struct Read {
  std::vector<std::string> texts;
  std::vector<Flaw> flaws;
};

Read read(std::string_view type, std::string_view body) {
  Arena arena;
  http::RequestHead request(arena);
  request.method = "POST";
  if (!type.empty()) request.fields.add("content-type", type);
  Parts parts;
  read_body(request, body, arena, parts);
  return {describe(parts), parts.flaws};
}

TEST(RequestTexts, OfAHead) {
  Arena arena;
  http::RequestHead request(arena);
  request.method = "GET";
  request.target = "/a%20b?x=1+%2B&y&=z&q=50%";
  request.fields.add("Cookie", "s=a%3Bb; flag");
  request.fields.add("User-Agent", "me");
  request.fields.add("Authorization", "Bearer x");
  Parts parts;
  read_head(request, arena, parts);
  EXPECT_THAT(describe(parts), ElementsAre("path =/a b", "name x=x", "query x=1 +", "name y=y",
                                           "query =z", "name q=q", "query q=50%", "name s=s",
                                           "cookie s=a;b", "cookie =flag", "header User-Agent=me"));
  EXPECT_THAT(parts.flaws, ElementsAre(Flaw::kBrokenEscape));
}

TEST(RequestTexts, OfForms) {
  EXPECT_THAT(read("application/x-www-form-urlencoded; charset=utf-8", "a=1&b=%c3%a9").texts,
              ElementsAre("name a=a", "field a=1", "name b=b", "field b=é"));
}

TEST(RequestTexts, OfJson) {
  const auto got =
      read("application/merge-patch+json", R"({"a":"x\u003c","l":["1",{"n":"\"y"}],"t":true})");
  EXPECT_THAT(got.texts, ElementsAre("name a=a", "field a=x<", "name l=l", "field l=1", "name n=n",
                                     "field n=\"y", "name t=t"));
  EXPECT_THAT(got.flaws, IsEmpty());
  EXPECT_THAT(read("application/json", R"([{"a":"1"},{"a":"2"}])").texts,
              ElementsAre("name a=a", "field a=1", "field a=2"));
  const auto broken = read("application/json", R"({"a":1,})");
  EXPECT_THAT(broken.texts, ElementsAre(R"(body ={"a":1,})"));
  EXPECT_THAT(broken.flaws, ElementsAre(Flaw::kJson));
}

TEST(RequestTexts, OfMultipartWithoutABoundary) {
  EXPECT_THAT(read("multipart/form-data", "--x").flaws, ElementsAre(Flaw::kMultipart));
}

TEST(RequestTexts, OfOtherBodies) {
  EXPECT_THAT(read("text/plain", "hi").texts, ElementsAre("body =hi"));
  EXPECT_THAT(read("image/svg+xml", "<svg/>").texts, ElementsAre("body =<svg/>"));
  EXPECT_THAT(read("", "hi").texts, ElementsAre("body =hi"));
  EXPECT_THAT(read("application/octet-stream", "hi").texts, IsEmpty());
}

TEST(RequestTexts, AreBoundedInNumber) {
  std::string form;
  for (std::size_t i = 0; i < kMaxParts; ++i) form += "a=1&";
  const auto got = read("application/x-www-form-urlencoded", form);
  EXPECT_EQ(got.texts.size(), kMaxParts);
  EXPECT_THAT(got.flaws, Contains(Flaw::kTooManyParts));
}

}  // namespace
}  // namespace tidegate::waf
