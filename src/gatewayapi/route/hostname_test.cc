#include "gatewayapi/route/hostname.h"

#include <gtest/gtest.h>

namespace tidegate::gatewayapi {
namespace {

TEST(Hostnames, CoverAndOverlap) {
  struct Case {
    const char* a;
    const char* b;
    bool a_covers_b;
    bool b_covers_a;
  };
  const Case cases[] = {
      {"", "", true, true},
      {"", "a.example.com", true, false},
      {"", "*.example.com", true, false},
      {"a.example.com", "a.example.com", true, true},
      {"a.example.com", "b.example.com", false, false},
      {"*.example.com", "a.example.com", true, false},
      {"*.example.com", "a.b.example.com", true, false},
      {"*.example.com", "example.com", false, false},
      {"*.example.com", "*.example.com", true, true},
      {"*.example.com", "*.b.example.com", true, false},
      {"*.example.com", "*.example.org", false, false},
      {"*.example.com", "badexample.com", false, false},
      {"*.com", "*.example.com", true, false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(hostname_covers(c.a, c.b), c.a_covers_b) << c.a << " " << c.b;
    EXPECT_EQ(hostname_covers(c.b, c.a), c.b_covers_a) << c.b << " " << c.a;
    EXPECT_EQ(hostnames_overlap(c.a, c.b), c.a_covers_b || c.b_covers_a) << c.a << " " << c.b;
  }
}

TEST(Hostnames, IntersectToTheNarrower) {
  using Names = std::vector<std::string>;
  struct Case {
    const char* listener;
    Names route;
    std::optional<Names> expected;
  };
  const Case cases[] = {
      {"", {}, Names{}},
      {"a.example.com", {}, Names{}},
      {"", {"b.example.com", "a.example.com"}, Names{"b.example.com", "a.example.com"}},
      {"very.specific.com",
       {"non.matching.com", "*.nonmatchingwildcard.io", "very.specific.com"},
       Names{"very.specific.com"}},
      {"very.specific.com", {"*.specific.com"}, Names{"very.specific.com"}},
      {"*.wildcard.io",
       {"non.matching.com", "wildcard.io", "foo.wildcard.io", "x.y.wildcard.io"},
       Names{"foo.wildcard.io", "x.y.wildcard.io"}},
      {"*.anotherwildcard.io", {"*.anotherwildcard.io"}, Names{"*.anotherwildcard.io"}},
      {"*.b.example.com", {"*.example.com", "*.b.example.com"}, Names{"*.b.example.com"}},
      {"very.specific.com", {"specific.but.wrong.com", "wildcard.io"}, std::nullopt},
      {"*.example.com", {"example.com"}, std::nullopt},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(intersect_hostnames(c.listener, c.route), c.expected) << c.listener;
  }
}

}  // namespace
}  // namespace tidegate::gatewayapi
