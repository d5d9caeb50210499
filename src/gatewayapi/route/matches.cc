#include "gatewayapi/route/matches.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

namespace tidegate::gatewayapi {
namespace {

using Failure = std::optional<std::string>;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Failure check_regex(std::string_view pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (compiled.ok()) return std::nullopt;
  return fmt::format("\"{}\" is not a regular expression: {}", pattern, compiled.error());
}

// Adds header or query matches; `normalise` makes names comparable.
template <class Normalise>
Failure add_values(std::span<const resource::ValueMatch> wanted, std::string_view field,
                   Normalise normalise, std::vector<config::ValueMatch>& values) {
  values.reserve(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::string name = normalise(wanted[i].name);
    if (std::ranges::find(values, name, &config::ValueMatch::name) != values.end()) continue;
    const bool regex = wanted[i].type == resource::ValueMatch::Type::kRegularExpression;
    if (regex) {
      if (auto bad = check_regex(wanted[i].value)) {
        return fmt::format("{}[{}].value: {}", field, i, *bad);
      }
    }
    values.push_back({regex ? config::ValueMatch::Kind::kRegex : config::ValueMatch::Kind::kExact,
                      std::move(name), wanted[i].value});
  }
  return std::nullopt;
}

Failure compile_path(const resource::HttpPathMatch& path, config::PathMatch& compiled) {
  compiled.value = path.value;
  switch (path.type) {
    case resource::HttpPathMatch::Type::kExact:
      compiled.kind = config::PathMatch::Kind::kExact;
      return std::nullopt;
    case resource::HttpPathMatch::Type::kPathPrefix:
      compiled.kind = config::PathMatch::Kind::kPrefix;
      return std::nullopt;
    case resource::HttpPathMatch::Type::kRegularExpression:
      break;
  }
  compiled.kind = config::PathMatch::Kind::kRegex;
  const auto bad = check_regex(path.value);
  return bad ? Failure("path.value: " + *bad) : std::nullopt;
}

Failure compile_match(const resource::HttpRouteMatch& match, config::HttpMatch& compiled) {
  if (auto bad = compile_path(match.path, compiled.path)) return bad;
  compiled.method = match.method.value_or("");
  if (auto bad = add_values(match.headers, "headers", lower, compiled.headers)) return bad;
  const auto as_written = [](const std::string& name) { return name; };
  return add_values(match.query_params, "queryParams", as_written, compiled.query);
}

// The path of a gRPC call is /service/method.
Failure compile_method(const resource::GrpcMethodMatch& method, config::PathMatch& path) {
  using Kind = config::PathMatch::Kind;
  const bool regex = method.type == resource::GrpcMethodMatch::Type::kRegularExpression;
  if (!regex && method.service && method.method) {
    path = {Kind::kExact, fmt::format("/{}/{}", *method.service, *method.method)};
    return std::nullopt;
  }
  if (!regex && method.service) {
    path = {Kind::kPrefix, fmt::format("/{}", *method.service)};
    return std::nullopt;
  }
  const auto part = [&](const std::optional<std::string>& value) {
    if (!value) return std::string("[^/]+");
    return regex ? fmt::format("(?:{})", *value) : RE2::QuoteMeta(*value);
  };
  path = {Kind::kRegex, fmt::format("/{}/{}", part(method.service), part(method.method))};
  const auto bad = check_regex(path.value);
  return bad ? Failure("method: " + *bad) : std::nullopt;
}

Failure compile_match(const resource::GrpcRouteMatch& match, config::HttpMatch& compiled) {
  if (match.method) {
    if (auto bad = compile_method(*match.method, compiled.path)) return bad;
  }
  return add_values(match.headers, "headers", lower, compiled.headers);
}

template <class Match>
std::expected<std::vector<config::HttpMatch>, std::string> compile_all(
    std::span<const Match> matches) {
  std::vector<config::HttpMatch> compiled;
  compiled.reserve(std::max<std::size_t>(matches.size(), 1));
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (auto bad = compile_match(matches[i], compiled.emplace_back())) {
      return std::unexpected(fmt::format("matches[{}].{}", i, *bad));
    }
  }
  if (compiled.empty()) compiled.emplace_back();
  return compiled;
}

}  // namespace

std::expected<std::vector<config::HttpMatch>, std::string> compile_matches(
    std::span<const resource::HttpRouteMatch> matches) {
  return compile_all(matches);
}

std::expected<std::vector<config::HttpMatch>, std::string> compile_matches(
    std::span<const resource::GrpcRouteMatch> matches) {
  return compile_all(matches);
}

}  // namespace tidegate::gatewayapi
