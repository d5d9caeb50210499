#include "app/builtin_processors.h"

#include "processors/content_filter/content_filter.h"
#include "processors/ext_proc/ext_proc.h"
#include "processors/header_modifier/header_modifier.h"
#include "processors/moderation/moderation.h"
#include "processors/personal_data/personal_data.h"
#include "processors/prompt_guard/prompt_guard.h"
#include "processors/prompt_tools/prompt_tools.h"
#include "processors/response_cache/response_cache.h"
#include "processors/retrieval/retrieval.h"
#include "processors/semantic_router/semantic_router.h"
#include "processors/web_signatures/web_signatures.h"
#include "processors/webhook/webhook.h"

namespace tidegate::app {

// One line per type. The order says nothing: pipelines have their own.
pipeline::Catalog builtin_processors() {
  return pipeline::Catalog({
      processors::content_filter::content_filter(),
      processors::ext_proc::ext_proc(),
      processors::header_modifier::header_modifier(),
      processors::moderation::moderation(),
      processors::personal_data::personal_data(),
      processors::prompt_guard::prompt_guard(),
      processors::prompt_tools::prompt_tools(),
      processors::response_cache::response_cache(),
      processors::retrieval::retrieval(),
      processors::semantic_router::semantic_router(),
      processors::web_signatures::web_signatures(),
      processors::webhook::webhook(),
  });
}

}  // namespace tidegate::app
