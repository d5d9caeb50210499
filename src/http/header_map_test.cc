#include "http/header_map.h"

#include <gtest/gtest.h>

namespace tidegate::http {
namespace {

TEST(HeaderMap, FindsKnownAndUnknownNamesInAnyCase) {
  Arena arena;
  HeaderMap map(arena);
  map.add("Content-LENGTH", "12");
  map.add("X-Custom", "a");
  EXPECT_EQ(map.find(HeaderId::kContentLength), "12");
  EXPECT_EQ(map.find("x-custom"), "a");
  EXPECT_EQ(map.find("x-other"), std::nullopt);
}

TEST(HeaderMap, SetReplacesAllAndKeepsTheFirstPlace) {
  Arena arena;
  HeaderMap map(arena);
  map.add("a", "1");
  map.add("B", "2");
  map.add("A", "3");
  map.set("a", "4");
  ASSERT_EQ(map.size(), 2U);
  EXPECT_EQ(map.fields()[0].value, "4");
  EXPECT_EQ(map.fields()[1].name, "B");
}

TEST(HeaderMap, RemoveReturnsHowManyWent) {
  Arena arena;
  HeaderMap map(arena);
  for (int i = 0; i < 40; ++i) map.add(i % 2 == 0 ? "even" : "odd", "v");
  EXPECT_EQ(map.remove("EVEN"), 20U);
  EXPECT_EQ(map.size(), 20U);
  EXPECT_EQ(map.find("even"), std::nullopt);
}

TEST(HeaderMap, RemovesASetOfIdsAtOnce) {
  Arena arena;
  HeaderMap map(arena);
  map.add("Host", "h");
  map.add("Expect", "100-continue");
  map.add("x-other", "1");
  map.add("TE", "trailers");
  map.add("expect", "again");
  constexpr HeaderIdSet kGone = {HeaderId::kExpect, HeaderId::kTe};
  EXPECT_FALSE(kGone.has(HeaderId::kOther));
  EXPECT_EQ(map.remove(kGone), 3U);
  ASSERT_EQ(map.size(), 2U);
  EXPECT_EQ(map.fields()[0].name, "Host");
  EXPECT_EQ(map.fields()[1].name, "x-other");
  EXPECT_EQ(map.remove(HeaderId::kHost), 1U);
}

TEST(HeaderMap, TokensOfAListCompareWhole) {
  EXPECT_TRUE(has_token("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(has_token(" ,close ,", "close"));
  EXPECT_FALSE(has_token("not-close", "close"));
  EXPECT_FALSE(has_token("", "close"));
}

TEST(HeaderMap, IdsCoverEverySpelling) {
  EXPECT_EQ(header_id("TRANSFER-encoding"), HeaderId::kTransferEncoding);
  EXPECT_EQ(header_id("x-gateway-model-name"), HeaderId::kXGatewayModelName);
  EXPECT_EQ(header_id("transfer-encodin"), HeaderId::kOther);
  EXPECT_EQ(header_id(""), HeaderId::kOther);
}

}  // namespace
}  // namespace tidegate::http
