#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "decode/kinds.h"
#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::GrpcMethodMatch;

constexpr std::size_t kMaxMatches = 128;  // in all rules of a route

// ^[A-Za-z_][A-Za-z_0-9]*$
bool is_identifier(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0) return false;
  return std::ranges::all_of(
      text, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}

// ^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$
bool is_service(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  while (true) {
    const auto dot = text.find('.');
    if (!is_identifier(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

void read_method_match(const Node& node, GrpcMethodMatch& out) {
  using Type = GrpcMethodMatch::Type;
  constexpr Choice<Type> kTypes[] = {
      {"Exact", Type::kExact},
      {"RegularExpression", Type::kRegularExpression},
  };
  ObjectReader object(node);
  object.optional("type", out.type, one_of(kTypes));
  object.optional("service", out.service, Text{.max = 1024});
  object.optional("method", out.method, Text{.max = 1024});
  if (!out.service && !out.method) object.fail("must have service, method or both");
  if (out.type != Type::kExact) return;
  if (out.service && !is_service(*out.service)) {
    object.fail("service", "must be a service's name such as package.Service");
  }
  if (out.method && !is_identifier(*out.method)) object.fail("method", "must be a method's name");
}

void read_match(const Node& node, resource::GrpcRouteMatch& out) {
  ObjectReader object(node);
  object.optional("method", out.method, read_method_match);
  object.list("headers", out.headers, {.max = 16}, read_header_match);
  check_unique(
      object, "headers", out.headers, [](const auto& match) { return match.name; },
      "names a header that came before");
}

void read_rule(const Node& node, resource::GrpcRouteRule& out) {
  ObjectReader object(node);
  object.optional("name", out.name, kSectionName);
  object.list("matches", out.matches, {.max = 64}, read_match);
  object.optional("filters", out.filters,
                  [](const Node& list, auto& into) { read_filters(list, FilterSet::kGrpc, into); });
  object.list("backendRefs", out.backend_refs, {.max = 16}, [](const Node& item, auto& into) {
    read_http_backend_ref(item, FilterSet::kGrpc, into);
  });
  object.optional("sessionPersistence", out.session_persistence, read_session_persistence);
}

void read_spec(const Node& node, resource::GrpcRoute& out) {
  ObjectReader spec(node);
  read_route_parents(spec, out.parent_refs, out.use_default_gateways);
  spec.list("hostnames", out.hostnames, {.max = 16}, kWildcardHostname);
  spec.list("rules", out.rules, {.max = 16}, read_rule);
  std::size_t matches = 0;
  for (const auto& rule : out.rules) matches += rule.matches.size();
  if (matches > kMaxMatches) {
    spec.fail("rules",
              fmt::format("must have at most {} matches in all, not {}", kMaxMatches, matches));
  }
  check_rule_names(spec, out.rules);
}

}  // namespace

void read_body(ObjectReader& root, Version, resource::GrpcRoute& out) {
  root.required("spec", out, read_spec);
}

}  // namespace tidegate::decode
