// One PayloadProcessingPipeline into what the data plane runs.
#pragma once

#include <memory>
#include <optional>

#include "config/pipeline.h"
#include "gatewayapi/condition.h"
#include "gatewayapi/route/rule_context.h"
#include "resource/payload_pipeline.h"

namespace tidegate::gatewayapi {

struct ResolvedPipeline {
  config::Pipeline pipeline;
  std::optional<Problem> invalid;  // every problem, each with its path
};

// `catalog` may be null: then no type is known. References that fail are in context.unresolved().
ResolvedPipeline resolve_pipeline(const resource::PayloadPipeline& object,
                                  const config::ProcessorCatalog* catalog, RuleContext& context);

}  // namespace tidegate::gatewayapi
