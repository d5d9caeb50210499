#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

#include "decode/kinds.h"
#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::HttpPathMatch;
using resource::HttpPathModifier;
using resource::HttpRouteMatch;
using resource::HttpRouteRule;

constexpr std::size_t kMaxMatches = 128;  // in all rules of a route

constexpr Text kQueryValue{.min = 1, .max = 1024};
constexpr std::string_view kMethods[] = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                         "CONNECT", "OPTIONS", "TRACE", "PATCH"};

// What the CRD's rules forbid in a path that is compared with the request's.
std::string_view find_path_fault(std::string_view path) {
  struct Fault {
    std::string_view part;
    std::string_view message;
  };
  constexpr std::array<Fault, 6> kForbidden = {{
      {"//", "must not contain \"//\""},
      {"/./", "must not contain \"/./\""},
      {"/../", "must not contain \"/../\""},
      {"%2f", "must not contain \"%2f\""},
      {"%2F", "must not contain \"%2F\""},
      {"#", "must not contain \"#\""},
  }};
  if (!path.starts_with('/')) return "must start with \"/\"";
  for (const auto& [part, message] : kForbidden) {
    if (path.find(part) != std::string_view::npos) return message;
  }
  if (path.ends_with("/..")) return "must not end with \"/..\"";
  if (path.ends_with("/.")) return "must not end with \"/.\"";
  if (!is_path(path)) return "must have only characters of a URL path, others percent-encoded";
  return {};
}

void read_path_match(const Node& node, HttpPathMatch& out) {
  using Type = HttpPathMatch::Type;
  constexpr Choice<Type> kTypes[] = {
      {"Exact", Type::kExact},
      {"PathPrefix", Type::kPathPrefix},
      {"RegularExpression", Type::kRegularExpression},
  };
  ObjectReader object(node);
  object.optional("type", out.type, one_of(kTypes));
  object.optional("value", out.value, Text{.max = 1024});
  if (out.type == Type::kRegularExpression) return;
  if (const auto fault = find_path_fault(out.value); !fault.empty()) {
    object.fail("value", std::string(fault));
  }
}

void read_query_match(const Node& node, resource::ValueMatch& out) {
  read_value_match(node, kQueryValue, out);
}

void read_match(const Node& node, HttpRouteMatch& out) {
  ObjectReader object(node);
  object.optional("path", out.path, read_path_match);
  object.list("headers", out.headers, {.max = 16}, read_header_match);
  object.list("queryParams", out.query_params, {.max = 16}, read_query_match);
  object.optional("method", out.method, Word{kMethods});
  const auto name = [](const resource::ValueMatch& match) { return match.name; };
  check_unique(object, "headers", out.headers, name, "names a header that came before");
  check_unique(object, "queryParams", out.query_params, name, "names a parameter that came before");
}

void read_timeouts(const Node& node, resource::HttpRouteTimeouts& out) {
  ObjectReader object(node);
  object.optional("request", out.request, read_duration);
  object.optional("backendRequest", out.backend_request, read_duration);
  const bool both = out.request && out.backend_request && out.request->count() != 0;
  if (both && *out.backend_request > *out.request) {
    object.fail("backendRequest", "must not be longer than request");
  }
}

void read_retry(const Node& node, resource::HttpRouteRetry& out) {
  ObjectReader object(node);
  object.list("codes", out.codes, {}, Int<std::uint16_t>{.min = 400, .max = 599});
  object.optional("attempts", out.attempts, Int<std::uint32_t>{.min = 1});
  object.optional("backoff", out.backoff, read_duration);
  check_unique(object, "codes", out.codes, [](std::uint16_t code) { return code; }, "came before");
}

// Whether a filter replaces the matched prefix, which needs one.
bool replaces_prefix(const resource::RouteFilter& filter) {
  const auto is_prefix = [](const std::optional<HttpPathModifier>& path) {
    return path && path->type == HttpPathModifier::Type::kReplacePrefixMatch;
  };
  if (const auto* redirect = std::get_if<resource::RequestRedirect>(&filter)) {
    return is_prefix(redirect->path);
  }
  const auto* rewrite = std::get_if<resource::UrlRewrite>(&filter);
  return rewrite != nullptr && is_prefix(rewrite->path);
}

