#include "gatewayapi/backend/extensions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <vector>

namespace tidegate::gatewayapi {
namespace {

// What an extension may be: it has no place to name a backend to call.
std::vector<std::string_view> known_types(const config::ProcessorCatalog* catalog) {
  std::vector<std::string_view> names = {resource::BackendExtension::kPipelineType};
  if (catalog == nullptr) return names;
  for (const config::ProcessorType& type : catalog->types) {
    if (!type.calls_out) names.push_back(type.name);
  }
  return names;
}

std::optional<Problem> check(const resource::BackendExtension& extension, const std::string& path,
                             const config::ProcessorCatalog* catalog) {
  if (names_pipeline(extension)) return std::nullopt;
  const auto* type = catalog == nullptr ? nullptr : catalog->find(extension.type);
  if (type == nullptr) {
    return Problem{Reason::kUnsupportedValue,
                   fmt::format("{}.type: there is no \"{}\"; there is {}", path, extension.type,
                               fmt::join(known_types(catalog), ", "))};
  }
  if (type->needs_backend(extension.config)) {
    return Problem{Reason::kUnsupportedValue,
                   fmt::format("{}.type: {} needs a backendRef: put it into a "
                               "PayloadProcessingPipeline and name that",
                               path, extension.type)};
  }
  if (type->check == nullptr) return std::nullopt;
  std::vector<std::string> problems = type->check(extension.config);
  if (problems.empty()) return std::nullopt;
  for (std::string& problem : problems) {
    problem.insert(0, path + (problem.starts_with(':') ? ".config" : ".config."));
  }
  return Problem{Reason::kInvalid, fmt::format("{}", fmt::join(problems, "; "))};
}

}  // namespace

std::optional<Problem> check_extensions(const resource::Backend& backend,
                                        const config::ProcessorCatalog* catalog) {
  std::size_t index = 0;
  for (const resource::BackendExtension& extension : backend.extensions) {
    if (auto problem = check(extension, fmt::format("extensions[{}]", index++), catalog)) {
      return problem;
    }
  }
  return std::nullopt;
}

config::Pipeline make_extension_pipeline(const resource::Backend& backend,
                                         const resource::BackendExtension& extension,
                                         const config::ProcessorCatalog& catalog) {
  config::Pipeline pipeline;
  // A third part, so that no pipeline of a resource is called the same.
  pipeline.id =
      fmt::format("{}/{}/{}", to_string(backend.kind), backend.meta.namespace_, backend.meta.name);
  config::ProcessorSpec& spec = pipeline.processors.emplace_back();
  spec.name = extension.name;
  spec.type = extension.type;
  spec.phases = catalog.find(extension.type)->phases;
  spec.config = extension.config;
  return pipeline;
}

}  // namespace tidegate::gatewayapi
