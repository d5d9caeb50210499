#include "route/filters/header_edits.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::route {
namespace {

std::string text_of(const http::HeaderMap& fields) {
  std::string text;
  for (const http::Field& field : fields.fields()) {
    text.append(field.name).append(": ").append(field.value).append("\n");
  }
  return text;
}

TEST(HeaderEdits, SetAddAndRemoveAsTheSpecificationShows) {
  Arena arena;
  http::HeaderMap fields(arena);
  fields.add("my-header", "foo");
  fields.add("X-Set", "old");
  fields.add("x-gone", "1");
  fields.add("X-GONE", "2");
  const config::HeaderEdits edits{.set = {{"x-set", "new"}, {"x-fresh", "1"}},
                                  .add = {{"My-Header", "bar,baz"}, {"x-added", "v"}},
                                  .remove = {"X-Gone", "x-absent"}};
  apply_header_edits(edits, fields);
  EXPECT_EQ(text_of(fields), "my-header: foo,bar,baz\nX-Set: new\nx-fresh: 1\nx-added: v\n");
}

TEST(HeaderEdits, AddGoesToTheLastFieldOfSeveral) {
  Arena arena;
  http::HeaderMap fields(arena);
  fields.add("Accept", "a");
  fields.add("other", "x");
  fields.add("accept", "b");
  const config::HeaderEdits edits{.add = {{"ACCEPT", "c"}}};
  apply_header_edits(edits, fields);
  EXPECT_EQ(text_of(fields), "Accept: a\nother: x\naccept: b,c\n");
}

TEST(HeaderEdits, CookiesAreNeverJoined) {
  Arena arena;
  http::HeaderMap fields(arena);
  fields.add("Set-Cookie", "a=1");
  const config::HeaderEdits edits{.add = {{"set-cookie", "b=2"}}};
  apply_header_edits(edits, fields);
  EXPECT_EQ(text_of(fields), "Set-Cookie: a=1\nset-cookie: b=2\n");
}

TEST(HeaderEdits, BackendEditsComeOnTopOfTheRules) {
  Arena arena;
  http::HeaderMap fields(arena);
  const config::HeaderEdits rule{.set = {{"a", "rule"}}, .add = {{"b", "rule"}}};
  const config::HeaderEdits backend{.set = {{"a", "backend"}}, .add = {{"b", "backend"}}};
  apply_header_edits(rule, fields);
  apply_header_edits(backend, fields);
  EXPECT_EQ(text_of(fields), "a: backend\nb: rule,backend\n");
}

TEST(HeaderEdits, FramingConnectionAndHostAreOutOfReach) {
  const std::vector<std::string> names = {"Content-Length",   "Transfer-Encoding",
                                          "Connection",       "Keep-Alive",
                                          "Upgrade",          "TE",
                                          "Trailer",          "Host",
                                          "Proxy-Connection", "Expect",
                                          "HTTP2-Settings"};
  for (const std::string& name : names) {
    Arena arena;
    http::HeaderMap fields(arena);
    fields.add(name, "kept");
    const config::HeaderEdits edits{.set = {{name, "x"}}, .add = {{name, "y"}}, .remove = {name}};
    apply_header_edits(edits, fields);
    EXPECT_EQ(text_of(fields), name + ": kept\n");
  }
}

TEST(HeaderEdits, NothingThatCouldSplitAMessageGetsIn) {
  Arena arena;
  http::HeaderMap fields(arena);
  const config::HeaderEdits edits{.set = {{"a", "x\r\nevil: 1"},
                                          {"b\r\nevil", "1"},
                                          {":path", "/"},
                                          {"", "1"},
                                          {"c", {"\0", 1}}},
                                  .add = {{"d", "\n"}, {"sp ace", "1"}}};
  apply_header_edits(edits, fields);
  EXPECT_TRUE(fields.empty()) << text_of(fields);
}

}  // namespace
}  // namespace tidegate::route
