// What a router keeps from the one before, and that keeping changes no answer.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "route/route_fixture.h"

namespace tidegate::route {
namespace {

using Routes = PagedList<config::HttpRoute>;

std::string host_of(unsigned i) { return "host" + std::to_string(i) + ".example.com"; }

std::string answer(const Router& router, const TestRequest& request) {
  const Decision decision = router.find(request.head(), ModelName::known("m1"));
  return decision.outcome == Outcome::kFound ? decision.rule->config->name : "none";
}

Routes numbered(unsigned count) {
  std::vector<std::shared_ptr<const config::HttpRoute>> routes;
  for (unsigned i = 0; i < count; ++i) {
    routes.push_back(route({host_of(i)}, {rule(std::to_string(i), {prefix("/")})}));
  }
  return routes;
}

// A listener with a router per generation of its routes, the newest in use.
class Reloaded {
 public:
  explicit Reloaded(std::vector<std::string> listener_ids) {
    for (auto& id : listener_ids) {
      listeners_.emplace_back();
      listeners_.back().hostname = listeners_.size() == 1 ? "" : id;
      listeners_.back().id = std::move(id);
    }
  }
  const Router& use(std::size_t listener, const Routes& routes) {
    listeners_[listener].http_routes = routes;
    return reload();
  }
  const Router& reload() {
    std::vector<const config::Listener*> all;
    for (const auto& one : listeners_) all.push_back(&one);
    cache_.begin();
    auto next = std::make_unique<Router>(all, cache_);
    cache_.drop_unused();
    router_ = std::move(next);
    return *router_;
  }
  RouteCache& cache() { return cache_; }

 private:
  std::vector<config::Listener> listeners_;
  RouteCache cache_;
  std::unique_ptr<Router> router_;
};

TEST(RouterReload, AnUnchangedRouteIsCompiledOnce) {
  Reloaded reloaded({"a"});
  Routes routes = numbered(200);
  reloaded.use(0, routes);
  const auto kept = reloaded.cache().compile(routes[7]);
  const auto changed = reloaded.cache().compile(routes[8]);
  routes.replace(8, route({host_of(8)}, {rule("new", {prefix("/")})}));

  const Router& router = reloaded.use(0, routes);

  EXPECT_EQ(reloaded.cache().compile(routes[7]), kept);
  EXPECT_NE(reloaded.cache().compile(routes[8]), changed);
  EXPECT_EQ(answer(router, TestRequest(host_of(8), "/")), "new");
  EXPECT_EQ(answer(router, TestRequest(host_of(7), "/")), "7");
}

TEST(RouterReload, WhatIsGoneIsForgotten) {
  Reloaded reloaded({"a"});
  Routes routes = numbered(100);
  reloaded.use(0, routes);
  EXPECT_EQ(reloaded.cache().size(), 100U);
  for (int i = 0; i < 40; ++i) routes.erase(10);

  const Router& router = reloaded.use(0, routes);

  EXPECT_EQ(reloaded.cache().size(), 60U);
  EXPECT_EQ(answer(router, TestRequest(host_of(10), "/")), "none");
  EXPECT_EQ(answer(router, TestRequest(host_of(50), "/")), "50");
}

TEST(RouterReload, ListenersWithTheSameRoutesShareATable) {
  config::Listener a = listener("a", {});
  config::Listener b = listener("b", {});
  a.http_routes = b.http_routes = numbered(100);
  RouteCache cache;
  cache.begin();
  const auto table = cache.arrange(a);
  EXPECT_EQ(cache.arrange(b), table);
  cache.drop_unused();

  b.http_routes.erase(3);
  cache.begin();
  EXPECT_EQ(cache.arrange(a), table);
  EXPECT_NE(cache.arrange(b), table);
  cache.drop_unused();
}

TEST(RouterReload, OtherHostnamesKeepTheirTiers) {
  config::Listener one = listener("", {});
  one.http_routes = numbered(300);
  RouteCache cache;
  cache.begin();
  const auto before = cache.arrange(one);
  one.http_routes.replace(5, route({host_of(5), host_of(6)}, {rule("new", {prefix("/")})}));
  cache.begin();
  const auto after = cache.arrange(one);

  for (unsigned i = 0; i < 300; ++i) {
    EXPECT_EQ(before->tiers().find(host_of(i)) == after->tiers().find(host_of(i)), i != 5 && i != 6)
        << i;
  }
  EXPECT_EQ(after->tiers().find(host_of(6))->routes.size(), 2U);
}

// ---- any sequence of edits answers like a router made afresh

constexpr unsigned kHosts = 60;

std::string hostname(unsigned number) {
  if (number % 20 == 0) return number % 40 == 0 ? "*.example.com" : "*.com";
  return host_of(number % kHosts);
}

std::shared_ptr<const config::HttpRoute> random_route(std::mt19937& random, int name) {
  std::vector<std::string> hostnames;
  for (unsigned count = static_cast<unsigned>(random() % 3); count > 0; --count) {
    hostnames.push_back(hostname(static_cast<unsigned>(random())));
  }
  const std::array<config::HttpMatch, 6> matches = {prefix("/"),
                                                    prefix("/v1/chat"),
                                                    exact("/v1/chat"),
                                                    regex("/v[0-9]+"),
                                                    with_model(prefix("/"), "m1"),
                                                    with_header(prefix("/v1"), "x", "1")};
  return route(std::move(hostnames),
               {rule(std::to_string(name), {matches[random() % matches.size()]})});
}

void edit(Routes& routes, std::mt19937& random, int name) {
  const std::size_t position = random() % (routes.size() + 1);
  const auto choice = random() % 3;
  if (choice == 0 || position == routes.size()) {
    routes.insert(position, random_route(random, name));
  } else if (choice == 1) {
    routes.erase(position);
  } else {
    routes.replace(position, random_route(random, name));
  }
}

void expect_same_answers(const Router& updated, const Router& afresh, int turn) {
  for (const char* path : {"/", "/v1", "/v1/chat", "/v1/chat/x"}) {
    for (unsigned host = 0; host < kHosts + 1; ++host) {
      const std::string name = host == kHosts ? "other.com" : host_of(host);
      TestRequest request(name, path);
      request.add("x", host % 2 == 0 ? "1" : "2");
      ASSERT_EQ(answer(updated, request), answer(afresh, request)) << host << path << turn;
    }
  }
}

TEST(RouterReload, RandomSequencesOfEditsAnswerLikeARouterAfresh) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    std::mt19937 random(seed);
    Reloaded reloaded({"one", "host1.example.com"});
    Routes first;
    Routes second;
    for (int turn = 0; turn < 120; ++turn) {
      for (unsigned edits = 1U << (random() % 7); edits > 0; --edits) {
        edit(first, random, turn * 1000 + static_cast<int>(edits));
      }
      if (random() % 3 == 0) second = first;
      edit(second, random, turn * 1000 + 999);
      reloaded.use(0, first);
      const Router& updated = reloaded.use(1, second);

      config::Listener a = listener("", {});
      config::Listener b = listener("host1.example.com", {});
      a.http_routes = first;
      b.http_routes = second;
      const std::array<const config::Listener*, 2> both = {&a, &b};
      RouteCache fresh;
      const Router afresh(both, fresh);
      expect_same_answers(updated, afresh, turn);
    }
  }
}

}  // namespace
}  // namespace tidegate::route
