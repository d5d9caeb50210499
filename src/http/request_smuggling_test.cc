// Raw requests on which parsers are known to disagree, with our verdict: each is refused, or
// accepted with one reading only.   Source: RFC 9112 11.2, RFC 9110 17, published desync research
// (CL.TE, TE.CL, TE.TE, ...).
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <string_view>

#include "http/h1_parse.h"

namespace tidegate::http {
namespace {

using namespace std::string_view_literals;

enum class Verdict : std::uint8_t { kAccept, k400, k414, k431, k501, k505 };

struct Case {
  std::string_view name;
  std::string_view raw;
  Verdict verdict;
};

#define REQ "POST / HTTP/1.1\r\nHost: a\r\n"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n"

constexpr Case kLengths[] = {
    {"cl", REQ "Content-Length: 5\r\n\r\n", Verdict::kAccept},
    {"cl zero", REQ "Content-Length: 0\r\n\r\n", Verdict::kAccept},
    {"cl leading zeros", REQ "Content-Length: 005\r\n\r\n", Verdict::kAccept},
    {"cl largest", REQ "Content-Length: 9223372036854775807\r\n\r\n", Verdict::kAccept},
    {"cl over int64", REQ "Content-Length: 9223372036854775808\r\n\r\n", Verdict::k400},
    {"cl over uint64", REQ "Content-Length: 18446744073709551621\r\n\r\n", Verdict::k400},
    {"cl wraps to 5", REQ "Content-Length: 36893488147419103237\r\n\r\n", Verdict::k400},
    {"cl duplicate equal", REQ "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", Verdict::k400},
    {"cl duplicate different", REQ "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", Verdict::k400},
    {"cl duplicate other case", REQ "Content-Length: 5\r\ncontent-length: 0\r\n\r\n",
     Verdict::k400},
    {"cl list equal", REQ "Content-Length: 5, 5\r\n\r\n", Verdict::k400},
    {"cl list different", REQ "Content-Length: 5,6\r\n\r\n", Verdict::k400},
    {"cl trailing comma", REQ "Content-Length: 5,\r\n\r\n", Verdict::k400},
    {"cl plus", REQ "Content-Length: +5\r\n\r\n", Verdict::k400},
    {"cl minus", REQ "Content-Length: -5\r\n\r\n", Verdict::k400},
    {"cl minus zero", REQ "Content-Length: -0\r\n\r\n", Verdict::k400},
    {"cl hex", REQ "Content-Length: 0x5\r\n\r\n", Verdict::k400},
    {"cl hex digit", REQ "Content-Length: a\r\n\r\n", Verdict::k400},
    {"cl exponent", REQ "Content-Length: 1e1\r\n\r\n", Verdict::k400},
    {"cl fraction", REQ "Content-Length: 5.0\r\n\r\n", Verdict::k400},
    {"cl inner space", REQ "Content-Length: 5 5\r\n\r\n", Verdict::k400},
    {"cl underscore", REQ "Content-Length: 1_0\r\n\r\n", Verdict::k400},
    {"cl quoted", REQ "Content-Length: \"5\"\r\n\r\n", Verdict::k400},
    {"cl empty", REQ "Content-Length:\r\n\r\n", Verdict::k400},
    {"cl semicolon", REQ "Content-Length: 5;\r\n\r\n", Verdict::k400},
    {"cl vertical tab", REQ "Content-Length: \v5\r\n\r\n", Verdict::k400},
    {"cl form feed", REQ "Content-Length: 5\f\r\n\r\n", Verdict::k400},
    {"cl nbsp",
     REQ "Content-Length: \xa0"
         "5\r\n\r\n",
     Verdict::k400},
    {"cl wide digits", REQ "Content-Length: \xef\xbc\x95\r\n\r\n", Verdict::k400},
    {"cl tab around", REQ "Content-Length:\t5\t\r\n\r\n", Verdict::kAccept},
    {"cl nul", REQ "Content-Length: 5\0\r\n\r\n"sv, Verdict::k400},
    {"cl twice over a name trick", REQ "Content-Length : 5\r\nContent-Length: 0\r\n\r\n",
     Verdict::k400},
};

constexpr Case kCodings[] = {
    {"te", REQ "Transfer-Encoding: chunked\r\n\r\n", Verdict::kAccept},
    {"te upper case", REQ "TRANSFER-ENCODING: CHUNKED\r\n\r\n", Verdict::kAccept},
    {"te no space", REQ "Transfer-Encoding:chunked\r\n\r\n", Verdict::kAccept},
    {"te tab", REQ "Transfer-Encoding:\tchunked\r\n\r\n", Verdict::kAccept},
    {"cl te", REQ "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", Verdict::k400},
    {"te cl", REQ "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", Verdict::k400},
    {"te cl zero", REQ "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", Verdict::k400},
    {"te te", REQ "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     Verdict::k400},
    {"te te identity", REQ "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
     Verdict::k400},
    {"te te unknown first", REQ "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n",
     Verdict::k501},
    {"te list twice", REQ "Transfer-Encoding: chunked, chunked\r\n\r\n", Verdict::k400},
    {"te not last", REQ "Transfer-Encoding: chunked, identity\r\n\r\n", Verdict::k400},
    {"te not last gzip", REQ "Transfer-Encoding: chunked, gzip\r\n\r\n", Verdict::k400},
    {"te gzip chunked", REQ "Transfer-Encoding: gzip, chunked\r\n\r\n", Verdict::k501},
    {"te identity", REQ "Transfer-Encoding: identity\r\n\r\n", Verdict::k501},
    {"te gzip", REQ "Transfer-Encoding: gzip\r\n\r\n", Verdict::k501},
    {"te x prefix", REQ "Transfer-Encoding: xchunked\r\n\r\n", Verdict::k501},
    {"te suffix", REQ "Transfer-Encoding: chunkedx\r\n\r\n", Verdict::k501},
    {"te quoted", REQ "Transfer-Encoding: \"chunked\"\r\n\r\n", Verdict::k400},
    {"te quoted simple", REQ "Transfer-Encoding: 'chunked'\r\n\r\n", Verdict::k501},
    {"te parameter", REQ "Transfer-Encoding: chunked;a=b\r\n\r\n", Verdict::k400},
    {"te trailing comma", REQ "Transfer-Encoding: chunked,\r\n\r\n", Verdict::k400},
    {"te leading comma", REQ "Transfer-Encoding: ,chunked\r\n\r\n", Verdict::k400},
    {"te empty", REQ "Transfer-Encoding:\r\n\r\n", Verdict::k400},
    {"te empty then chunked", REQ "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n\r\n",
     Verdict::k400},
    {"te inner space", REQ "Transfer-Encoding: chun ked\r\n\r\n", Verdict::k400},
    {"te space colon", REQ "Transfer-Encoding : chunked\r\n\r\n", Verdict::k400},
    {"te tab colon", REQ "Transfer-Encoding\t: chunked\r\n\r\n", Verdict::k400},
    {"te vertical tab", REQ "Transfer-Encoding: \vchunked\r\n\r\n", Verdict::k400},
    {"te trailing form feed", REQ "Transfer-Encoding: chunked\f\r\n\r\n", Verdict::k400},
    {"te nul", REQ "Transfer-Encoding: chunked\0\r\n\r\n"sv, Verdict::k400},
    {"te folded", REQ "Transfer-Encoding:\r\n chunked\r\n\r\n", Verdict::k400},
    {"te folded name", REQ "X: 1\r\n Transfer-Encoding: chunked\r\n\r\n", Verdict::k400},
    {"te behind bare lf", REQ "X: 1\nTransfer-Encoding: chunked\r\n\r\n", Verdict::k400},
    {"te behind bare cr", REQ "X: 1\rTransfer-Encoding: chunked\r\n\r\n", Verdict::k400},
    {"te behind nul", REQ "X: 1\0Transfer-Encoding: chunked\r\n\r\n"sv, Verdict::k400},
    {"te high byte",
     REQ "Transfer-Encoding: \xff"
         "chunked\r\n\r\n",
     Verdict::k400},
    {"te name high byte", REQ "Transfer\x80-Encoding: chunked\r\n\r\n", Verdict::k400},
    {"te name underscore is another name", REQ "Transfer_Encoding: chunked\r\n\r\n",
     Verdict::kAccept},
    {"te in 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
     Verdict::k400},
    {"te in 1.0 with cl",
     "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", Verdict::k400},
};

constexpr Case kLines[] = {
    {"bare lf everywhere", "GET / HTTP/1.1\nHost: a\n\n", Verdict::k400},
    {"bare lf after line", "GET / HTTP/1.1\nHost: a\r\n\r\n", Verdict::k400},
    {"bare lf after field", "GET / HTTP/1.1\r\nHost: a\n\r\n", Verdict::k400},
    {"bare lf as end", GET "\n", Verdict::k400},
    {"bare cr in line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"bare cr as end", GET "\rX", Verdict::k400},
    {"cr cr lf", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", Verdict::k400},
    {"value cr cr lf", GET "X: 1\r\r\n\r\n", Verdict::k400},
    {"lf cr", "GET / HTTP/1.1\n\rHost: a\n\r\n\r", Verdict::k400},
    {"obs-fold space", GET "X: 1\r\n 2\r\n\r\n", Verdict::k400},
    {"obs-fold tab", GET "X: 1\r\n\t2\r\n\r\n", Verdict::k400},
    {"obs-fold empty", GET "X: 1\r\n \r\n\r\n", Verdict::k400},
    {"space before first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", Verdict::k400},
    {"tab before first field", "GET / HTTP/1.1\r\n\tX: b\r\nHost: a\r\n\r\n", Verdict::k400},
    {"host folded", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n", Verdict::k400},
    {"no colon", GET "Xyz\r\n\r\n", Verdict::k400},
    {"empty name", GET ": x\r\n\r\n", Verdict::k400},
    {"space in name", GET "X Y: 1\r\n\r\n", Verdict::k400},
    {"slash in name", GET "X/Y: 1\r\n\r\n", Verdict::k400},
    {"parenthesis in name", GET "X(Y): 1\r\n\r\n", Verdict::k400},
    {"nul in name", GET "X\0: 1\r\n\r\n"sv, Verdict::k400},
    {"escape in value", GET "X: \x1b[0m\r\n\r\n", Verdict::k400},
    {"del in value", GET "X: \x7f\r\n\r\n", Verdict::k400},
    {"backspace in value", GET "X: a\bb\r\n\r\n", Verdict::k400},
    {"tab in value", GET "X: a\tb\r\n\r\n", Verdict::kAccept},
    {"utf-8 in value", GET "X: \xc3\xa9\r\n\r\n", Verdict::kAccept},
    {"colon in value", GET "X: a: b\r\n\r\n", Verdict::kAccept},
    {"one empty line before", "\r\n" GET "\r\n", Verdict::kAccept},
    {"two empty lines before", "\r\n\r\n" GET "\r\n", Verdict::k400},
    {"bare lf before", "\n" GET "\r\n", Verdict::k400},
    {"space before", " " GET "\r\n", Verdict::k400},
    {"nul before", "\0GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv, Verdict::k400},
    {"tls hello on a plain port", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\n"sv, Verdict::k400},
};

constexpr Case kStartLines[] = {
    {"two spaces before target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"two spaces before version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"tab as separator", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"trailing space", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", Verdict::k400},
    {"space in target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"no version", "GET /\r\nHost: a\r\n\r\n", Verdict::k400},
    {"version 0.9", "GET / HTTP/0.9\r\n\r\n", Verdict::k505},
    {"version 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", Verdict::k505},
    {"version 2.0", "PRI * HTTP/2.0\r\n\r\n", Verdict::k505},
    {"version 3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", Verdict::k505},
    {"version two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", Verdict::k400},
    {"version leading zero", "GET / HTTP/01.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"version lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"version other name", "GET / HTTPS/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"version comma", "GET / HTTP/1,1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"second request in the line", "GET / HTTP/1.1GET / HTTP/1.1\r\nHost: a\r\n\r\n",
     Verdict::k400},
    {"method with colon", "GET: / HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"method with at", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"method high byte", "G\xc9T / HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"method lower case is another method", "get / HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::kAccept},
    {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"control in target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"nul in target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"sv, Verdict::k400},
    {"del in target", "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"non-ascii target", "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"encoded crlf stays encoded", "GET /%0d%0aX: HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::kAccept},
    {"path without slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"query only", "GET ?a HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"asterisk with get", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"asterisk and more", "OPTIONS *a HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"authority form with get", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"connect with path", "CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"connect without port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"connect with scheme", "CONNECT http://a:80 HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"connect with userinfo", "CONNECT u@a:80 HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"connect other host", "CONNECT a:80 HTTP/1.1\r\nHost: b:80\r\n\r\n", Verdict::k400},
    {"connect port too big", "CONNECT a:65536 HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"connect with a body", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 3\r\n\r\n",
     Verdict::k400},
    {"trace with a body", "TRACE / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
     Verdict::k400},
};

constexpr Case kHosts[] = {
    {"no host", "GET / HTTP/1.1\r\n\r\n", Verdict::k400},
    {"no host in 1.0", "GET / HTTP/1.0\r\n\r\n", Verdict::kAccept},
    {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", Verdict::k400},
    {"two equal hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", Verdict::k400},
    {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", Verdict::k400},
    {"two hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", Verdict::k400},
    {"host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", Verdict::k400},
    {"host comma", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", Verdict::k400},
    {"host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Verdict::k400},
    {"host with userinfo", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", Verdict::k400},
    {"host with scheme", "GET / HTTP/1.1\r\nHost: http://a\r\n\r\n", Verdict::k400},
    {"host with query", "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", Verdict::k400},
    {"host with backslash", "GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n", Verdict::k400},
    {"host percent", "GET / HTTP/1.1\r\nHost: a%2fb\r\n\r\n", Verdict::k400},
    {"host inner space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", Verdict::k400},
    {"host empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", Verdict::k400},
    {"host two ports", "GET / HTTP/1.1\r\nHost: a:80:81\r\n\r\n", Verdict::k400},
    {"host bad port", "GET / HTTP/1.1\r\nHost: a:8o\r\n\r\n", Verdict::k400},
    {"host port zero", "GET / HTTP/1.1\r\nHost: a:0\r\n\r\n", Verdict::k400},
    {"host port too big", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", Verdict::k400},
    {"host port plus", "GET / HTTP/1.1\r\nHost: a:+80\r\n\r\n", Verdict::k400},
    {"host only port", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", Verdict::k400},
    {"host open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", Verdict::k400},
    {"host text after bracket", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", Verdict::k400},
    {"host zone id", "GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n", Verdict::k400},
    {"host ipv6", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", Verdict::kAccept},
    {"host bare ipv6", "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", Verdict::k400},
    {"host non-ascii", "GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n", Verdict::k400},
    {"host underscore", "GET / HTTP/1.1\r\nHost: a_b\r\n\r\n", Verdict::kAccept},
    {"host space before colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", Verdict::k400},
    {"absolute", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::kAccept},
    {"absolute default port", "GET http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::kAccept},
    {"absolute other host", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", Verdict::k400},
    {"absolute other port", "GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"absolute without host", "GET http://a/ HTTP/1.1\r\n\r\n", Verdict::k400},
    {"absolute userinfo", "GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"absolute empty authority", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"absolute other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"absolute backslash", "GET http://a\\b/ HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"absolute one slash", "GET http:/a/ HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::k400},
    {"network path stays a path", "GET //b/x HTTP/1.1\r\nHost: a\r\n\r\n", Verdict::kAccept},
};

#undef REQ
#undef GET

Verdict verdict_of(const Result<ParseState>& state) {
  if (state.has_value()) return Verdict::kAccept;
  switch (state.error().code) {
    case ErrorCode::kUriTooLong:
      return Verdict::k414;
    case ErrorCode::kHeadTooLarge:
      return Verdict::k431;
    case ErrorCode::kUnsupported:
      return state.error().detail.starts_with("HTTP version") ? Verdict::k505 : Verdict::k501;
    default:
      return Verdict::k400;
  }
}

class RequestSmuggling : public testing::TestWithParam<Case> {};

TEST_P(RequestSmuggling, HasTheExpectedVerdict) {
  const Case& c = GetParam();
  Arena arena;
  RequestHead head(arena);

  const auto state = parse_request_head(c.raw, {}, head);

  EXPECT_EQ(verdict_of(state), c.verdict) << c.name;
  if (state.has_value()) {
    EXPECT_EQ(state->head_bytes, c.raw.size()) << c.name;
  } else {
    EXPECT_EQ(state.error().origin, Origin::kDownstream) << c.name;
    EXPECT_FALSE(state.error().detail.empty()) << c.name;
  }
}

TEST_P(RequestSmuggling, IsNeverAcceptedBeforeItsEnd) {
  const Case& c = GetParam();
  for (std::size_t cut = 0; cut < c.raw.size(); ++cut) {
    Arena arena;
    RequestHead head(arena);
    const auto state = parse_request_head(c.raw.substr(0, cut), {}, head);
    EXPECT_FALSE(state.has_value() && state->complete()) << c.name << " cut at " << cut;
    if (c.verdict == Verdict::kAccept)
      EXPECT_TRUE(state.has_value()) << c.name << " cut at " << cut;
  }
}

std::string case_name(const testing::TestParamInfo<Case>& info) {
  std::string name;
  for (const char c : info.param.name)
    name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Lengths, RequestSmuggling, testing::ValuesIn(kLengths), case_name);
INSTANTIATE_TEST_SUITE_P(Codings, RequestSmuggling, testing::ValuesIn(kCodings), case_name);
INSTANTIATE_TEST_SUITE_P(Lines, RequestSmuggling, testing::ValuesIn(kLines), case_name);
INSTANTIATE_TEST_SUITE_P(StartLines, RequestSmuggling, testing::ValuesIn(kStartLines), case_name);
INSTANTIATE_TEST_SUITE_P(Hosts, RequestSmuggling, testing::ValuesIn(kHosts), case_name);

}  // namespace
}  // namespace tidegate::http
