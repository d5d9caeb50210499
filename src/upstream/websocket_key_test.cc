#include "upstream/websocket_key.h"

#include <gtest/gtest.h>

namespace tidegate::upstream {
namespace {

TEST(WebSocketKey, IsAcceptedAsTheSourceSays) {
  Arena arena;
  // RFC 6455 1.3.
  EXPECT_EQ(websocket_accept_of("dGhlIHNhbXBsZSBub25jZQ==", arena), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketKey, IsSixteenBytesInBase64AndNeverTheSame) {
  Arena arena;
  Random random(1);
  const auto first = make_websocket_key(random, arena);
  EXPECT_EQ(first.size(), 24U);
  EXPECT_TRUE(first.ends_with("=="));
  EXPECT_NE(make_websocket_key(random, arena), first);
}

}  // namespace
}  // namespace tidegate::upstream
