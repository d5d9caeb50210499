#include "http/content.h"

#include <gtest/gtest.h>

namespace tidegate::http {
namespace {

TEST(Content, HasATypeWithoutItsParameters) {
  Arena arena;
  HeaderMap fields(arena);
  EXPECT_EQ(media_type(fields), "");
  fields.set("content-type", "text/html");
  EXPECT_EQ(media_type(fields), "text/html");
  fields.set("content-type", "Application/JSON;charset=utf-8");
  EXPECT_EQ(media_type(fields), "Application/JSON");
}

TEST(Content, IsEncodedUnlessItsCodingIsNone) {
  Arena arena;
  HeaderMap fields(arena);
  EXPECT_FALSE(is_encoded(fields));
  for (const char* none : {"", "identity", "Identity", "identity, , identity"}) {
    fields.set("content-encoding", none);
    EXPECT_FALSE(is_encoded(fields)) << none;
  }
  for (const char* coding : {"gzip", "identity, br"}) {
    fields.set("content-encoding", coding);
    EXPECT_TRUE(is_encoded(fields)) << coding;
  }
  fields.set("content-encoding", "identity");
  fields.add("Content-Encoding", "gzip");
  EXPECT_TRUE(is_encoded(fields));
}

}  // namespace
}  // namespace tidegate::http
