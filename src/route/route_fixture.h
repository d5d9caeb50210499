// Builders of listeners, routes and requests for the tests and benchmarks of this folder.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "config/document.h"
#include "http/message.h"
#include "route/router.h"

namespace tidegate::route {

inline config::HttpMatch exact(std::string path) {
  return {.path = {.kind = config::PathMatch::Kind::kExact, .value = std::move(path)}};
}
inline config::HttpMatch prefix(std::string path) {
  return {.path = {.kind = config::PathMatch::Kind::kPrefix, .value = std::move(path)}};
}
inline config::HttpMatch regex(std::string path) {
  return {.path = {.kind = config::PathMatch::Kind::kRegex, .value = std::move(path)}};
}
inline config::HttpMatch with_header(
    config::HttpMatch match, std::string name, std::string value,
    config::ValueMatch::Kind kind = config::ValueMatch::Kind::kExact) {
  match.headers.push_back({.kind = kind, .name = std::move(name), .value = std::move(value)});
  return match;
}
inline config::HttpMatch with_query(
    config::HttpMatch match, std::string name, std::string value,
    config::ValueMatch::Kind kind = config::ValueMatch::Kind::kExact) {
  match.query.push_back({.kind = kind, .name = std::move(name), .value = std::move(value)});
  return match;
}
inline config::HttpMatch with_method(config::HttpMatch match, std::string method) {
  match.method = std::move(method);
  return match;
}
inline config::HttpMatch with_model(config::HttpMatch match, std::string model) {
  return with_header(std::move(match), "x-gateway-model-name", std::move(model));
}

// A rule that is known by its name in expectations.
inline config::HttpRule rule(std::string name, std::vector<config::HttpMatch> matches) {
  config::HttpRule made;
  made.name = std::move(name);
  made.matches = std::move(matches);
  return made;
}

inline std::shared_ptr<const config::HttpRoute> route(std::vector<std::string> hostnames,
                                                      std::vector<config::HttpRule> rules) {
  auto made = std::make_shared<config::HttpRoute>();
  made->id = "HTTPRoute/default/" + (rules.empty() ? std::string("empty") : rules.front().name);
  made->hostnames = std::move(hostnames);
  made->rules = std::make_shared<const std::vector<config::HttpRule>>(std::move(rules));
  return made;
}

inline config::Listener listener(std::string hostname,
                                 std::vector<std::shared_ptr<const config::HttpRoute>> routes) {
  config::Listener made;
  made.id = "Gateway/default/gw/" + (hostname.empty() ? std::string("any") : hostname);
  made.hostname = std::move(hostname);
  made.http_routes = std::move(routes);
  return made;
}

// A router with what it was made from.
class TestRouter {
 public:
  explicit TestRouter(std::vector<config::Listener> listeners)
      : listeners_(std::move(listeners)), router_(pointers(listeners_), cache_) {}

  const Router& router() const { return router_; }

 private:
  static std::vector<const config::Listener*> pointers(const std::vector<config::Listener>& all) {
    std::vector<const config::Listener*> made;
    for (const config::Listener& one : all) made.push_back(&one);
    return made;
  }
  std::vector<config::Listener> listeners_;
  RouteCache cache_;
  Router router_;
};

// A request as a codec would hand it over.
class TestRequest {
 public:
  TestRequest(std::string_view authority, std::string_view target, std::string_view method = "GET")
      : head_(arena_) {
    head_.method = method;
    head_.authority = authority;
    head_.target = target;
  }
  TestRequest& add(std::string_view name, std::string_view value) {
    head_.fields.add(name, value);
    return *this;
  }
  const http::RequestHead& head() const { return head_; }

 private:
  Arena arena_;
  http::RequestHead head_;
};

}  // namespace tidegate::route
