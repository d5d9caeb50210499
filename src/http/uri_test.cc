#include "http/uri.h"

#include <gtest/gtest.h>

#include <string>

#include "http/authority.h"

namespace tidegate::http {
namespace {

std::string normalized(std::string_view path, PathPolicy policy = {}) {
  Arena arena;
  const auto result = normalize_path(path, policy, arena);
  return result ? std::string(*result) : "error: " + result.error().detail;
}

TEST(NormalizePath, HasOneFormForOnePath) {
  struct Case {
    std::string_view path, expected;
  };
  constexpr Case kCases[] = {
      {"/", "/"},
      {"*", "*"},
      {"/a/b", "/a/b"},
      {"/a/b/", "/a/b/"},
      {"/a/.b/..c/...", "/a/.b/..c/..."},
      {"/a/./b", "/a/b"},
      {"/a/../b", "/b"},
      {"/a/b/..", "/a/"},
      {"/a/.", "/a/"},
      {"/.", "/"},
      {"/a/..", "/"},
      {"/a/b/../../c", "/c"},
      {"//", "/"},
      {"//a///b//", "/a/b/"},
      {"/a//../b", "/b"},
      {"/%61%2D%7e", "/a-~"},
      {"/a/%2e%2E/b", "/b"},
      {"/a/.%2e/b", "/b"},
      {"/%2e/a", "/a"},
      {"/a%2fb%5cc", "/a%2Fb%5Cc"},
      {"/a%2f..%2fb", "/a%2F..%2Fb"},
      {"/caf%c3%a9", "/caf%C3%A9"},
      {"/%252e%252e/a", "/%252e%252e/a"},
      {"/a;p=1/b=2,c:d@e", "/a;p=1/b=2,c:d@e"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(normalized(c.path), c.expected) << c.path;
    EXPECT_EQ(normalized(c.expected), c.expected) << "not stable: " << c.path;
  }
}

TEST(NormalizePath, RefusesWhatReadersUnderstandDifferently) {
  for (const std::string_view bad : {"", "a", "/..", "/a/../..", "/%2e%2e/a", "/%", "/%4", "/%zz",
                                     "/%00", "/a\\b", "/..\\a", "/a/..//../b"}) {
    EXPECT_TRUE(normalized(bad).starts_with("error")) << bad;
  }
  const PathPolicy strict{.encoded_slash = EncodedSlash::kReject};
  EXPECT_TRUE(normalized("/a%2Fb", strict).starts_with("error"));
  EXPECT_TRUE(normalized("/a%5cb", strict).starts_with("error"));
  EXPECT_EQ(normalized("/a%20b", strict), "/a%20b");
}

TEST(NormalizePath, KeepsRepeatedSlashesWhenAsked) {
  const PathPolicy keep{.repeated_slash = RepeatedSlash::kKeep};
  EXPECT_EQ(normalized("//a//b", keep), "//a//b");
  EXPECT_EQ(normalized("/a//../b", keep), "/a/b");
}

TEST(NormalizePath, DoesNotCopyWhatIsNormal) {
  Arena arena;
  const std::string_view path = "/v1/chat/completions";
  EXPECT_EQ(normalize_path(path, {}, arena)->data(), path.data());
  EXPECT_EQ(arena.used(), 0U);
}

TEST(Query, FirstParameterOfThatNameCounts) {
  Arena arena;
  const std::string_view query = "&b=2&a=1&a=3&c&%64=4%205&e=x+y&f=%zz&=g&h=i=j";
  EXPECT_EQ(find_query_parameter(query, "a", arena), "1");
  EXPECT_EQ(find_query_parameter(query, "c", arena), "");
  EXPECT_EQ(find_query_parameter(query, "d", arena), "4 5");
  EXPECT_EQ(find_query_parameter(query, "e", arena), "x y");
  EXPECT_EQ(find_query_parameter(query, "f", arena), "%zz");
  EXPECT_EQ(find_query_parameter(query, "", arena), "g");
  EXPECT_EQ(find_query_parameter(query, "h", arena), "i=j");
  EXPECT_EQ(find_query_parameter(query, "z", arena), std::nullopt);
  EXPECT_EQ(find_query_parameter("", "a", arena), std::nullopt);
}

TEST(Query, ReaderSkipsEmptyParts) {
  QueryReader reader("&&a=1&&b&");
  EXPECT_EQ(reader.next()->name, "a");
  EXPECT_EQ(reader.next()->name, "b");
  EXPECT_FALSE(reader.next().has_value());
}

TEST(Query, ParametersAreRemovedByTheirDecodedName) {
  Arena arena;
  const auto without = [&arena](std::string_view target) {
    return remove_query_parameters(target, {"key", "access_token"}, arena);
  };
  EXPECT_EQ(without("/p"), "/p");
  EXPECT_EQ(without("/p?a=1&keys=2&flag"), "/p?a=1&keys=2&flag");
  EXPECT_EQ(without("/p?key=1"), "/p");
  EXPECT_EQ(without("/p?flag&k%65y=1&a=%20&key&access_token=2"), "/p?flag&a=%20");
}

TEST(PercentDecode, DecodesAllOrNothing) {
  Arena arena;
  EXPECT_EQ(percent_decode("a%2Fb+c", PlusSign::kLiteral, arena), "a/b+c");
  EXPECT_EQ(percent_decode("a+b", PlusSign::kSpace, arena), "a b");
  EXPECT_EQ(percent_decode("a%2", PlusSign::kLiteral, arena), std::nullopt);
  EXPECT_EQ(percent_decode("a%2x", PlusSign::kLiteral, arena), std::nullopt);
}

TEST(MatchHost, IsLowerCaseWithoutPortAndDot) {
  Arena arena;
  EXPECT_EQ(find_match_host("WWW.Example.COM:8080", arena), "www.example.com");
  EXPECT_EQ(find_match_host("example.com.", arena), "example.com");
  EXPECT_EQ(find_match_host("[2001:DB8::1]:443", arena), "2001:db8::1");
  EXPECT_EQ(find_match_host("a b", arena), std::nullopt);
}

TEST(ParseAuthority, SplitsHostAndPort) {
  const auto v4 = parse_authority("10.0.0.1:65535");
  ASSERT_TRUE(v4.has_value());
  EXPECT_EQ(v4->host, "10.0.0.1");
  EXPECT_EQ(v4->port, 65535);
  const auto v6 = parse_authority("[::ffff:1.2.3.4]");
  ASSERT_TRUE(v6.has_value());
  EXPECT_TRUE(v6->ipv6);
  EXPECT_EQ(v6->host, "::ffff:1.2.3.4");
  EXPECT_EQ(v6->port, std::nullopt);
  EXPECT_TRUE(same_authority("A.b", "a.B:80", 80));
  EXPECT_FALSE(same_authority("a.b", "a.b:81", 80));
}

}  // namespace
}  // namespace tidegate::http
