// Filters of rules and backendRefs into config::Filters.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "config/filters.h"
#include "config/pipeline.h"
#include "gatewayapi/route/rule_context.h"
#include "resource/filters.h"
#include "resource/http_route.h"

namespace tidegate::gatewayapi {

// Where filters stand, for what they may do there.
struct FilterPlace {
  std::size_t rule = 0;
  std::string_view path;             // "rules[0]" or "rules[0].backendRefs[1]"
  bool on_backend = false;           // of one backendRef, not of the rule
  bool has_backends = false;         // a redirect of the rule would never let them be reached
  bool prefix_matches_only = false;  // replacePrefixMatch needs every match to be a prefix
};

struct CompiledFilters {
  std::shared_ptr<const config::Filters> filters;  // null: none
  config::Pipelines pipelines;                     // that filters name, in their order
  bool must_fail = false;  // a filter cannot be applied and must not be skipped: answer 500
};

// Compiles filters; what cannot be done is added to `context` (IncompatibleFilters,
// UnsupportedValue, unresolved references) and makes must_fail true. A mirror that cannot be
// resolved only loses the copy.
CompiledFilters compile_filters(std::span<const resource::RouteFilter> filters,
                                const FilterPlace& place, RuleContext& context);

}  // namespace tidegate::gatewayapi
