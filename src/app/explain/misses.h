// Why the routes of a port that were not chosen do not answer a request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/explain/request.h"
#include "proxy/port.h"
#include "route/compiled_route.h"

namespace tidegate::app {

// A line for each match of another route than `chosen`, the nearest first: those that fail by one
// thing, then by two. At most ten lines.
std::vector<std::string> list_misses(const proxy::Port& port, const ParsedRequest& request,
                                     std::string_view model, const route::CompiledRoute* chosen);

}  // namespace tidegate::app
