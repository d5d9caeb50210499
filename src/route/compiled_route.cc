#include "route/compiled_route.h"

#include <utility>

#include "route/path_segments.h"
#include "route/text_hash.h"

namespace tidegate::route {
namespace {

Rule compile_rule(const config::HttpRule& config, std::uint32_t index) {
  Rule rule;
  rule.config = &config;
  rule.index = index;
  for (const config::WeightedBackend& choice : config.backends) {
    rule.total_weight += choice.weight;
    if (choice.backend && choice.backend->ai) rule.wants_payload = true;
  }
  return rule;
}

std::size_t count_matches(const config::HttpRoute& route) {
  std::size_t count = 0;
  for (const config::HttpRule& rule : *route.rules) count += rule.matches.size();
  return count;
}

}  // namespace

std::uint64_t CompiledMatch::precedence() const {
  constexpr unsigned kMethodShift = 62;
  constexpr unsigned kHeaderShift = 31;
  const std::uint64_t method = config->method.empty() ? 0 : 1;
  const std::uint64_t headers = conditions ? conditions->header_count() : 0;
  const std::uint64_t query = conditions ? conditions->query_count() : 0;
  return (method << kMethodShift) | (headers << kHeaderShift) | query;
}

const config::WeightedBackend* choose_backend(const Rule& rule, std::uint64_t random) {
  const auto& backends = rule.config->backends;
  if (rule.total_weight == 0) return nullptr;
  if (backends.size() == 1) return &backends.front();
  __extension__ using Wide = unsigned __int128;
  auto point = static_cast<std::uint64_t>((static_cast<Wide>(random) * rule.total_weight) >> 64);
  for (const config::WeightedBackend& choice : backends) {
    if (point < choice.weight) return &choice;
    point -= choice.weight;
  }
  return nullptr;  // not reached: point < total_weight
}

CompiledRoute::CompiledRoute(std::shared_ptr<const config::HttpRoute> config)
    : config_(std::move(config)) {
  rules_.reserve(config_->rules->size());
  matches_.reserve(count_matches(*config_));
  for (const config::HttpRule& rule : *config_->rules) {
    const auto index = static_cast<std::uint32_t>(rules_.size());
    rules_.push_back(compile_rule(rule, index));
    for (const config::HttpMatch& match : rule.matches) {
      matches_.push_back(compile_match(match, index));
    }
  }
}

CompiledMatch CompiledRoute::compile_match(const config::HttpMatch& match, std::uint32_t rule) {
  CompiledMatch compiled;
  compiled.config = &match;
  compiled.rule = rule;
  compiled.path = match.path.value;
  switch (match.path.kind) {
    case config::PathMatch::Kind::kExact:
      compiled.path_hash = hash_text(compiled.path);
      break;
    case config::PathMatch::Kind::kPrefix: {
      compiled.path = trim_prefix(compiled.path);
      const PathSegments cuts(compiled.path.empty() ? "/" : compiled.path, kMaxPrefixSegments);
      const std::size_t last = cuts.count() == 0 ? 0 : cuts.count() - 1;
      if (cuts.count() == 0 || cuts[last].bytes != compiled.path.size()) {
        problems_.push_back("path prefix \"" + match.path.value + "\" cannot match any path");
        compiled.impossible = true;
        break;
      }
      compiled.path_hash = cuts[last].hash;
      compiled.prefix_segments = static_cast<std::uint16_t>(last);
      break;
    }
    case config::PathMatch::Kind::kRegex:
      compiled.path_hash = hash_text(compiled.path);
      if (auto regex = Regex::make(match.path.value)) {
        compiled.path_regex = std::move(*regex);
      } else {
        problems_.push_back(std::move(regex.error().detail));
        compiled.impossible = true;
      }
      break;
  }
  if (!match.headers.empty() || !match.query.empty()) {
    auto conditions = std::make_unique<Conditions>(match, problems_);
    compiled.impossible = compiled.impossible || conditions->impossible();
    compiled.conditions = std::move(conditions);
  }
  return compiled;
}

}  // namespace tidegate::route
