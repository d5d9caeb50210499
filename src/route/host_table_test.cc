#include "route/host_table.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "config/document.h"
#include "route/sni_table.h"

namespace tidegate::route {
namespace {

TEST(NormalizeHost, DropsPortTrailingDotAndCase) {
  struct Case {
    std::string_view authority;
    std::string_view host;
  };
  const Case cases[] = {
      {"example.com", "example.com"},
      {"Example.COM", "example.com"},
      {"example.com:8080", "example.com"},
      {"EXAMPLE.com.:80", "example.com"},
      {"example.com.", "example.com"},
      {"[::1]:8080", "[::1]"},
      {"[2001:DB8::1]", "[2001:db8::1]"},
      {"127.0.0.1:80", "127.0.0.1"},
      {"", ""},
  };
  std::array<char, kMaxHostBytes> buffer;
  for (const Case& c : cases) EXPECT_EQ(normalize_host(c.authority, buffer), c.host) << c.authority;
}

TEST(NormalizeHost, ANameTooLongForDnsIsNoName) {
  const std::string longest(kMaxHostBytes, 'A');
  std::array<char, kMaxHostBytes> buffer;
  EXPECT_EQ(normalize_host(longest, buffer), std::string(kMaxHostBytes, 'a'));
  EXPECT_EQ(normalize_host(longest + "A", buffer), "");
}

TEST(HostTable, MostSpecificNameWins) {
  HostTable table;
  table.add("", 0);
  table.add("*.example.com", 1);
  table.add("*.a.example.com", 2);
  table.add("x.a.example.com", 3);
  table.add("example.com", 4);
  EXPECT_EQ(table.find("x.a.example.com"), 3U);
  EXPECT_EQ(table.find("y.a.example.com"), 2U);
  EXPECT_EQ(table.find("deep.y.a.example.com"), 2U);
  EXPECT_EQ(table.find("a.example.com"), 1U);
  EXPECT_EQ(table.find("example.com"), 4U);
  EXPECT_EQ(table.find("com"), 0U);
  EXPECT_EQ(table.find(""), 0U);
}

TEST(HostTable, AWildcardNeedsALabelInFront) {
  HostTable table;
  table.add("*.example.com", 1);
  EXPECT_EQ(table.find("example.com"), HostTable::kAbsent);
  EXPECT_EQ(table.find(".example.com"), HostTable::kAbsent);
  EXPECT_EQ(table.find("badexample.com"), HostTable::kAbsent);
}

TEST(HostTable, TheFirstOfTwoEqualNamesStays) {
  HostTable table;
  EXPECT_EQ(table.add("a", 1), 1U);
  EXPECT_EQ(table.add("a", 2), 1U);
  EXPECT_EQ(table.add("", 3), 3U);
  EXPECT_EQ(table.add("", 4), 3U);
  EXPECT_EQ(table.size(), 2U);
}

TEST(HostTable, WalkVisitsEveryEntryThatHoldsInOrder) {
  HostTable table;
  table.add("", 0);
  table.add("*.example.com", 1);
  table.add("*.a.example.com", 2);
  table.add("x.a.example.com", 3);
  std::vector<std::uint32_t> seen;
  const bool stopped = table.walk("x.a.example.com", [&seen](std::uint32_t value) {
    seen.push_back(value);
    return false;
  });
  EXPECT_FALSE(stopped);
  EXPECT_EQ(seen, (std::vector<std::uint32_t>{3, 2, 1, 0}));
}

TEST(HostTable, HoldsThousandsOfNames) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("host" + std::to_string(i) + ".example.com");
  HostTable table;
  for (std::uint32_t i = 0; i < names.size(); ++i) table.add(names[i], i);
  for (std::uint32_t i = 0; i < names.size(); ++i) ASSERT_EQ(table.find(names[i]), i);
  EXPECT_EQ(table.find("host5000.example.com"), HostTable::kAbsent);
}

std::shared_ptr<const config::L4Route> l4_route(std::string id,
                                                std::vector<std::string> hostnames) {
  auto made = std::make_shared<config::L4Route>();
  made->id = std::move(id);
  made->hostnames = std::move(hostnames);
  return made;
}

TEST(SniTable, FindsListenerThenRoute) {
  config::Listener terminate;
  terminate.hostname = "web.example.com";
  config::Listener pass;
  pass.hostname = "*.example.com";
  pass.l4_routes = {l4_route("exact", {"db.example.com"}), l4_route("wild", {"*.example.com"}),
                    l4_route("later", {"db.example.com"})};
  const std::vector<const config::Listener*> listeners = {&terminate, &pass};
  const SniTable table(listeners);

  EXPECT_EQ(table.find("WEB.example.com").listener, 0U);
  EXPECT_EQ(table.find("web.example.com").route, nullptr);
  EXPECT_EQ(table.find("db.example.com").listener, 1U);
  EXPECT_EQ(table.find("db.example.com").route->id, "exact");
  EXPECT_EQ(table.find("a.b.example.com").route->id, "wild");
  EXPECT_EQ(table.find("example.org").listener, HostTable::kAbsent);
  EXPECT_EQ(table.find("").listener, HostTable::kAbsent);
}

TEST(SniTable, AConnectionWithoutNameGoesToTheCatchAll) {
  config::Listener any;
  any.l4_routes = {l4_route("oldest", {}), l4_route("younger", {})};
  const std::vector<const config::Listener*> listeners = {&any};
  const SniTable table(listeners);
  EXPECT_EQ(table.find("").route->id, "oldest");
  EXPECT_EQ(table.find("whatever").route->id, "oldest");
}

}  // namespace
}  // namespace tidegate::route
