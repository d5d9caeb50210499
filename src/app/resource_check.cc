#include "app/resource_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "app/builtin_processors.h"
#include "feed/file_feed.h"
#include "json/writer.h"

namespace tidegate::app {
namespace {

std::string count(std::size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

// What processors lack beside their configuration, which is no fault of the resources.
void find_troubles(const config::Document& document, const pipeline::Catalog& catalog,
                   std::vector<resource::Problem>& out) {
  for (const auto& pipeline : document.pipelines) {
    for (const config::ProcessorSpec& spec : pipeline->processors) {
      const auto* builtin = catalog.find(spec.type);
      if (builtin == nullptr || !builtin->type.reads_files || !pipeline->broken.empty()) continue;
      const auto made = builtin->make(spec);
      std::string trouble = made ? (*made)->trouble() : made.error().detail;
      if (trouble.empty()) continue;
      resource::Problem problem;
      problem.object = "PayloadProcessingPipeline " + pipeline->id;
      problem.path = "processor " + spec.name;
      problem.message = std::move(trouble);
      problem.severity = resource::Severity::kWarning;
      out.push_back(std::move(problem));
    }
  }
}

}  // namespace

std::size_t count_objects(const resource::ResourceSet& set) {
  return set.gateway_classes.size() + set.gateways.size() + set.listener_sets.size() +
         set.http_routes.size() + set.grpc_routes.size() + set.tls_routes.size() +
         set.tcp_routes.size() + set.udp_routes.size() + set.reference_grants.size() +
         set.backend_tls_policies.size() + set.backends.size() + set.access_policies.size() +
         set.payload_pipelines.size() + set.services.size() + set.endpoint_slices.size() +
         set.secrets.size() + set.config_maps.size() + set.namespaces.size();
}

ResourceCheck check_resources(std::vector<std::string> paths) {
  ResourceCheck check;
  const std::string first = paths.empty() ? "" : paths.front();
  feed::FileFeed feed(std::move(paths));
  feed::Update update = feed.load();
  check.problems = std::move(update.problems);
  if (update.resources == nullptr) return check;
  gatewayapi::CompileOptions options;
  options.default_class = "tidegate";
  check.processors = std::make_unique<const pipeline::Catalog>(builtin_processors());
  options.processors = &check.processors->types();
  check.compilation = gatewayapi::compile(*update.resources, options, nullptr);
  find_troubles(*check.compilation->document, *check.processors, check.problems);
  check.objects = count_objects(*update.resources);
  if (check.objects == 0) {
    resource::Problem none;
    none.file = std::make_shared<const std::string>(first);
    none.message = "no resources found";
    check.problems.push_back(std::move(none));
  }
  check.bad_conditions = gatewayapi::count_problems(check.compilation->statuses());
  return check;
}

std::string ResourceCheck::summary() const {
  if (!compilation) return "resources read";
  return count(objects, "object", "objects") + " read";
}

std::string ResourceCheck::verdict() const {
  if (compilation && objects > 0) {
    return count(bad_conditions, "condition says", "conditions say") + " that something is wrong";
  }
  const auto errors =
      std::ranges::count(problems, resource::Severity::kError, &resource::Problem::severity);
  return count(static_cast<std::size_t>(errors), "error", "errors");
}

std::string format_json(const ResourceCheck& check) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.key("good").boolean(check.good() ? json::Writer::Bool::kTrue : json::Writer::Bool::kFalse);
  out.key("problems").raw(resource::format_problems_json(check.problems));
  out.key("status");
  if (check.compilation) {
    out.raw(gatewayapi::format_json(*check.compilation));
  } else {
    out.null();
  }
  out.end_object();
  return text + "\n";
}

}  // namespace tidegate::app
