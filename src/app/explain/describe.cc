#include "app/explain/describe.h"

#include <fmt/format.h>

namespace tidegate::app {
namespace {

std::string_view describe(config::PathMatch::Kind kind) {
  switch (kind) {
    case config::PathMatch::Kind::kExact:
      return "exactly";
    case config::PathMatch::Kind::kPrefix:
      return "prefix";
    case config::PathMatch::Kind::kRegex:
      return "expression";
  }
  return "";
}

std::string describe(std::string_view what, const config::ValueMatch& match) {
  const char* relation = match.kind == config::ValueMatch::Kind::kExact ? "=" : "~";
  return fmt::format(", {} {} {} {}", what, match.name, relation, match.value);
}

void describe_edits(std::string_view whose, const config::HeaderEdits& edits,
                    std::vector<std::string>& out) {
  for (const auto& field : edits.set)
    out.push_back(fmt::format("{} header {}: set to {}", whose, field.name, field.value));
  for (const auto& field : edits.add)
    out.push_back(fmt::format("{} header {}: add {}", whose, field.name, field.value));
  for (const auto& name : edits.remove)
    out.push_back(fmt::format("{} header {}: remove", whose, name));
}

std::string describe(const config::PathModifier& path) {
  const bool full = path.kind == config::PathModifier::Kind::kReplaceFullPath;
  return fmt::format("{} by {}", full ? "path" : "matched prefix", path.value);
}

void describe(const config::Filters& filters, std::vector<std::string>& out) {
  if (filters.cors)
    out.push_back(fmt::format("CORS: {} origins", filters.cors->allow_origins.size()));
  if (filters.redirect) {
    const config::Redirect& redirect = *filters.redirect;
    std::string text = fmt::format("redirect with {}", redirect.status);
    if (!redirect.scheme.empty()) text += ", scheme " + redirect.scheme;
    if (!redirect.hostname.empty()) text += ", host " + redirect.hostname;
    if (redirect.port) text += fmt::format(", port {}", *redirect.port);
    if (redirect.path) text += ", " + describe(*redirect.path);
    out.push_back(std::move(text));
  }
  describe_edits("request", filters.request_headers, out);
  if (filters.rewrite) {
    std::string text = "rewrite:";
    if (!filters.rewrite->hostname.empty()) text += " host by " + filters.rewrite->hostname;
    if (filters.rewrite->path) text += " " + describe(*filters.rewrite->path);
    out.push_back(std::move(text));
  }
  for (const config::Mirror& mirror : filters.mirrors) {
    out.push_back(fmt::format("mirror {}/{} to {}", mirror.numerator, mirror.denominator,
                              mirror.backend ? mirror.backend->id : "an unresolved reference"));
  }
  describe_edits("response", filters.response_headers, out);
}

}  // namespace

std::string describe_match(const config::HttpMatch& match) {
  std::string text = fmt::format("path {} {}", describe(match.path.kind), match.path.value);
  if (!match.method.empty()) text += ", method " + match.method;
  for (const auto& header : match.headers) text += describe("header", header);
  for (const auto& parameter : match.query) text += describe("query", parameter);
  return text;
}

std::vector<std::string> describe_filters(const config::HttpRule& rule) {
  std::vector<std::string> out;
  if (rule.filters != nullptr) describe(*rule.filters, out);
  if (rule.request_timeout && rule.request_timeout->count() > 0) {
    out.push_back(fmt::format("request timeout {} ms", rule.request_timeout->count()));
  }
  if (rule.backend_timeout && rule.backend_timeout->count() > 0) {
    out.push_back(fmt::format("backend timeout {} ms", rule.backend_timeout->count()));
  }
  if (rule.retry) out.push_back(fmt::format("up to {} retries", rule.retry->attempts));
  return out;
}

std::vector<std::string> describe_endpoints(const config::Backend& backend) {
  std::vector<std::string> out;
  if (const auto* fqdn = std::get_if<config::Fqdn>(&backend.destination)) {
    out.push_back(fmt::format("{}:{}", fqdn->hostname, fqdn->port));
  } else if (const auto* list = std::get_if<std::vector<config::Endpoint>>(&backend.destination)) {
    for (const auto& endpoint : *list)
      out.push_back(fmt::format("{}:{}", endpoint.address, endpoint.port));
  } else {
    out.emplace_back("simulator");
  }
  return out;
}

std::string describe_processor(const pipeline::CompiledProcessor& processor) {
  const config::ProcessorSpec& spec = *processor.spec;
  std::string text = spec.type;
  for (std::size_t i = 0; i < config::kPhases; ++i) {
    const auto phase = static_cast<config::Phase>(i);
    if (processor.phases.has(phase)) text += fmt::format(" {}", config::to_string(phase));
  }
  if (!spec.when.empty()) text += fmt::format(", when {}", spec.when);
  if (spec.timeout.count() > 0) text += fmt::format(", timeout {}ms", spec.timeout.count());
  if (spec.failure_mode == config::FailureMode::kOpen) text += ", Open";
  if (spec.failure_mode == config::FailureMode::kFallback) text += ", Fallback";
  if (spec.mode == config::ProcessorMode::kReport) text += ", Report";
  if (!spec.concurrency_group.empty()) text += fmt::format(", group {}", spec.concurrency_group);
  if (const std::string trouble = processor.factory->trouble(); !trouble.empty()) {
    text += fmt::format(", cannot work now: {}", trouble);
  }
  return text;
}

}  // namespace tidegate::app
