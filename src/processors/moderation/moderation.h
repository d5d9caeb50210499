// Moderation: a provider's moderation model judges what people and models say.
// Reference: docs/reference/moderation.md.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::moderation {

pipeline::BuiltinProcessor moderation();

}  // namespace tidegate::processors::moderation
