#include "gatewayapi/backend/ai.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tidegate::gatewayapi {
namespace {

// Both enumerations have the same values in the same order.
template <class To, class From>
std::optional<To> same(const std::optional<From>& from) {
  if (!from) return std::nullopt;
  return static_cast<To>(*from);
}

config::Quirks make_quirks(const resource::BackendQuirks& quirks) {
  config::Quirks made;
  made.max_tokens_name = same<config::Quirks::MaxTokensName>(quirks.max_tokens_name);
  made.reasoning_field = same<config::Quirks::ReasoningField>(quirks.reasoning_field);
  made.developer_role = quirks.developer_role;
  made.stream_options = quirks.stream_options;
  made.strict_schema = quirks.strict_schema;
  made.json_schema = quirks.json_schema;
  made.top_k = quirks.top_k;
  made.reasoning_effort = quirks.reasoning_effort;
  made.parallel_tool_calls = quirks.parallel_tool_calls;
  made.cache_control = quirks.cache_control;
  made.think_tags = quirks.think_tags;
  made.default_max_tokens = quirks.default_max_tokens;
  return made;
}

}  // namespace

std::optional<Problem> check_ai(const resource::Backend& backend) {
  if (!backend.ai || backend.ai->dialect) return std::nullopt;
  const auto names = llm::provider_names();
  if (std::ranges::find(names, backend.ai->provider) != names.end()) return std::nullopt;
  return Problem{Reason::kUnsupportedValue,
                 fmt::format("ai.provider: \"{}\" is none of {}; for a server of another name say "
                             "ai.dialect",
                             backend.ai->provider, fmt::join(names, ", "))};
}

config::Ai make_ai(const resource::BackendAi& ai) {
  config::Ai made;
  made.provider = ai.provider;
  made.dialect = ai.dialect;
  for (const auto& model : ai.models) {
    made.models.push_back({model.name, model.upstream_name.value_or(""), model.card});
  }
  made.strict = ai.strict;
  made.path_prefix = ai.path_prefix.value_or("");
  while (made.path_prefix.ends_with('/')) made.path_prefix.pop_back();
  made.api_version = ai.api_version.value_or("");
  made.project = ai.project.value_or("");
  made.location = ai.location.value_or("");
  made.quirks = make_quirks(ai.quirks);
  return made;
}

const llm::Provider& provider_of(const resource::BackendAi& ai) {
  return llm::find_provider(ai.provider, ai.dialect, ai.api_version.has_value());
}

}  // namespace tidegate::gatewayapi
