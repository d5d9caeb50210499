#include "route/filters/url_edits.h"

#include <gtest/gtest.h>

#include <string>

namespace tidegate::route {
namespace {

using config::PathMatch;
using config::PathModifier;

PathMatch prefix_match(std::string_view value) {
  return {.kind = PathMatch::Kind::kPrefix, .value = std::string(value)};
}
PathModifier replace_prefix(std::string_view value) {
  return {.kind = PathModifier::Kind::kReplacePrefixMatch, .value = std::string(value)};
}
PathModifier replace_path(std::string_view value) {
  return {.kind = PathModifier::Kind::kReplaceFullPath, .value = std::string(value)};
}

// The table of HTTPPathModifier, then what it leaves open.
TEST(ModifyPath, ReplacesPrefixesAsTheSpecificationShows) {
  struct Case {
    std::string_view path;
    std::string_view prefix;
    std::string_view replacement;
    std::string_view modified;
  };
  const Case cases[] = {
      {"/foo/bar", "/foo", "/xyz", "/xyz/bar"},
      {"/foo/bar", "/foo", "/xyz/", "/xyz/bar"},
      {"/foo/bar", "/foo/", "/xyz", "/xyz/bar"},
      {"/foo/bar", "/foo/", "/xyz/", "/xyz/bar"},
      {"/foo", "/foo", "/xyz", "/xyz"},
      {"/foo/", "/foo", "/xyz", "/xyz/"},
      {"/foo/bar", "/foo", "", "/bar"},
      {"/foo/", "/foo", "", "/"},
      {"/foo", "/foo", "", "/"},
      {"/foo/", "/foo", "/", "/"},
      {"/foo", "/foo", "/", "/"},
      {"/foo/bar", "/", "/xyz", "/xyz/foo/bar"},
      {"/", "/", "/xyz", "/xyz/"},
      {"/foo/bar", "/", "/", "/foo/bar"},
      {"/strip-prefix/three", "/strip-prefix", "/", "/three"},
      {"/foo/bar", "/foo", "xyz", "/xyz/bar"},
  };
  Arena arena;
  for (const Case& c : cases) {
    EXPECT_EQ(modify_path(replace_prefix(c.replacement), prefix_match(c.prefix), c.path, arena),
              c.modified)
        << c.path << " " << c.prefix << " " << c.replacement;
  }
}

TEST(ModifyPath, PrefixReplacementLeavesOtherMatchesAlone) {
  Arena arena;
  const PathMatch exact{.kind = PathMatch::Kind::kExact, .value = "/foo"};
  EXPECT_EQ(modify_path(replace_prefix("/xyz"), exact, "/foo", arena), "/foo");
}

http::RequestHead& fill(http::RequestHead& head, std::string_view authority,
                        std::string_view target, std::string_view scheme = "http") {
  head.method = "GET";
  head.scheme = scheme;
  head.authority = authority;
  head.target = target;
  return head;
}

struct RedirectCase {
  std::string_view name;
  config::Redirect redirect;
  std::string_view target;
  std::string_view location;
  std::string_view scheme = "http";
  std::uint16_t listener_port = 80;
  std::string_view authority = "example.com";
};

TEST(Redirect, LocationFollowsTheRulesForSchemeHostAndPort) {
  const RedirectCase cases[] = {
      {"nothing set", {}, "/p", "http://example.com/p"},
      {"host",
       {.hostname = "example.org"},
       "/hostname-redirect",
       "http://example.org/hostname-redirect"},
      {"listener port",
       {.hostname = "example.org"},
       "/p",
       "http://example.org:8080/p",
       "http",
       8080},
      {"https listener", {.hostname = "example.org"}, "/p", "https://example.org/p", "https", 443},
      {"https listener on 8443", {}, "/p", "https://example.com:8443/p", "https", 8443},
      {"https listener on 80", {}, "/p", "https://example.com:80/p", "https", 80},
      {"port", {.port = 8083}, "/p", "http://example.com:8083/p"},
      {"port 80", {.port = 80}, "/p", "http://example.com/p", "http", 8080},
      {"port 443 on http", {.port = 443}, "/p", "http://example.com:443/p"},
      {"scheme", {.scheme = "https"}, "/p", "https://example.com/p"},
      {"scheme from 8080", {.scheme = "https"}, "/p", "https://example.com/p", "http", 8080},
      {"scheme http from https", {.scheme = "http"}, "/p", "http://example.com/p", "https", 443},
      {"scheme and port", {.scheme = "https", .port = 8443}, "/p", "https://example.com:8443/p"},
      {"scheme and own port", {.scheme = "https", .port = 443}, "/p", "https://example.com/p"},
      {"scheme and port 80", {.scheme = "https", .port = 80}, "/p", "https://example.com:80/p"},
      {"client's port is not kept",
       {},
       "/p",
       "http://example.com/p",
       "http",
       80,
       "example.com:1234"},
      {"IPv6", {}, "/p", "http://[::1]:8080/p", "http", 8080, "[::1]:1234"},
      {"no host", {}, "/p?q", "/p?q", "http", 8080, ""},
      {"query", {.scheme = "https"}, "/p?a=1&b=2", "https://example.com/p?a=1&b=2"},
      {"not a path", {}, "*", "http://example.com/"},
  };
  for (const RedirectCase& c : cases) {
    Arena arena;
    http::RequestHead head(arena);
    fill(head, c.authority, c.target, c.scheme);
    const auto reply = make_redirect(c.redirect, prefix_match("/"), head, c.listener_port, arena);
    EXPECT_EQ(reply.location, c.location) << c.name;
    EXPECT_EQ(reply.status, 302) << c.name;
  }
}

TEST(Redirect, PathsAreReplacedAndQueriesKept) {
  struct Case {
    PathModifier modifier;
    std::string_view target;
    std::string_view location;
  };
  const Case cases[] = {
      {replace_prefix("/replacement-prefix"), "/original-prefix/lemon?x=1",
       "http://h/replacement-prefix/lemon?x=1"},
      {replace_prefix("/"), "/original-prefix", "http://h/"},
      {replace_path("/full-path-replacement"), "/original-prefix/lemon?x=1",
       "http://h/full-path-replacement?x=1"},
      {replace_path("/fixed?y=2"), "/original-prefix?x=1", "http://h/fixed?y=2"},
      {replace_path(""), "/original-prefix", "http://h/"},
  };
  for (const Case& c : cases) {
    Arena arena;
    http::RequestHead head(arena);
    fill(head, "h", c.target);
    const auto reply =
        make_redirect({.path = c.modifier}, prefix_match("/original-prefix"), head, 80, arena);
    EXPECT_EQ(reply.location, c.location) << c.target;
  }
}

TEST(Redirect, OnlyRedirectStatusesAreUsed) {
  Arena arena;
  http::RequestHead head(arena);
  fill(head, "h", "/");
  constexpr std::uint16_t kStatuses[] = {301, 302, 303, 307, 308};
  for (const std::uint16_t status : kStatuses) {
    EXPECT_EQ(make_redirect({.status = status}, prefix_match("/"), head, 80, arena).status, status);
  }
  EXPECT_EQ(make_redirect({.status = 200}, prefix_match("/"), head, 80, arena).status, 302);
}

TEST(Rewrite, ChangesHostEverywhereAndKeepsTheQuery) {
  Arena arena;
  http::RequestHead head(arena);
  fill(head, "old.example.com:8080", "/prefix/one?x=1");
  head.fields.add("Host", "old.example.com:8080");
  const config::UrlRewrite rewrite{.hostname = "new.example.org", .path = replace_prefix("/two")};
  apply_rewrite(rewrite, prefix_match("/prefix"), head);
  EXPECT_EQ(head.authority, "new.example.org");
  EXPECT_EQ(head.fields.find(http::HeaderId::kHost), "new.example.org");
  EXPECT_EQ(head.target, "/two/one?x=1");
}

TEST(Rewrite, WithoutPartsChangesNothing) {
  Arena arena;
  http::RequestHead head(arena);
  fill(head, "h", "/p?x");
  apply_rewrite({}, prefix_match("/"), head);
  EXPECT_EQ(head.authority, "h");
  EXPECT_EQ(head.target, "/p?x");
  EXPECT_TRUE(head.fields.empty());
}

TEST(Rewrite, ReplacesTheFullPath) {
  Arena arena;
  http::RequestHead head(arena);
  fill(head, "h", "/full/one?x=1");
  const config::UrlRewrite rewrite{.path = replace_path("/one")};
  apply_rewrite(rewrite, prefix_match("/full"), head);
  EXPECT_EQ(head.target, "/one?x=1");
  http::RequestHead star(arena);
  apply_rewrite(rewrite, prefix_match("/"), fill(star, "h", "*"));
  EXPECT_EQ(star.target, "*");
}

}  // namespace
}  // namespace tidegate::route
