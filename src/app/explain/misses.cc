#include "app/explain/misses.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/explain/describe.h"
#include "http/header_map.h"

namespace tidegate::app {
namespace {

constexpr std::size_t kMaxLines = 10;
constexpr std::string_view kModelHeader = "x-gateway-model-name";

struct Miss {
  std::size_t order = 0;  // among all, as routes are listed
  std::size_t count = 0;  // of what fails
  std::string line;
};

bool holds_hostname(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return http::iequals(pattern, host);
  const std::string_view suffix = pattern.substr(1);
  return host.size() > suffix.size() &&
         http::iequals(host.substr(host.size() - suffix.size()), suffix);
}

bool holds_path(const route::CompiledMatch& match, std::string_view path) {
  switch (match.config->path.kind) {
    case config::PathMatch::Kind::kExact:
      return path == match.path;
    case config::PathMatch::Kind::kPrefix:
      return path.starts_with(match.path) &&
             (path.size() == match.path.size() || match.path.empty() || match.path == "/" ||
              path[match.path.size()] == '/');
    case config::PathMatch::Kind::kRegex:
      return match.path_regex && match.path_regex->matches(path);
  }
  return false;
}

// What of an exact header match fails; expressions are judged as a whole by the caller.
void check_header(const config::ValueMatch& match, const ParsedRequest& request,
                  std::vector<std::string>& failures) {
  if (match.name == kModelHeader || match.kind != config::ValueMatch::Kind::kExact) return;
  const auto value = request.head.fields.find(std::string_view(match.name));
  if (!value) {
    failures.push_back(fmt::format("header {} is absent", match.name));
  } else if (*value != match.value) {
    failures.push_back(
        fmt::format("header {} is \"{}\", not \"{}\"", match.name, *value, match.value));
  }
}

void check_conditions(const route::CompiledMatch& match, const ParsedRequest& request,
                      std::string_view model, std::vector<std::string>& failures) {
  const route::Conditions& conditions = *match.conditions;
  if (!conditions.hold_besides_model(request.head)) {
    const std::size_t before = failures.size();
    for (const auto& header : match.config->headers) check_header(header, request, failures);
    if (failures.size() == before) failures.emplace_back("headers or query do not hold");
  }
  if (conditions.model() == nullptr) return;
  if (model.empty()) {
    failures.emplace_back("the request names no model");
  } else if (!conditions.model_holds(model)) {
    failures.push_back(
        fmt::format("model is \"{}\", not \"{}\"", model, conditions.model()->config->value));
  }
}

std::vector<std::string> find_failures(const route::CompiledRoute& route,
                                       const route::CompiledMatch& match,
                                       const ParsedRequest& request, std::string_view model) {
  std::vector<std::string> failures;
  const auto& hostnames = route.config().hostnames;
  const bool host_holds =
      hostnames.empty() || std::ranges::any_of(hostnames, [&](const std::string& name) {
        return holds_hostname(name, request.host);
      });
  if (!host_holds)
    failures.push_back(fmt::format("host is {}, not {}", request.host, hostnames.front()));
  if (!holds_path(match, request.head.path())) {
    failures.push_back(fmt::format("path is {}", request.head.path()));
  }
  if (!match.method_holds(request.head.method)) {
    failures.push_back(
        fmt::format("method is {}, not {}", request.head.method, match.config->method));
  }
  if (match.impossible) failures.emplace_back("an expression in it could not be compiled");
  if (match.conditions != nullptr) check_conditions(match, request, model, failures);
  return failures;
}

void add_misses(const route::CompiledRoute& route, const ParsedRequest& request,
                std::string_view model, std::vector<Miss>& misses) {
  for (const route::CompiledMatch& match : route.matches()) {
    const auto failures = find_failures(route, match, request, model);
    const std::string why = failures.empty()
                                ? "a more specific match, or an isolated listener, comes first"
                                : fmt::format("{}", fmt::join(failures, "; "));
    misses.push_back({misses.size(), failures.size(),
                      fmt::format("{} rule {} ({}): {}", route.config().id, match.rule,
                                  describe_match(*match.config), why)});
  }
}

}  // namespace

std::vector<std::string> list_misses(const proxy::Port& port, const ParsedRequest& request,
                                     std::string_view model, const route::CompiledRoute* chosen) {
  std::vector<Miss> misses;
  for (const auto& listener : port.http_listeners) {
    for (const auto& route : listener->http_routes) {
      if (chosen != nullptr && route.get() == &chosen->config()) continue;
      add_misses(route::CompiledRoute(route), request, model, misses);
    }
  }
  // By count, in the order of routes among equals.
  std::ranges::sort(misses, {}, [](const Miss& miss) { return std::pair(miss.count, miss.order); });
  std::vector<std::string> lines;
  for (auto& miss : misses) {
    if (lines.size() == kMaxLines) break;
    lines.push_back(std::move(miss.line));
  }
  return lines;
}

}  // namespace tidegate::app
