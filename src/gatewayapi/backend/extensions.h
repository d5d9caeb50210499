// What `extensions` of a Backend ask for: processors of their own, and pipelines by name. They run
// like pipelines that target the Backend, behind those.   Source: docs/reference/backend.md;
// working group proposal 10.
#pragma once

#include <memory>
#include <optional>

#include "config/pipeline.h"
#include "gatewayapi/condition.h"
#include "resource/backend.h"

namespace tidegate::gatewayapi {

// The first extension that cannot run: its type is unknown (UnsupportedValue), or its configuration
// is wrong (Invalid, every problem with its path). Whether a named pipeline exists is not asked.
std::optional<Problem> check_extensions(const resource::Backend& backend,
                                        const config::ProcessorCatalog* catalog);

// One processor as a pipeline: in all phases that its type serves, failing Closed.
// REQUIRES: `extension` names no pipeline, and check_extensions() has no problem with it.
config::Pipeline make_extension_pipeline(const resource::Backend& backend,
                                         const resource::BackendExtension& extension,
                                         const config::ProcessorCatalog& catalog);

// Whether the extension stands for a pipeline of the namespace.
inline bool names_pipeline(const resource::BackendExtension& extension) {
  return extension.type == resource::BackendExtension::kPipelineType;
}

}  // namespace tidegate::gatewayapi
