// An Explanation for people and as JSON.
#pragma once

#include <string>

#include "app/explain/explain.h"
#include "app/terminal.h"

namespace tidegate::app {

std::string format_text(const Explanation& explanation, const Paint& paint);

// {"status", "reason", "port", "listener", "call", "model", "route", "rule", "ruleName", "match",
// "filters": [], "processors": [], "backends": [{"backend", "errorStatus", "weight", "share",
// "endpoints", "provider"}], "misses": []}; what is not known is left out. status is absent when
// the request is forwarded.
std::string format_json(const Explanation& explanation);

}  // namespace tidegate::app
