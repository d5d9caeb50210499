// Resources read and compiled without serving them: what `validate` and `explain` begin with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gatewayapi/compile.h"
#include "gatewayapi/status_format.h"
#include "pipeline/catalog.h"
#include "resource/problem.h"
#include "resource/resource_set.h"

namespace tidegate::app {

struct ResourceCheck {
  // Of reading, warnings too; and, as warnings, what processors lack beside their configuration.
  std::vector<resource::Problem> problems;
  std::unique_ptr<const pipeline::Catalog> processors;  // `compilation` refers to it
  std::optional<gatewayapi::Compilation> compilation;   // absent when reading failed
  std::size_t objects = 0;
  std::size_t bad_conditions = 0;

  bool good() const { return compilation && objects > 0 && bad_conditions == 0; }
  std::string summary() const;  // "12 objects read"
  std::string verdict() const;  // "2 errors", "1 condition says that something is wrong"
};

// How many objects of any kind there are.
std::size_t count_objects(const resource::ResourceSet& set);

// As `tidegate run` would take them, but that no resources at all is a problem here.
ResourceCheck check_resources(std::vector<std::string> paths);

// {"good": bool, "problems": [...], "status": {...} or null}: resource::format_problems_json() and
// gatewayapi::format_json().
std::string format_json(const ResourceCheck& check);

}  // namespace tidegate::app
