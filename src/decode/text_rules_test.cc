#include "decode/text_rules.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "decode/base64.h"
#include "decode/spelling.h"

namespace tidegate::decode {
namespace {

struct Case {
  std::string_view rule;
  bool (*test)(std::string_view);
  std::vector<std::string_view> good;
  std::vector<std::string_view> bad;
};

TEST(TextRules, AcceptAndRefuse) {
  const Case kCases[] = {
      {"dns label", is_dns_label, {"a", "a-b", "0"}, {"", "-a", "a-", "A", "a.b"}},
      {"dns name", is_dns_name, {"a", "a.b-c.d"}, {"", ".a", "a.", "a..b", "*.a"}},
      {"wildcard", is_wildcard_dns_name, {"*.a.b", "a.b"}, {"*", "*.", "a.*.b", "*a.b"}},
      {"group", is_group, {"", "a.b"}, {"A", "*"}},
      {"kind", is_kind, {"Service", "a-B1"}, {"", "1a", "a-", "a.b"}},
      {"token", is_token, {"x-a", "!#$%&'*+-.^_`|~9Z"}, {"", "a b", "a:", "a/b", "\xc3\xa9"}},
      {"header value", is_header_value, {"a", "a b", "a\tb c"}, {"", " a", "a ", "a  b", "a\nb"}},
      {"path",
       is_path,
       {"/", "/a%20b:@", "/~!$&'()*+,;="},
       {"", "/a b", "/%2", "/%zz", "/[x]", "/a?b"}},
      {"origin",
       is_origin,
       {"*", "https://*", "http://a", "https://*.a.b:1", "https://A-1.b"},
       {"", "a", "ftp://a", "https://", "https://a:", "https://a:123456", "https://a/b",
        "https://*a"}},
      {"domain prefixed",
       is_domain_prefixed,
       {"a.b/c", "a/b/c-1~%"},
       {"a", "a/", "/a", "A/b", "a/b?"}},
      {"qualified name", is_qualified_name, {"a", "a.b/C_d"}, {"", "a/", "/a", "a b", "-a"}},
      {"label value", is_label_value, {"", "a", "A_b.c-d"}, {"-a", "a-", "a b"}},
      {"protocol", is_listener_protocol, {"HTTP", "a.b/C1"}, {"", "a b", "a/", "-a"}},
      {"uri", is_absolute_uri, {"spiffe://a/b", "x://"}, {"", "a", "://a", "mailto:a", "/a://b"}},
      {"data key", is_data_key, {"a.B-_1"}, {"", "a b", "a/b"}},
      {"ip",
       is_ip_address,
       {"10.0.0.1", "::1", "fe80::1"},
       {"", "a", "10.0.0", "10.0.0.256", "::1%lo"}},
  };
  for (const auto& [rule, test, good, bad] : kCases) {
    for (const auto text : good) EXPECT_TRUE(test(text)) << rule << ": " << text;
    for (const auto text : bad) EXPECT_FALSE(test(text)) << rule << ": " << text;
  }
}

TEST(Base64, DecodesAndRefuses) {
  EXPECT_EQ(parse_base64(""), "");
  EXPECT_EQ(parse_base64("YQ=="), "a");
  EXPECT_EQ(parse_base64("YWI="), "ab");
  EXPECT_EQ(parse_base64("YW\nJj\r\n"), "abc");
  EXPECT_EQ(parse_base64("+/+/"), "\xfb\xff\xbf");
  for (const auto* text :
       {"Y", "YQ", "YQ=", "YQ===", "Y=Q=", "YQ==YQ==", "Y!==", "====", "YWJj="}) {
    EXPECT_EQ(parse_base64(text), std::nullopt) << text;
  }
}

TEST(Spelling, SuggestsNearWordsOnly) {
  constexpr std::string_view kKnown[] = {"backendRefs", "matches", "filters", "name"};
  EXPECT_EQ(find_similar("backendRef", kKnown), "backendRefs");
  EXPECT_EQ(find_similar("BackendRefs", kKnown), "backendRefs");
  EXPECT_EQ(find_similar("mathces", kKnown), "matches");
  EXPECT_EQ(find_similar("nmae", kKnown), "name");
  EXPECT_EQ(find_similar("port", kKnown), std::nullopt);
  EXPECT_EQ(find_similar("", kKnown), std::nullopt);
}

}  // namespace
}  // namespace tidegate::decode
