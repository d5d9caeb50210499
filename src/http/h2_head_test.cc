#include "http/h2_head.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "http/h1_format.h"
#include "http/h1_parse.h"
#include "http/h2_flood.h"

namespace tidegate::http {
namespace {

using namespace std::string_view_literals;
using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

struct Case {
  std::string_view name;
  Fields fields;
};

Result<void> read(const Fields& fields, RequestHead& head, EndStream end = EndStream::kYes) {
  for (const auto& [name, value] : fields) add_h2_field(name, value, head);
  return finish_h2_request(head, end);
}

const Fields kGet = {
    {":method", "GET"}, {":scheme", "https"}, {":path", "/a?b"}, {":authority", "a.example"}};

Fields with(const Fields& more) {
  Fields all = kGet;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(H2Head, ReadsARequest) {
  Arena arena;
  RequestHead head(arena);
  ASSERT_TRUE(read(with({{"host", "A.example"},
                         {"cookie", "a=1"},
                         {"x", "y"},
                         {"cookie", "b=2"},
                         {"te", "trailers"},
                         {"expect", "100-continue"},
                         {"content-length", "5"}}),
                   head, EndStream::kNo));
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/a?b");
  EXPECT_EQ(head.authority, "a.example");
  EXPECT_EQ(head.version, Version::kHttp2);
  EXPECT_EQ(head.body, BodyLength::known(5));
  EXPECT_TRUE(head.expect_continue);
  EXPECT_EQ(head.fields.count(HeaderId::kHost), 0U);
  EXPECT_EQ(head.fields.find(HeaderId::kCookie), "a=1; b=2");
  EXPECT_EQ(head.fields.count(HeaderId::kCookie), 1U);
}

TEST(H2Head, BodyFollowsLengthAndEnd) {
  struct {
    Fields more;
    EndStream end;
    BodyLength expected;
  } const cases[] = {
      {{}, EndStream::kYes, BodyLength::none()},
      {{}, EndStream::kNo, BodyLength::chunked()},
      {{{"content-length", "0"}}, EndStream::kYes, BodyLength::known(0)},
      {{{"content-length", "7"}}, EndStream::kNo, BodyLength::known(7)},
  };
  for (const auto& c : cases) {
    Arena arena;
    RequestHead head(arena);
    ASSERT_TRUE(read(with(c.more), head, c.end));
    EXPECT_EQ(head.body, c.expected);
  }
}

TEST(H2Head, ConnectAndExtendedConnect) {
  Arena arena;
  RequestHead connect(arena);
  ASSERT_TRUE(read({{":method", "CONNECT"}, {":authority", "a:443"}}, connect));
  EXPECT_EQ(connect.target, "");
  RequestHead socket(arena);
  ASSERT_TRUE(read({{":method", "CONNECT"},
                    {":protocol", "websocket"},
                    {":scheme", "https"},
                    {":path", "/ws"},
                    {":authority", "a"}},
                   socket, EndStream::kNo));
  EXPECT_EQ(socket.upgrade, "websocket");
  EXPECT_EQ(socket.target, "/ws");
}

// Every way in which an HTTP/2 request could become two HTTP/1 requests, or one with another
// meaning.
const Case kBad[] = {
    {"no method", {{":scheme", "http"}, {":path", "/"}, {":authority", "a"}}},
    {"method with space",
     {{":method", "GET / HTTP/1.1"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a"}}},
    {"method with crlf",
     {{":method", "GET\r\nX: y"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a"}}},
    {"no path", {{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}}},
    {"empty path", {{":method", "GET"}, {":scheme", "http"}, {":path", ""}, {":authority", "a"}}},
    {"path without slash",
     {{":method", "GET"}, {":scheme", "http"}, {":path", "a"}, {":authority", "a"}}},
    {"path with space",
     {{":method", "GET"}, {":scheme", "http"}, {":path", "/ HTTP/1.1"}, {":authority", "a"}}},
    {"path with crlf",
     {{":method", "GET"}, {":scheme", "http"}, {":path", "/\r\nX: y"}, {":authority", "a"}}},
    {"path with nul",
     {{":method", "GET"}, {":scheme", "http"}, {":path", "/\0"sv}, {":authority", "a"}}},
    {"path with fragment",
     {{":method", "GET"}, {":scheme", "http"}, {":path", "/#a"}, {":authority", "a"}}},
    {"absolute path",
     {{":method", "GET"}, {":scheme", "http"}, {":path", "http://b/"}, {":authority", "a"}}},
    {"asterisk with get",
     {{":method", "GET"}, {":scheme", "http"}, {":path", "*"}, {":authority", "a"}}},
    {"no scheme", {{":method", "GET"}, {":path", "/"}, {":authority", "a"}}},
    {"odd scheme",
     {{":method", "GET"}, {":scheme", "http://b/?"}, {":path", "/"}, {":authority", "a"}}},
    {"no authority", {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}}},
    {"authority with userinfo",
     {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "u@a"}}},
    {"authority with crlf",
     {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a\r\nX: y"}}},
    {"authority with path",
     {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a/b"}}},
    {"host conflict", with({{"host", "b.example"}})},
    {"two hosts", with({{"host", "a.example"}, {"host", "a.example"}})},
    {"repeated path", with({{":path", "/other"}})},
    {"unknown pseudo field", with({{":evil", "x"}})},
    {"protocol without connect", with({{":protocol", "websocket"}})},
    {"connect without port", {{":method", "CONNECT"}, {":authority", "a"}}},
    {"connect with path", {{":method", "CONNECT"}, {":authority", "a:1"}, {":path", "/"}}},
    {"name with colon", with({{"x: y\r\nz", "1"}})},
    {"name with crlf", with({{"x\r\ny", "1"}})},
    {"name with space", with({{"x y", "1"}})},
    {"empty name", with({{"", "1"}})},
    {"upper-case name", with({{"Host2", "1"}})},
    {"value with crlf", with({{"x", "1\r\ny: z"}})},
    {"value with lf", with({{"x", "1\ny: z"}})},
    {"value with cr", with({{"x", "1\ry"}})},
    {"value with nul", with({{"x", "1\0y"sv}})},
    {"known name, value with crlf", with({{"user-agent", "1\r\ny: z"}})},
    {"connection", with({{"connection", "close"}})},
    {"keep-alive", with({{"keep-alive", "timeout=5"}})},
    {"proxy-connection", with({{"proxy-connection", "close"}})},
    {"transfer-encoding", with({{"transfer-encoding", "chunked"}})},
    {"transfer-encoding identity", with({{"transfer-encoding", "identity"}})},
    {"upgrade", with({{"upgrade", "h2c"}})},
    {"te", with({{"te", "gzip"}})},
    {"te list", with({{"te", "trailers, gzip"}})},
    {"two lengths", with({{"content-length", "0"}, {"content-length", "0"}})},
    {"length list", with({{"content-length", "0,0"}})},
    {"length sign", with({{"content-length", "+0"}})},
    {"length without body", with({{"content-length", "5"}})},
};

TEST(H2Head, RefusesWhatCouldBecomeAnotherHttp1Request) {
  for (const Case& c : kBad) {
    Arena arena;
    RequestHead head(arena);
    const auto result = read(c.fields, head);
    ASSERT_FALSE(result.has_value()) << c.name;
    EXPECT_EQ(result.error().origin, Origin::kDownstream) << c.name;
  }
}

// Known and unknown names, shorter and longer than the words that are looked at together.
TEST(H2Head, RefusesAnUpperCaseLetterAnywhereInAName) {
  for (const std::string_view name :
       {"x", "accept", "x-custom", "user-agent", "x-0123456789-azaz"}) {
    for (std::size_t at = 0; at < name.size(); ++at) {
      std::string changed(name);
      if (changed[at] < 'a') continue;
      changed[at] = static_cast<char>(changed[at] - ('a' - 'A'));
      Arena arena;
      RequestHead good(arena), bad(arena);
      EXPECT_TRUE(read(with({{name, "1"}}), good)) << name;
      EXPECT_FALSE(read(with({{changed, "1"}}), bad)) << changed;
    }
  }
}

TEST(H2Head, WhatIsAcceptedIsOneHttp1Request) {
  Arena arena;
  RequestHead head(arena);
  ASSERT_TRUE(
      read(with({{"x", "y"}, {"te", "trailers"}, {"content-length", "3"}}), head, EndStream::kNo));
  HeadBuffer out(arena);
  ASSERT_TRUE(format_request_head(head, H1Connection::kKeepAlive, out));
  EXPECT_EQ(out.view(),
            "GET /a?b HTTP/1.1\r\nHost: a.example\r\nx: y\r\nContent-Length: 3\r\n\r\n");
}

TEST(H2Head, ReadsAResponse) {
  Arena arena;
  ResponseHead head(arena);
  add_h2_field(":status", "200", head);
  add_h2_field("content-length", "5", head);
  ASSERT_TRUE(finish_h2_response("GET", head, EndStream::kNo));
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, BodyLength::known(5));
  ASSERT_TRUE(finish_h2_response("HEAD", head, EndStream::kYes));
  EXPECT_EQ(head.body, BodyLength::none());
  EXPECT_FALSE(finish_h2_response("GET", head, EndStream::kYes));
  for (const std::string_view status : {"", "20", "2000", "2x0", "099", "600"}) {
    ResponseHead bad(arena);
    add_h2_field(":status", status, bad);
    EXPECT_FALSE(finish_h2_response("GET", bad, EndStream::kYes)) << status;
  }
  add_h2_field(":status", "201", head);
  EXPECT_FALSE(finish_h2_response("GET", head, EndStream::kNo));
}

TEST(H2Head, TrailersLoseWhatMustNotBeThere) {
  Arena arena;
  HeaderMap trailers(arena);
  trailers.add("grpc-status", "0");
  trailers.add("content-length", "5");
  ASSERT_TRUE(finish_h2_trailers(trailers, Origin::kUpstream));
  EXPECT_EQ(trailers.size(), 1U);
  trailers.add(":status", "200");
  EXPECT_FALSE(finish_h2_trailers(trailers, Origin::kUpstream));
}

TEST(RateBucket, AllowsItsBurstAndThenItsRate) {
  RateBucket bucket({.burst = 3, .per_second = 2});
  const SteadyTime start{std::chrono::seconds(100)};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start + std::chrono::milliseconds(499)));
  EXPECT_TRUE(bucket.take(start + std::chrono::milliseconds(500)));
  EXPECT_FALSE(bucket.take(start + std::chrono::milliseconds(900)));
  EXPECT_TRUE(bucket.take(start + std::chrono::milliseconds(1000)));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(start + std::chrono::hours(1)));
  EXPECT_FALSE(bucket.take(start + std::chrono::hours(1)));
}

}  // namespace
}  // namespace tidegate::http