void check_rule(const ObjectReader& object, const HttpRouteRule& rule) {
  const bool redirects = std::ranges::any_of(rule.filters, [](const auto& filter) {
    return std::holds_alternative<resource::RequestRedirect>(filter);
  });
  if (redirects && !rule.backend_refs.empty()) {
    object.fail("backendRefs", "must be absent beside a RequestRedirect filter");
  }
  const bool one_prefix =
      rule.matches.size() == 1 && rule.matches[0].path.type == HttpPathMatch::Type::kPathPrefix;
  if (one_prefix) return;
  constexpr const char* kMessage =
      "replacePrefixMatch needs exactly one match in the rule, of path type PathPrefix";
  if (std::ranges::any_of(rule.filters, replaces_prefix)) object.fail("filters", kMessage);
  for (std::size_t i = 0; i < rule.backend_refs.size(); ++i) {
    if (std::ranges::any_of(rule.backend_refs[i].filters, replaces_prefix)) {
      object.fail_item("backendRefs", i, kMessage);
    }
  }
}

void read_rule(const Node& node, HttpRouteRule& out) {
  ObjectReader object(node);
  object.optional("name", out.name, kSectionName);
  object.list("matches", out.matches, {.max = 64}, read_match);
  if (out.matches.empty()) out.matches.emplace_back();
  object.optional("filters", out.filters,
                  [](const Node& list, auto& into) { read_filters(list, FilterSet::kHttp, into); });
  object.list("backendRefs", out.backend_refs, {.max = 16}, [](const Node& item, auto& into) {
    read_http_backend_ref(item, FilterSet::kHttp, into);
  });
  object.optional("timeouts", out.timeouts, read_timeouts);
  object.optional("retry", out.retry, read_retry);
  object.optional("sessionPersistence", out.session_persistence, read_session_persistence);
  check_rule(object, out);
}

void read_spec(const Node& node, resource::HttpRoute& out) {
  ObjectReader spec(node);
  read_route_parents(spec, out.parent_refs, out.use_default_gateways);
  spec.list("hostnames", out.hostnames, {.max = 16}, kWildcardHostname);
  spec.list("rules", out.rules, {.min = 1, .max = 16}, read_rule);
  if (!spec.has("rules")) out.rules.emplace_back().matches.emplace_back();
  std::size_t matches = 0;
  for (const auto& rule : out.rules) matches += rule.matches.size();
  if (matches > kMaxMatches) {
    spec.fail("rules",
              fmt::format("must have at most {} matches in all, not {}", kMaxMatches, matches));
  }
  check_rule_names(spec, out.rules);
}

}  // namespace

void read_value_match(const Node& node, const Text& value, resource::ValueMatch& out) {
  using Type = resource::ValueMatch::Type;
  constexpr Choice<Type> kTypes[] = {
      {"Exact", Type::kExact},
      {"RegularExpression", Type::kRegularExpression},
  };
  ObjectReader object(node);
  object.optional("type", out.type, one_of(kTypes));
  object.required("name", out.name, kHeaderName);
  object.required("value", out.value, value);
}

void read_header_match(const Node& node, resource::ValueMatch& out) {
  read_value_match(node, kHeaderValue, out);
}

void read_session_persistence(const Node& node, resource::SessionPersistence& out) {
  using Session = resource::SessionPersistence;
  constexpr Choice<Session::Type> kTypes[] = {
      {"Cookie", Session::Type::kCookie},
      {"Header", Session::Type::kHeader},
  };
  constexpr Choice<Session::CookieLifetime> kLifetimes[] = {
      {"Session", Session::CookieLifetime::kSession},
      {"Permanent", Session::CookieLifetime::kPermanent},
  };
  ObjectReader object(node);
  object.optional("sessionName", out.session_name, Text{.max = 128});
  object.optional("absoluteTimeout", out.absolute_timeout, read_duration);
  object.optional("type", out.type, one_of(kTypes));
  const bool cookie = object.object("cookieConfig", [&](ObjectReader& config) {
    config.optional("lifetimeType", out.cookie_lifetime, one_of(kLifetimes));
  });
  if (cookie && out.type != Session::Type::kCookie) {
    object.fail("cookieConfig", "must be absent unless type is Cookie");
  }
  if (out.cookie_lifetime == Session::CookieLifetime::kPermanent && !out.absolute_timeout) {
    object.fail("absoluteTimeout", "is required when cookieConfig.lifetimeType is Permanent");
  }
}

void read_body(ObjectReader& root, Version, resource::HttpRoute& out) {
  root.required("spec", out, read_spec);
}

}  // namespace tidegate::decode
