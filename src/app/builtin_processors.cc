#include "app/builtin_processors.h"

#include "processors/prompt_tools/prompt_tools.h"

namespace tidegate::app {

// One line per type. The order says nothing: pipelines have their own.
pipeline::Catalog builtin_processors() {
  return pipeline::Catalog({
      processors::prompt_tools::prompt_tools(),
  });
}

}  // namespace tidegate::app
