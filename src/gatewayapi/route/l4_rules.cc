#include "gatewayapi/route/l4_rules.h"

#include <fmt/format.h>

#include <utility>

namespace tidegate::gatewayapi {

std::vector<config::WeightedBackend> compile_l4_backends(
    std::span<const resource::L4RouteRule> rules, BackendUse use, RuleContext& context) {
  std::vector<config::WeightedBackend> backends;
  if (rules.empty()) return backends;
  for (std::size_t r = 1; r < rules.size(); ++r) context.add_ignored(fmt::format("rules[{}]", r));
  const auto& refs = rules.front().backend_refs;
  backends.reserve(refs.size());
  for (std::size_t i = 0; i < refs.size(); ++i) {
    auto backend = context.resolve(refs[i].ref, use, fmt::format("rules[0].backendRefs[{}]", i));
    backend.weight = refs[i].weight;
    backends.push_back(std::move(backend));
  }
  return backends;
}

}  // namespace tidegate::gatewayapi
