// Routing and filters on any request: lines of the input are method, host, target, origin and one
// header. The answers must agree with themselves, and nothing that filters make may split a
// message.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "route/filters/cors.h"
#include "route/filters/url_edits.h"
#include "route/router.h"

namespace {

using namespace tidegate;
using config::PathMatch;
using config::ValueMatch;

config::HttpRule rule(PathMatch::Kind kind, std::string path, std::vector<ValueMatch> headers = {},
                      std::vector<ValueMatch> query = {}) {
  config::HttpRule made;
  made.matches.push_back({.path = {.kind = kind, .value = std::move(path)},
                          .headers = std::move(headers),
                          .query = std::move(query)});
  return made;
}

config::Listener make_listener(std::string hostname, std::vector<std::string> route_hostnames) {
  auto rules = std::make_shared<std::vector<config::HttpRule>>();
  rules->push_back(rule(PathMatch::Kind::kExact, "/v1/models"));
  rules->push_back(
      rule(PathMatch::Kind::kPrefix, "/v1/chat", {{.name = "x-gateway-model-name", .value = "m"}}));
  rules->push_back(rule(PathMatch::Kind::kPrefix, "/v1",
                        {{.kind = ValueMatch::Kind::kRegex, .name = "x", .value = "a+,b"}}));
  rules->push_back(rule(PathMatch::Kind::kRegex, "/[a-z]+/\\d+"));
  rules->push_back(rule(PathMatch::Kind::kPrefix, "/", {}, {{.name = "q", .value = "1 2"}}));
  auto route = std::make_shared<config::HttpRoute>();
  route->hostnames = std::move(route_hostnames);
  route->rules = std::move(rules);
  config::Listener listener;
  listener.hostname = std::move(hostname);
  listener.http_routes = {std::move(route)};
  return listener;
}

struct Fixture {
  config::Listener any = make_listener("", {"*.example.com", "a.example.com"});
  config::Listener named = make_listener("*.example.org", {});
  route::RouteCache cache;
  std::array<const config::Listener*, 2> listeners = {&any, &named};
  route::Router router{listeners, cache};
};

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

void check_filters(const http::RequestHead& head, const config::HttpMatch& match, Arena& arena) {
  config::Redirect redirect;
  redirect.scheme = "https";
  redirect.path = {.kind = config::PathModifier::Kind::kReplacePrefixMatch, .value = "/new/"};
  const auto reply = route::make_redirect(redirect, match.path, head, 8080, arena);
  TIDEGATE_CHECK(head.authority.empty() || reply.location.starts_with("https://"));
  TIDEGATE_CHECK(reply.location.find('\n') == std::string_view::npos);
  config::Cors policy;
  policy.allow_origins = {"https://*.example.com"};
  policy.allow_credentials = true;
  http::ResponseHead preflight(arena);
  route::answer_preflight(policy, head, preflight);
  const auto origin = head.fields.find(http::HeaderId::kOrigin);
  const bool allowed = origin && route::allows_origin(policy, *origin);
  TIDEGATE_CHECK(allowed == preflight.fields.find("access-control-allow-origin").has_value());
  TIDEGATE_CHECK(!allowed || origin->size() > std::string_view("https://.example.com").size());
}

void check_routing(const route::Router& router, const http::RequestHead& head, Arena& arena) {
  const auto unknown = router.find(head, route::ModelName::unknown());
  const auto absent = router.find(head, route::ModelName::absent());
  const auto known = router.find(head, route::ModelName::known("m"));
  // Without the model the router may ask, but never decide otherwise than it would with it.
  if (unknown.outcome != route::Outcome::kNeedsModel) {
    TIDEGATE_CHECK(unknown.match == absent.match && unknown.match == known.match);
  }
  TIDEGATE_CHECK(absent.outcome != route::Outcome::kNeedsModel);
  TIDEGATE_CHECK(known.outcome != route::Outcome::kNeedsModel);
  if (known.outcome == route::Outcome::kFound) check_filters(head, *known.match, arena);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture fixture;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Arena arena;
  http::RequestHead head(arena);
  head.scheme = "http";
  head.method = take_line(rest);
  head.authority = take_line(rest);
  head.target = take_line(rest);
  head.fields.add("Origin", take_line(rest));
  head.fields.add("x", take_line(rest));
  head.fields.add("x", take_line(rest));
  check_routing(fixture.router, head, arena);
  return 0;
}
