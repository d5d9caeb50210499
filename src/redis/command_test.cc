#include "redis/command.h"

#include <gtest/gtest.h>

namespace tidegate::redis {
namespace {

TEST(RedisCommand, SaysTheLengthOfEachWord) {
  std::string out = "before";
  append_command(out, {"SET", "k", std::string_view("\r\n\0", 3), ""});
  EXPECT_EQ(out, std::string("before*4\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\n\r\n\0\r\n$0\r\n\r\n", 41));
}

}  // namespace
}  // namespace tidegate::redis
