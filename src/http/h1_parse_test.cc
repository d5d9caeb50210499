#include "http/h1_parse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::http {
namespace {

constexpr std::string_view kChatRequest =
    "POST /v1/chat/completions?stream=true HTTP/1.1\r\n"
    "Host: gateway.example:8080\r\n"
    "User-Agent: OpenAI/Python 1.99.1\r\n"
    "Authorization: Bearer sk-0123456789abcdef\r\n"
    "X-Odd-Spacing:\t  two words \t\r\n"
    "X-Empty:\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 667\r\n"
    "\r\n";

struct Parsed {
  Arena arena;
  RequestHead head{arena};
  Result<ParseState> state = ParseState{};
};

void parse(std::string_view bytes, Parsed& out, H1Limits limits = {}) {
  out.state = parse_request_head(bytes, limits, out.head);
}

ErrorCode request_error(std::string_view bytes, H1Limits limits = {}) {
  Parsed parsed;
  parse(bytes, parsed, limits);
  EXPECT_FALSE(parsed.state.has_value()) << bytes;
  return parsed.state ? ErrorCode::kInternal : parsed.state.error().code;
}

TEST(H1Parse, ReadsARequestHead) {
  const std::string bytes = std::string(kChatRequest) + "{\"body\":1}";
  Parsed parsed;
  parse(bytes, parsed);

  ASSERT_TRUE(parsed.state.has_value()) << parsed.state.error().detail;
  EXPECT_EQ(parsed.state->head_bytes, kChatRequest.size());
  EXPECT_EQ(parsed.head.method, "POST");
  EXPECT_EQ(parsed.head.target, "/v1/chat/completions?stream=true");
  EXPECT_EQ(parsed.head.path(), "/v1/chat/completions");
  EXPECT_EQ(parsed.head.authority, "gateway.example:8080");
  EXPECT_EQ(parsed.head.version, Version::kHttp11);
  EXPECT_EQ(parsed.head.body, BodyLength::known(667));
  EXPECT_TRUE(parsed.head.keep_alive);
  EXPECT_EQ(parsed.head.fields.size(), 7U);
  EXPECT_EQ(parsed.head.fields.find("x-odd-spacing"), "two words");
  EXPECT_EQ(parsed.head.fields.find("x-empty"), "");
}

TEST(H1Parse, EveryPrefixNeedsMoreAndNothingElse) {
  for (std::size_t cut = 0; cut < kChatRequest.size(); ++cut) {
    // A copy of exactly these bytes, so that a read behind them is seen by the sanitizer.
    const std::vector<char> bytes(kChatRequest.begin(), kChatRequest.begin() + cut);
    Parsed parsed;
    parse(std::string_view(bytes.data(), bytes.size()), parsed);
    ASSERT_TRUE(parsed.state.has_value()) << cut << ": " << parsed.state.error().detail;
    EXPECT_FALSE(parsed.state->complete()) << cut;
  }
}

TEST(H1Parse, FindsTheEndOverEverySplit) {
  const std::string bytes = std::string(kChatRequest) + "\r\n\r\nbody";
  for (std::size_t first = 0; first < kChatRequest.size(); ++first) {
    std::size_t scanned = 0;
    EXPECT_EQ(find_head_end(std::string_view(bytes).substr(0, first), scanned), 0U) << first;
    EXPECT_LE(scanned, first);
    EXPECT_EQ(find_head_end(bytes, scanned), kChatRequest.size()) << first;
  }
  std::size_t scanned = 0;
  std::size_t end = 0;
  for (std::size_t size = 0; end == 0; ++size) {
    end = find_head_end(std::string_view(bytes).substr(0, size), scanned);
  }
  EXPECT_EQ(end, kChatRequest.size());
}

TEST(H1Parse, BareLineFeedsEndTheSearchSoThatTheParserRefusesThem) {
  for (const std::string_view bytes : {"GET / HTTP/1.1\nHost: a\n\n", "\nGET / HTTP/1.1\r\n"}) {
    std::size_t scanned = 0;
    const std::size_t end = find_head_end(bytes, scanned);
    ASSERT_NE(end, 0U);
    EXPECT_EQ(request_error(bytes.substr(0, end)), ErrorCode::kMalformed);
  }
}

TEST(H1Parse, OneEmptyLineBeforeTheRequestIsSkipped) {
  Parsed parsed;
  parse("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", parsed);
  ASSERT_TRUE(parsed.state.has_value());
  EXPECT_EQ(parsed.state->head_bytes, 29U);
  EXPECT_EQ(request_error("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), ErrorCode::kMalformed);
}

TEST(H1Parse, AbsoluteTargetsGiveAuthorityAndOriginForm) {
  struct Case {
    std::string_view line, authority, target;
  };
  constexpr Case kCases[] = {
      {"GET http://a.example/p?q HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", "/p?q"},
      {"GET http://a.example:80/ HTTP/1.1\r\nHost: A.example\r\n\r\n", "a.example:80", "/"},
      {"GET HTTPS://a.example HTTP/1.1\r\nHost: a.example:443\r\n\r\n", "a.example", "/"},
      {"GET http://a.example?x=1 HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", "/?x=1"},
      {"OPTIONS http://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", "*"},
      {"OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", "*"},
      {"GET http://[::1]:8080/ HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "[::1]:8080", "/"},
      {"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n", "a.example:443", ""},
      {"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example:443", ""},
      {"GET / HTTP/1.0\r\n\r\n", "", "/"},
  };
  for (const Case& c : kCases) {
    Parsed parsed;
    parse(c.line, parsed);
    ASSERT_TRUE(parsed.state.has_value()) << c.line << parsed.state.error().detail;
    EXPECT_EQ(parsed.head.authority, c.authority) << c.line;
    EXPECT_EQ(parsed.head.target, c.target) << c.line;
  }
}

TEST(H1Parse, ConnectionOptionsAndVersionDecidePersistence) {
  struct Case {
    std::string_view head;
    bool keep_alive;
  };
  constexpr Case kCases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: foo\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n", true},
      {"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n", false},
  };
  for (const Case& c : kCases) {
    Parsed parsed;
    parse(c.head, parsed);
    ASSERT_TRUE(parsed.state.has_value()) << c.head;
    EXPECT_EQ(parsed.head.keep_alive, c.keep_alive) << c.head;
  }
}

TEST(H1Parse, ExpectAndUpgrade) {
  Parsed parsed;
  parse(
      "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
      "Expect: 100-Continue\r\n\r\n",
      parsed);
  ASSERT_TRUE(parsed.state.has_value());
  EXPECT_EQ(parsed.head.upgrade, "websocket");
  EXPECT_TRUE(parsed.head.expect_continue);

  Parsed unlisted;
  parse("GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n", unlisted);
  EXPECT_EQ(unlisted.head.upgrade, "");

  Parsed h2c;
  parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket, h2c\r\n\r\n", h2c);
  EXPECT_EQ(h2c.head.upgrade, "");

  Parsed old;
  parse("POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", old);
  EXPECT_FALSE(old.head.expect_continue);
}

TEST(H1Parse, LimitsHaveTheirOwnCodes) {
  const H1Limits limits{.max_head_bytes = 200, .max_target_bytes = 50, .max_fields = 3};
  const std::string long_target = "GET /" + std::string(60, 'a');
  const std::string long_head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(300, 'x');
  EXPECT_EQ(request_error(long_target, limits), ErrorCode::kUriTooLong);
  EXPECT_EQ(request_error(long_target + " HTTP/1.1\r\nHost: a\r\n\r\n", limits),
            ErrorCode::kUriTooLong);
  EXPECT_EQ(request_error(long_head, limits), ErrorCode::kHeadTooLarge);
  EXPECT_EQ(request_error(long_head + "\r\n\r\n", limits), ErrorCode::kHeadTooLarge);
  EXPECT_EQ(request_error("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 1\r\nC: 1\r\n\r\n", limits),
            ErrorCode::kHeadTooLarge);
}

Result<ParseState> parse_response(std::string_view bytes, std::string_view method,
                                  ResponseHead& out) {
  return parse_response_head(bytes, {}, method, out);
}

TEST(H1Parse, ResponseFramingFollowsMethodStatusAndFields) {
  struct Case {
    std::string_view method, head;
    BodyLength body;
    bool keep_alive;
  };
  constexpr Case kCases[] = {
      {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", BodyLength::known(5), true},
      {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", BodyLength::known(0), true},
      {"GET", "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n", BodyLength::chunked(), true},
      {"GET", "HTTP/1.1 200\r\n\r\n", BodyLength::until_close(), false},
      {"GET", "HTTP/1.1 200 \r\nConnection: close\r\n\r\n", BodyLength::until_close(), false},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", BodyLength::none(), true},
      {"HEAD", "HTTP/1.1 200 OK\r\n\r\n", BodyLength::none(), true},
      {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", BodyLength::none(), true},
      {"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", BodyLength::none(), true},
      {"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", BodyLength::none(), false},
      {"GET", "HTTP/1.1 100 Continue\r\n\r\n", BodyLength::none(), true},
      {"GET", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", BodyLength::none(), true},
      {"CONNECT", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", BodyLength::none(), true},
      {"CONNECT", "HTTP/1.1 407 No\r\nContent-Length: 5\r\n\r\n", BodyLength::known(5), true},
      {"GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", BodyLength::known(5), false},
      {"GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n",
       BodyLength::known(5), true},
  };
  for (const Case& c : kCases) {
    Arena arena;
    ResponseHead head(arena);
    const auto state = parse_response(c.head, c.method, head);
    ASSERT_TRUE(state.has_value()) << c.head << state.error().detail;
    EXPECT_EQ(state->head_bytes, c.head.size()) << c.head;
    EXPECT_EQ(head.body, c.body) << c.method << ' ' << c.head;
    EXPECT_EQ(head.keep_alive, c.keep_alive) << c.method << ' ' << c.head;
  }
}

TEST(H1Parse, LyingResponsesAreUpstreamErrors) {
  struct Case {
    std::string_view head;
    ErrorCode code;
  };
  constexpr Case kCases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
       ErrorCode::kBadContentLength},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
       ErrorCode::kBadContentLength},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", ErrorCode::kBadContentLength},
      {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", ErrorCode::kBadContentLength},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
       ErrorCode::kMalformed},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", ErrorCode::kUnsupported},
      {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", ErrorCode::kMalformed},
      {"HTTP/1.1 200 OK\nContent-Length: 5\n\n", ErrorCode::kMalformed},
      {"HTTP/1.1 200 OK\r\nA: 1\r\n b\r\n\r\n", ErrorCode::kMalformed},
      {"HTTP/1.1 200 O\rK\r\n\r\n", ErrorCode::kMalformed},
      {"HTTP/1.1 20 OK\r\n\r\n", ErrorCode::kMalformed},
      {"HTTP/1.1 2000 OK\r\n\r\n", ErrorCode::kMalformed},
      {"HTTP/1.1 099 Low\r\n\r\n", ErrorCode::kMalformed},
      {"HTTP/1.1 600 High\r\n\r\n", ErrorCode::kMalformed},
      {"HTTP/2.0 200 OK\r\n\r\n", ErrorCode::kUnsupported},
      {"ICY 200 OK\r\n\r\n", ErrorCode::kMalformed},
      {" HTTP/1.1 200 OK\r\n\r\n", ErrorCode::kMalformed},
  };
  for (const Case& c : kCases) {
    Arena arena;
    ResponseHead head(arena);
    const auto state = parse_response(c.head, "GET", head);
    ASSERT_FALSE(state.has_value()) << c.head;
    EXPECT_EQ(state.error().code, c.code) << c.head;
    EXPECT_EQ(state.error().origin, Origin::kUpstream) << c.head;
  }
}

TEST(H1Parse, EveryResponsePrefixNeedsMore) {
  constexpr std::string_view kHead = "HTTP/1.1 200 All Right\r\nA: b\r\nContent-Length: 5\r\n\r\n";
  for (std::size_t cut = 0; cut < kHead.size(); ++cut) {
    Arena arena;
    ResponseHead head(arena);
    const auto state = parse_response(kHead.substr(0, cut), "GET", head);
    ASSERT_TRUE(state.has_value()) << cut;
    EXPECT_FALSE(state->complete()) << cut;
  }
}

}  // namespace
}  // namespace tidegate::http
