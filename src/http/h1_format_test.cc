#include "http/h1_format.h"

#include <gtest/gtest.h>

#include <string>

#include "http/h1_parse.h"

namespace tidegate::http {
namespace {

struct Fixture {
  Arena arena;
  RequestHead request{arena};
  ResponseHead response{arena};
  HeadBuffer out{arena};

  Fixture() {
    request.method = "POST";
    request.target = "/v1/x?y";
    request.authority = "a.example";
    response.status = 200;
  }
};

std::string formatted_request(Fixture& f, H1Connection connection = H1Connection::kKeepAlive) {
  const auto framing = format_request_head(f.request, connection, f.out);
  return framing ? std::string(f.out.view()) : "error: " + framing.error().detail;
}

std::string formatted_response(Fixture& f, ResponseContext context) {
  const auto framing = format_response_head(f.response, context, f.out);
  return framing ? std::string(f.out.view()) : "error: " + framing.error().detail;
}

TEST(H1Format, WritesHostFramingAndTheRestInOrderAsSpelled) {
  Fixture f;
  f.request.body = BodyLength::known(12);
  f.request.fields.add("ACCEPT", "*/*");
  f.request.fields.add("hOST", "ignored.example");
  f.request.fields.add("X-b", "2");
  f.request.fields.add("Content-Length", "99");
  f.request.fields.add("x-B", "3");
  EXPECT_EQ(formatted_request(f),
            "POST /v1/x?y HTTP/1.1\r\nHost: a.example\r\nACCEPT: */*\r\nX-b: 2\r\nx-B: 3\r\n"
            "Content-Length: 12\r\n\r\n");
}

TEST(H1Format, DropsHopByHopFieldsAndThoseThatConnectionNames) {
  Fixture f;
  f.request.body = BodyLength::chunked();
  f.request.fields.add("Connection", "close, X-Secret");
  f.request.fields.add("Keep-Alive", "timeout=5");
  f.request.fields.add("connection", "x-other, host, content-length");
  f.request.fields.add("TE", "trailers");
  f.request.fields.add("Upgrade", "h2c");
  f.request.fields.add("HTTP2-Settings", "AAMAAABk");
  f.request.fields.add("Proxy-Connection", "keep-alive");
  f.request.fields.add("Proxy-Authorization", "Basic x");
  f.request.fields.add("Transfer-Encoding", "chunked");
  f.request.fields.add("x-secret", "1");
  f.request.fields.add("X-Other", "2");
  f.request.fields.add("Kept", "3");
  EXPECT_EQ(
      formatted_request(f),
      "POST /v1/x?y HTTP/1.1\r\nHost: a.example\r\nKept: 3\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(H1Format, WritesConnectAndUpgrade) {
  Fixture connect;
  connect.request.method = "CONNECT";
  connect.request.target = {};
  connect.request.authority = "a.example:443";
  EXPECT_EQ(formatted_request(connect, H1Connection::kClose),
            "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\nConnection: close\r\n\r\n");
  Fixture upgrade;
  upgrade.request.method = "GET";
  upgrade.request.upgrade = "websocket";
  EXPECT_EQ(formatted_request(upgrade, H1Connection::kUpgrade),
            "GET /v1/x?y HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: "
            "websocket\r\n\r\n");
}

TEST(H1Format, NothingThatCouldEndALineEarlyGoesOut) {
  using namespace std::string_view_literals;
  constexpr std::string_view kBad[] = {"a\rb", "a\nb", "a\0b"sv, "a\r\nX: y", "\x01", "\x7f"};
  for (const std::string_view bad : kBad) {
    Fixture value;
    value.request.fields.add("X", bad);
    EXPECT_TRUE(formatted_request(value).starts_with("error")) << bad;
    EXPECT_EQ(value.out.size(), 0U);
    Fixture known;
    known.request.fields.add("User-Agent", bad);
    EXPECT_TRUE(formatted_request(known).starts_with("error")) << bad;
    Fixture name;
    name.request.fields.add(bad, "x");
    EXPECT_TRUE(formatted_request(name).starts_with("error")) << bad;
    Fixture target;
    target.request.target = bad;
    EXPECT_TRUE(formatted_request(target).starts_with("error")) << bad;
    Fixture authority;
    authority.request.authority = bad;
    EXPECT_TRUE(formatted_request(authority).starts_with("error")) << bad;
    Fixture method;
    method.request.method = bad;
    EXPECT_TRUE(formatted_request(method).starts_with("error")) << bad;
    Fixture reason;
    reason.response.reason = bad;
    EXPECT_TRUE(formatted_response(reason, {"GET"}).starts_with("error")) << bad;
    Fixture response;
    response.response.fields.add("X", bad);
    EXPECT_TRUE(formatted_response(response, {"GET"}).starts_with("error")) << bad;
  }
}

TEST(H1Format, SpacesAndColonsInNamesAndTargetsAreRefused) {
  for (const std::string_view bad : {"", "X ", " X", "X:", ":path", "X\xc3\xa9"}) {
    Fixture f;
    f.request.fields.add(bad, "v");
    EXPECT_TRUE(formatted_request(f).starts_with("error")) << bad;
  }
  for (const std::string_view bad : {"", "/a b", "/a HTTP/1.1", "/a#b", "/\xc3\xa9"}) {
    Fixture f;
    f.request.target = bad;
    EXPECT_TRUE(formatted_request(f).starts_with("error")) << bad;
  }
}

TEST(H1Format, ResponseFramingFitsTheClient) {
  struct Case {
    ResponseContext context;
    std::uint16_t status;
    BodyLength body;
    std::string_view expected;  // behind the status line
    BodyFraming framing;
  };
  const H1Connection keep = H1Connection::kKeepAlive;
  const H1Connection close = H1Connection::kClose;
  const Case cases[] = {
      {{"GET", Version::kHttp11, keep},
       200,
       BodyLength::known(3),
       "Content-Length: 3\r\n",
       BodyFraming::kLength},
      {{"GET", Version::kHttp11, keep},
       200,
       BodyLength::none(),
       "Content-Length: 0\r\n",
       BodyFraming::kLength},
      {{"GET", Version::kHttp11, close},
       200,
       BodyLength::known(3),
       "Content-Length: 3\r\nConnection: close\r\n",
       BodyFraming::kLength},
      {{"GET", Version::kHttp11, keep},
       200,
       BodyLength::chunked(),
       "Transfer-Encoding: chunked\r\n",
       BodyFraming::kChunked},
      {{"GET", Version::kHttp11, keep},
       200,
       BodyLength::until_close(),
       "Transfer-Encoding: chunked\r\n",
       BodyFraming::kChunked},
      {{"GET", Version::kHttp10, keep},
       200,
       BodyLength::chunked(),
       "Connection: close\r\n",
       BodyFraming::kUntilClose},
      {{"GET", Version::kHttp10, keep},
       200,
       BodyLength::known(3),
       "Content-Length: 3\r\nConnection: keep-alive\r\n",
       BodyFraming::kLength},
      {{"HEAD", Version::kHttp11, keep},
       200,
       BodyLength::none(),
       "content-length: 7\r\n",
       BodyFraming::kNone},
      {{"GET", Version::kHttp11, keep},
       304,
       BodyLength::none(),
       "content-length: 7\r\n",
       BodyFraming::kNone},
      {{"GET", Version::kHttp11, keep}, 204, BodyLength::none(), "", BodyFraming::kNone},
      {{"HEAD", Version::kHttp11, keep}, 204, BodyLength::none(), "", BodyFraming::kNone},
      {{"GET", Version::kHttp11, keep}, 103, BodyLength::none(), "", BodyFraming::kNone},
      {{"CONNECT", Version::kHttp11, keep}, 200, BodyLength::none(), "", BodyFraming::kNone},
  };
  for (const Case& c : cases) {
    Fixture f;
    f.response.status = c.status;
    f.response.reason = "R";
    f.response.body = c.body;
    f.response.fields.add("content-length", "7");
    const auto framing = format_response_head(f.response, c.context, f.out);
    ASSERT_TRUE(framing.has_value());
    EXPECT_EQ(*framing, c.framing) << f.out.view();
    const std::string line = "HTTP/1.1 " + std::to_string(c.status) + " R\r\n";
    EXPECT_EQ(f.out.view(), line + std::string(c.expected) + "\r\n");
  }
}

TEST(H1Format, SwitchingProtocolsKeepsItsUpgrade) {
  Fixture f;
  f.response.status = 101;
  f.response.fields.add("Upgrade", "websocket");
  f.response.fields.add("Connection", "Upgrade");
  f.response.fields.add("Sec-WebSocket-Accept", "x=");
  EXPECT_EQ(formatted_response(f, {"GET", Version::kHttp11, H1Connection::kUpgrade}),
            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x=\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
}

TEST(H1Format, TrailersEndTheBody) {
  Fixture f;
  HeaderMap trailers(f.arena);
  trailers.add("grpc-status", "0");
  trailers.add("Content-Length", "5");
  ASSERT_TRUE(format_trailers(trailers, f.out).has_value());
  EXPECT_EQ(f.out.view(), "0\r\ngrpc-status: 0\r\n\r\n");
  trailers.add("X", "a\nb");
  EXPECT_FALSE(format_trailers(trailers, f.out).has_value());
  EXPECT_EQ(f.out.view(), "0\r\ngrpc-status: 0\r\n\r\n");
}

TEST(H1Format, RemovesHopByHopForHttp2ButKeepsTeTrailers) {
  Fixture f;
  HeaderMap& fields = f.request.fields;
  fields.add("Connection", "X-Named");
  fields.add("A", "1");
  fields.add("x-named", "2");
  fields.add("TE", "gzip, trailers");
  fields.add("Transfer-Encoding", "chunked");
  remove_hop_by_hop(fields, TeField::kKeepTrailers);
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields.fields()[0].name, "A");
  EXPECT_EQ(fields.fields()[1].value, "trailers");
  remove_hop_by_hop(fields, TeField::kRemove);
  EXPECT_EQ(fields.size(), 1U);
}

TEST(H1Format, WhatItWritesParsesBack) {
  Fixture f;
  f.request.body = BodyLength::known(5);
  f.request.fields.add("X-A", "b");
  const std::string bytes = formatted_request(f);
  RequestHead head(f.arena);
  const auto state = parse_request_head(bytes, {}, head);
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->head_bytes, bytes.size());
  EXPECT_EQ(head.target, f.request.target);
  EXPECT_EQ(head.authority, f.request.authority);
  EXPECT_EQ(head.body, f.request.body);
}

}  // namespace
}  // namespace tidegate::http
