// ContentFilter: words and patterns by category, redacted, blocked or reported, in requests and in
// replies.
//
// Works on the texts of a call in any dialect (llm/text), whoever says them, and on streams event
// by event. Thread: a factory is shared; one processor per exchange. Source:
// docs/reference/content-filter.md.
#pragma once

#include "pipeline/catalog.h"

namespace tidegate::processors::content_filter {

// The row of the catalog.
pipeline::BuiltinProcessor content_filter();

}  // namespace tidegate::processors::content_filter
