#include "http/client_hello.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::http {
namespace {

std::string number(std::size_t value, int width) {
  std::string out;
  for (int i = width - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return out;
}

std::string vec(const std::string& body, int width) { return number(body.size(), width) + body; }

std::string extension(std::size_t type, const std::string& body) {
  return number(type, 2) + vec(body, 2);
}

std::string server_name(const std::string& name) {
  return extension(0, vec(number(0, 1) + vec(name, 2), 2));
}

std::string alpn(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += vec(name, 1);
  return extension(16, vec(list, 2));
}

std::string handshake(const std::string& extensions) {
  const std::string body = number(0x0303, 2) + std::string(32, 'r') + vec(std::string(32, 's'), 1) +
                           vec(number(0x1301, 2) + number(0x1302, 2), 2) + vec(number(0, 1), 1) +
                           vec(extensions, 2);
  return number(1, 1) + vec(body, 3);
}

// One message in TLS records of at most `fragment` bytes.
std::string records(const std::string& message, std::size_t fragment) {
  std::string out;
  for (std::size_t at = 0; at < message.size(); at += fragment) {
    out += number(22, 1) + number(0x0301, 2) + vec(message.substr(at, fragment), 2);
  }
  return out;
}

std::string hello(const std::string& extensions) { return records(handshake(extensions), 16384); }

const std::string& usual() {
  static const std::string bytes = hello(extension(10, "xx") + server_name("api.example.com") +
                                         alpn({"h2", "http/1.1"}) + extension(51, "k"));
  return bytes;
}

void expect_usual(const Result<ClientHello>& got) {
  ASSERT_TRUE(got.has_value()) << got.error().detail;
  ASSERT_TRUE(got->complete);
  EXPECT_EQ(got->server_name, "api.example.com");
  ASSERT_EQ(got->alpn.size(), 2U);
  EXPECT_EQ(got->alpn[0], "h2");
  EXPECT_EQ(got->alpn[1], "http/1.1");
}

TEST(ClientHello, ReadsServerNameAndProtocols) {
  Arena arena;
  expect_usual(parse_client_hello(usual(), arena));
  EXPECT_EQ(arena.used() < 256, true);
}

TEST(ClientHello, EveryPrefixNeedsMore) {
  for (std::size_t cut = 0; cut < usual().size(); ++cut) {
    Arena arena;
    const auto got = parse_client_hello(std::string_view(usual()).substr(0, cut), arena);
    ASSERT_TRUE(got.has_value()) << cut << ' ' << got.error().detail;
    EXPECT_FALSE(got->complete) << cut;
  }
}

TEST(ClientHello, ComesInAnyRecordsAndIsReadTheSame) {
  const std::string message = handshake(server_name("api.example.com") + alpn({"h2", "http/1.1"}));
  for (std::size_t fragment = 1; fragment <= message.size(); ++fragment) {
    SCOPED_TRACE(fragment);
    Arena arena;
    const std::string bytes = records(message, fragment) + "\x14\x03\x03";
    expect_usual(parse_client_hello(bytes, arena));
  }
}

TEST(ClientHello, NeedsNoExtensions) {
  Arena arena;
  const auto got = parse_client_hello(hello(""), arena);
  ASSERT_TRUE(got.has_value());
  EXPECT_TRUE(got->complete);
  EXPECT_EQ(got->server_name, "");
  EXPECT_TRUE(got->alpn.empty());
}

TEST(ClientHello, RefusesWhatIsNotOne) {
  const std::string ok = handshake(server_name("a"));
  const std::string bad[] = {
      "GET / HTTP/1.1\r\n",
      std::string("\x80\x2e\x01", 3),
      std::string("\x16\x02", 2),
      std::string("\x16\x03\x01\x00\x00", 5),
      std::string("\x16\x03\x01\x41\x00", 5),
      std::string("\x16\x03\x01\x00\x05\x02", 6),
      hello(server_name("")),
      hello(server_name("a b")),
      hello(server_name("a/b")),
      hello(server_name(std::string("a\0b", 3))),
      hello(server_name(std::string(256, 'a'))),
      hello(server_name("a") + server_name("b")),
      hello(alpn({"h2"}) + alpn({"h2"})),
      hello(alpn({""})),
      hello(alpn({})),
      hello(extension(0, "")),
      hello(extension(0, vec(number(1, 1) + vec("a", 2), 2))),
      hello(extension(0, vec(number(0, 1) + vec("a", 2) + number(0, 1) + vec("b", 2), 2))),
      hello("\x01"),
      hello(number(0, 2) + number(99, 2)),
      records(number(1, 1) + vec("short", 3), 100),
      records(number(1, 1) + vec(ok.substr(4) + "trailing", 3), 1000),
  };
  for (const std::string& bytes : bad) {
    Arena arena;
    const auto got = parse_client_hello(bytes, arena);
    EXPECT_FALSE(got.has_value()) << testing::PrintToString(bytes);
    if (!got) EXPECT_EQ(got.error().code, ErrorCode::kMalformed);
  }
}

TEST(ClientHello, IsBounded) {
  Arena arena;
  const auto announced =
      parse_client_hello(std::string("\x16\x03\x01\x00\x04\x01\xff\xff\xff", 9), arena);
  ASSERT_FALSE(announced.has_value());
  EXPECT_EQ(announced.error().code, ErrorCode::kLimit);
  const std::string dribble = records(handshake(extension(21, std::string(16200, 'x'))), 10);
  const auto got = parse_client_hello(dribble, arena);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace tidegate::http
