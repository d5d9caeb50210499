#include "gatewayapi/route/http_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gatewayapi/route/filters.h"
#include "gatewayapi/route/matches.h"

namespace tidegate::gatewayapi {
namespace {

// Tries of a rule whose retry says neither how often nor when; Source leaves both to us.
constexpr std::uint32_t kDefaultRetryAttempts = 1;
constexpr std::uint16_t kDefaultRetryCode = 503;
constexpr std::chrono::milliseconds kDefaultRetryBackoff{25};

config::Retry make_retry(const resource::HttpRouteRetry& wanted) {
  config::Retry retry;
  retry.codes = wanted.codes;
  if (retry.codes.empty()) retry.codes.push_back(kDefaultRetryCode);
  retry.attempts = wanted.attempts.value_or(kDefaultRetryAttempts);
  retry.backoff = wanted.backoff.value_or(kDefaultRetryBackoff);
  return retry;
}

bool only_prefixes(const resource::HttpRouteRule& rule) {
  return std::ranges::all_of(rule.matches, [](const resource::HttpRouteMatch& match) {
    return match.path.type == resource::HttpPathMatch::Type::kPathPrefix;
  });
}

// A gRPC rule never replaces a prefix: its filters cannot say so.
bool only_prefixes(const resource::GrpcRouteRule&) { return false; }

void set_timeouts(const resource::HttpRouteRule& rule, std::size_t index, RuleContext& context,
                  config::HttpRule& compiled) {
  if (rule.retry) compiled.retry = make_retry(*rule.retry);
  if (!rule.timeouts) return;
  compiled.request_timeout = rule.timeouts->request;
  compiled.backend_timeout = rule.timeouts->backend_request;
  const bool bounded = compiled.request_timeout && compiled.request_timeout->count() > 0;
  if (bounded && compiled.backend_timeout &&
      *compiled.backend_timeout > *compiled.request_timeout) {
    compiled.invalid = true;
    context.add_invalid_rule(
        index, {Reason::kUnsupportedValue,
                fmt::format("rules[{}].timeouts: backendRequest is longer than request", index)});
  }
}

void set_timeouts(const resource::GrpcRouteRule&, std::size_t, RuleContext&, config::HttpRule&) {}

template <class Rule>
void add_backends(const Rule& rule, std::size_t index, RuleContext& context,
                  config::HttpRule& compiled) {
  const BackendUse use = context.kind() == RouteKind::kGrpc ? BackendUse::kGrpc : BackendUse::kHttp;
  compiled.backends.reserve(rule.backend_refs.size());
  for (std::size_t i = 0; i < rule.backend_refs.size(); ++i) {
    const resource::HttpBackendRef& ref = rule.backend_refs[i];
    const std::string path = fmt::format("rules[{}].backendRefs[{}]", index, i);
    config::WeightedBackend backend = context.resolve(ref.ref, use, path);
    backend.weight = ref.weight;
    const FilterPlace place{.rule = index,
                            .path = path,
                            .on_backend = true,
                            .has_backends = true,
                            .prefix_matches_only = only_prefixes(rule)};
    CompiledFilters filters = compile_filters(ref.filters, place, context);
    backend.filters = std::move(filters.filters);
    if (filters.must_fail) {
      backend.backend = nullptr;
      backend.error_status = 500;
    }
    compiled.backends.push_back(std::move(backend));
  }
}

template <class Rule>
std::optional<config::HttpRule> compile_rule(const Rule& rule, std::size_t index,
                                             RuleContext& context) {
  config::HttpRule compiled;
  compiled.name = rule.name.value_or("");
  auto matches = compile_matches(rule.matches);
  if (!matches) {
    context.add_invalid_rule(
        index, {Reason::kUnsupportedValue, fmt::format("rules[{}].{}", index, matches.error())});
    return std::nullopt;
  }
  compiled.matches = std::move(*matches);
  const std::string path = fmt::format("rules[{}]", index);
  const FilterPlace place{.rule = index,
                          .path = path,
                          .has_backends = !rule.backend_refs.empty(),
                          .prefix_matches_only = only_prefixes(rule)};
  CompiledFilters filters = compile_filters(rule.filters, place, context);
  compiled.filters = std::move(filters.filters);
  compiled.invalid = filters.must_fail;
  add_backends(rule, index, context, compiled);
  set_timeouts(rule, index, context, compiled);
  compiled.regions = context.regions_for(compiled.name);
  compiled.pipelines = context.pipelines_for(compiled.name, filters.pipelines);
  if (rule.session_persistence) {
    context.add_ignored(fmt::format("rules[{}].sessionPersistence", index));
  }
  return compiled;
}

template <class Route>
HttpRules compile_all(const Route& route, RuleContext& context) {
  auto rules = std::make_shared<std::vector<config::HttpRule>>();
  rules->reserve(route.rules.size());
  for (std::size_t i = 0; i < route.rules.size(); ++i) {
    if (auto rule = compile_rule(route.rules[i], i, context)) rules->push_back(std::move(*rule));
  }
  return rules;
}

}  // namespace

HttpRules compile_rules(const resource::HttpRoute& route, RuleContext& context) {
  return compile_all(route, context);
}

HttpRules compile_rules(const resource::GrpcRoute& route, RuleContext& context) {
  return compile_all(route, context);
}

}  // namespace tidegate::gatewayapi
