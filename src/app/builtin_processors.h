// The processors of this binary.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::app {

pipeline::Catalog builtin_processors();

}  // namespace tidegate::app
