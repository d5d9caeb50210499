#include "gatewayapi/route/filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace tidegate::gatewayapi {
namespace {

// What the data plane makes itself and edits of a header modifier leave alone, lower case; the same
// as route::is_editable_header(). The Host of a request is changed by URLRewrite.
constexpr std::string_view kFixedHeaders[] = {
    "connection",     "content-length",    "expect",           "host",
    "http2-settings", "keep-alive",        "proxy-connection", "te",
    "trailer",        "transfer-encoding", "upgrade"};

bool is_fixed(std::string_view name) {
  return std::ranges::any_of(kFixedHeaders, [name](std::string_view fixed) {
    return std::ranges::equal(name, fixed, {}, [](char c) {
      return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
  });
}

config::HeaderEdits make_edits(const resource::HeaderModifier& modifier) {
  config::HeaderEdits edits;
  for (const auto& header : modifier.set) edits.set.push_back({header.name, header.value});
  for (const auto& header : modifier.add) edits.add.push_back({header.name, header.value});
  edits.remove = modifier.remove;
  return edits;
}

std::optional<config::PathModifier> make_path(
    const std::optional<resource::HttpPathModifier>& path) {
  if (!path) return std::nullopt;
  const bool prefix = path->type == resource::HttpPathModifier::Type::kReplacePrefixMatch;
  return config::PathModifier{prefix ? config::PathModifier::Kind::kReplacePrefixMatch
                                     : config::PathModifier::Kind::kReplaceFullPath,
                              path->value};
}

config::Cors make_cors(const resource::CorsFilter& filter) {
  config::Cors cors;
  cors.allow_origins = filter.allow_origins;
  cors.allow_credentials = filter.allow_credentials.value_or(false);
  cors.allow_methods = filter.allow_methods;
  cors.allow_headers = filter.allow_headers;
  cors.expose_headers = filter.expose_headers;
  cors.max_age_seconds = static_cast<std::uint32_t>(std::max(filter.max_age, 0));
  return cors;
}

// Compiles one list of filters; one overload per filter type.
class FilterCompiler {
 public:
  FilterCompiler(const FilterPlace& place, RuleContext& context)
      : place_(place), context_(context) {}

  void operator()(const resource::RequestHeaderModifier& filter) {
    tell_fixed(filter, "requestHeaderModifier");
    if (once(filters_.request_headers.empty(), "RequestHeaderModifier")) {
      filters_.request_headers = make_edits(filter);
    }
  }
  void operator()(const resource::ResponseHeaderModifier& filter) {
    tell_fixed(filter, "responseHeaderModifier");
    if (once(filters_.response_headers.empty(), "ResponseHeaderModifier")) {
      filters_.response_headers = make_edits(filter);
    }
  }
  void operator()(const resource::CorsFilter& filter) {
    if (!once(!filters_.cors, "CORS")) return;
    if (place_.on_backend) {
      // Preflights are answered before a backend is chosen.
      return fail(Reason::kUnsupportedValue, "CORS is for a rule, not for one of its backends");
    }
    filters_.cors = make_cors(filter);
  }

  void operator()(const resource::RequestRedirect& filter) {
    if (!once(!filters_.redirect, "RequestRedirect")) return;
    if (place_.has_backends && !place_.on_backend) {
      return fail(Reason::kIncompatibleFilters, "RequestRedirect cannot stand with backendRefs");
    }
    check_path(filter.path);
    config::Redirect redirect;
    redirect.scheme = filter.scheme.value_or("");
    redirect.hostname = filter.hostname.value_or("");
    redirect.port = filter.port;
    redirect.path = make_path(filter.path);
    redirect.status = filter.status_code;
    filters_.redirect = std::move(redirect);
    check_combination();
  }
  void operator()(const resource::UrlRewrite& filter) {
    if (!once(!filters_.rewrite, "URLRewrite")) return;
    check_path(filter.path);
    filters_.rewrite = config::UrlRewrite{filter.hostname.value_or(""), make_path(filter.path)};
    check_combination();
  }

  void operator()(const resource::RequestMirror& filter) {
    const auto use = context_.kind() == RouteKind::kGrpc ? BackendUse::kGrpc : BackendUse::kHttp;
    const auto resolved = context_.resolve(
        filter.backend_ref, use,
        fmt::format("{}.filters[{}].requestMirror.backendRef", place_.path, index_));
    config::Mirror mirror;
    mirror.backend = resolved.backend;
    if (filter.percent) {
      mirror.numerator = static_cast<std::uint32_t>(std::clamp(*filter.percent, 0, 100));
    } else if (filter.fraction) {
      const std::int32_t denominator = std::max(filter.fraction->denominator, 1);
      mirror.numerator =
          static_cast<std::uint32_t>(std::clamp(filter.fraction->numerator, 0, denominator));
      mirror.denominator = static_cast<std::uint32_t>(denominator);
    }
    filters_.mirrors.push_back(std::move(mirror));
  }

  void operator()(const resource::ExternalAuth&) {
    fail(Reason::kUnsupportedValue, "ExternalAuth is not supported");
  }
  void operator()(const resource::ExtensionRef& filter) {
    if (filter.ref.group == resource::kTidegateGroup &&
        filter.ref.kind == "PayloadProcessingPipeline") {
      return add_pipeline(filter.ref.name);
    }
    must_fail_ = true;
    context_.add_unresolved(fmt::format("{}.filters[{}].extensionRef", place_.path, index_),
                            {Reason::kInvalidKind, fmt::format("{}/{} is not a filter",
                                                               filter.ref.group, filter.ref.kind)});
  }

  void next() { ++index_; }
  CompiledFilters finish() {
    CompiledFilters compiled;
    compiled.filters = std::make_shared<const config::Filters>(std::move(filters_));
    compiled.pipelines = std::move(pipelines_);
    compiled.must_fail = must_fail_;
    return compiled;
  }

 private:
  void add_pipeline(const std::string& name) {
    if (place_.on_backend) {
      return fail(Reason::kUnsupportedValue,
                  "a pipeline is for a rule; one for a Backend names it in targetRefs");
    }
    if (auto pipeline = context_.find_pipeline(name)) {
      pipelines_.push_back(std::move(pipeline));
      return;
    }
    must_fail_ = true;
    context_.add_unresolved(fmt::format("{}.filters[{}].extensionRef", place_.path, index_),
                            {Reason::kPipelineNotFound,
                             fmt::format("PayloadProcessingPipeline {} does not exist", name)});
  }
  void fail(std::string_view reason, std::string_view what) {
    must_fail_ = true;
    context_.add_invalid_rule(
        place_.rule, {reason, fmt::format("{}.filters[{}]: {}", place_.path, index_, what)});
  }
  void tell_fixed(const resource::HeaderModifier& modifier, std::string_view field) {
    const auto tell = [&](std::string_view edit, std::string_view name) {
      if (!is_fixed(name)) return;
      context_.add_ignored(
          fmt::format("{}.filters[{}].{}.{} {}", place_.path, index_, field, edit, name));
    };
    for (const auto& header : modifier.set) tell("set", header.name);
    for (const auto& header : modifier.add) tell("add", header.name);
    for (const auto& name : modifier.remove) tell("remove", name);
  }
  bool once(bool first, std::string_view name) {
    if (!first) fail(Reason::kIncompatibleFilters, fmt::format("{} is repeated", name));
    return first;
  }
  void check_combination() {
    if (filters_.redirect && filters_.rewrite) {
      fail(Reason::kIncompatibleFilters, "RequestRedirect and URLRewrite exclude each other");
    }
  }
  void check_path(const std::optional<resource::HttpPathModifier>& path) {
    const bool prefix = path && path->type == resource::HttpPathModifier::Type::kReplacePrefixMatch;
    if (prefix && !place_.prefix_matches_only) {
      fail(Reason::kUnsupportedValue, "replacePrefixMatch needs matches of type PathPrefix");
    }
  }

  const FilterPlace& place_;
  RuleContext& context_;
  config::Filters filters_;
  config::Pipelines pipelines_;
  std::size_t index_ = 0;
  bool must_fail_ = false;
};

}  // namespace

CompiledFilters compile_filters(std::span<const resource::RouteFilter> filters,
                                const FilterPlace& place, RuleContext& context) {
  if (filters.empty()) return {};
  FilterCompiler compiler(place, context);
  for (const resource::RouteFilter& filter : filters) {
    std::visit(compiler, filter);
    compiler.next();
  }
  return compiler.finish();
}

}  // namespace tidegate::gatewayapi
