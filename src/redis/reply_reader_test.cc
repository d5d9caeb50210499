#include "redis/reply_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::redis {
namespace {

std::string text_of(const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::kText:
      return "text " + reply.text;
    case Reply::Kind::kStatus:
      return "status " + reply.text;
    case Reply::Kind::kNumber:
      return fmt::format("number {}", reply.number);
    case Reply::Kind::kNil:
      return "nil";
    case Reply::Kind::kError:
      return fmt::format("error {}", reply.error_word());
  }
  return "";
}

// Every reply, in pieces of so many bytes; "!" and a code where it fails.
std::string read(std::string_view bytes, std::size_t piece, std::size_t limit = 1000) {
  ReplyReader reader(limit);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (auto fed = reader.feed(bytes.substr(at, piece)); !fed) {
      return out + "!" + std::string(to_string(fed.error().code));
    }
    while (true) {
      auto next = reader.next();
      if (!next) return out + "!" + std::string(to_string(next.error().code));
      if (!*next) break;
      out += text_of(**next) + ";";
    }
  }
  return out + (reader.has_rest() ? "rest" : "");
}

TEST(RedisReplies, AreReadInAnySplit) {
  const std::string_view bytes =
      "+OK\r\n$5\r\na\r\nb\0\r\n$-1\r\n$0\r\n\r\n:-12\r\n-WRONGPASS it is wrong\r\n";
  const std::string all(bytes.data(), 57);
  const std::string expected = read(all, all.size());
  EXPECT_EQ(expected,
            std::string("status OK;text a\r\nb\0;nil;text ;number -12;error WRONGPASS;", 58));
  for (std::size_t piece = 1; piece < all.size(); ++piece) EXPECT_EQ(read(all, piece), expected);
}

TEST(RedisReplies, ThatAreListsOrNoRepliesAreRefused) {
  EXPECT_EQ(read("*1\r\n$1\r\na\r\n", 100), "!malformed");
  EXPECT_EQ(read("*2147483647\r\n", 100), "!malformed");
  EXPECT_EQ(read("HTTP/1.1 400 Bad Request\r\n\r\n", 100), "!malformed");
  EXPECT_EQ(read("$x\r\n", 100), "!malformed");
  EXPECT_EQ(read("$-7\r\n", 100), "!malformed");
}

TEST(RedisReplies, ThatAreTooLongAreRefusedAsTheyCome) {
  EXPECT_EQ(read("$100\r\n" + std::string(100, 'x') + "\r\n", 10, 60), "!limit");
  EXPECT_EQ(read("+" + std::string(100, 'x'), 10, 60), "!limit");
  EXPECT_EQ(read("$8\r\nxxxxxxxx\r\n$8\r\nyyyyyyyy\r\n", 14, 16), "text xxxxxxxx;text yyyyyyyy;");
}

TEST(RedisReplies, ThatAreNotWholeLeaveARest) { EXPECT_EQ(read("$3\r\nab", 100), "rest"); }

}  // namespace
}  // namespace tidegate::redis
