#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "decode/parts.h"

namespace tidegate::decode {
namespace {

using resource::RouteFilter;

constexpr Text kPathText{.max = 1024};
constexpr Text kUrlPath{.max = 1024, .valid = is_path, .must = "be a URL path"};
constexpr std::string_view kMethods[] = {"GET",     "HEAD",    "POST",  "PUT",   "DELETE",
                                         "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"};

std::string to_lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void read_header(const Node& node, resource::HttpHeader& out) {
  ObjectReader object(node);
  object.required("name", out.name, kHeaderName);
  object.required("value", out.value, kHeaderValue);
}

void read_header_modifier(const Node& node, resource::HeaderModifier& out) {
  ObjectReader object(node);
  object.list("set", out.set, {.max = 16}, read_header);
  object.list("add", out.add, {.max = 16}, read_header);
  object.list("remove", out.remove, {.max = 16}, kHeaderName);
  const auto name = [](const resource::HttpHeader& header) { return to_lower(header.name); };
  check_unique(object, "set", out.set, name, "names a header that came before");
  check_unique(object, "add", out.add, name, "names a header that came before");
  check_unique(object, "remove", out.remove, to_lower, "names a header that came before");
}

// One of replaceFullPath and replacePrefixMatch, as `type` says.
void read_path_modifier(const Node& node, resource::HttpPathModifier& out) {
  using Type = resource::HttpPathModifier::Type;
  constexpr Choice<Type> kTypes[] = {
      {"ReplaceFullPath", Type::kReplaceFullPath},
      {"ReplacePrefixMatch", Type::kReplacePrefixMatch},
  };
  ObjectReader object(node);
  if (!object.required("type", out.type, one_of(kTypes))) {
    object.ignore({"replaceFullPath", "replacePrefixMatch"});
    return;
  }
  const bool full = out.type == Type::kReplaceFullPath;
  const std::string_view wanted = full ? "replaceFullPath" : "replacePrefixMatch";
  const std::string_view other = full ? "replacePrefixMatch" : "replaceFullPath";
  object.required(wanted, out.value, kPathText);
  if (object.has(other))
    object.fail(other, fmt::format("must be absent unless type says so; set {}", wanted));
  object.ignore({other});
}

void read_redirect(const Node& node, resource::RequestRedirect& out) {
  constexpr std::string_view kSchemes[] = {"http", "https"};
  ObjectReader object(node);
  object.optional("scheme", out.scheme, Word{kSchemes});
  object.optional("hostname", out.hostname, kHostname);
  object.optional("path", out.path, read_path_modifier);
  object.optional("port", out.port, kPort);
  const bool status = object.optional("statusCode", out.status_code, Int<std::uint16_t>{});
  constexpr std::array<std::uint16_t, 5> kCodes = {301, 302, 303, 307, 308};
  if (status && std::ranges::find(kCodes, out.status_code) == kCodes.end()) {
    object.fail("statusCode", "must be one of 301, 302, 303, 307, 308");
  }
}

void read_rewrite(const Node& node, resource::UrlRewrite& out) {
  ObjectReader object(node);
  object.optional("hostname", out.hostname, kHostname);
  object.optional("path", out.path, read_path_modifier);
}

void read_fraction(const Node& node, resource::Fraction& out) {
  ObjectReader object(node);
  object.required("numerator", out.numerator, Int<std::int32_t>{.min = 0});
  object.optional("denominator", out.denominator, Int<std::int32_t>{.min = 1});
  if (out.numerator > out.denominator)
    object.fail("numerator", "must not be more than denominator");
}

void read_mirror(const Node& node, resource::RequestMirror& out) {
  ObjectReader object(node);
  object.required("backendRef", out.backend_ref, read_backend_object_ref);
  object.optional("percent", out.percent, Int<std::int32_t>{.min = 0, .max = 100});
  object.optional("fraction", out.fraction, read_fraction);
  if (out.percent && out.fraction) object.fail("must have only one of percent and fraction");
}

// "*" stands alone.
void check_star(const ObjectReader& object, std::string_view field,
                const std::vector<std::string>& items) {
  if (items.size() > 1 && std::ranges::find(items, "*") != items.end()) {
    object.fail(field, "must not have \"*\" beside others");
  }
  check_unique(object, field, items, [](const std::string& item) { return item; }, "came before");
}

void read_cors(const Node& node, resource::CorsFilter& out) {
  constexpr Text kOrigin{.min = 1,
                         .max = 253,
                         .valid = is_origin,
                         .must = "be \"*\" or an origin such as https://*.example.com"};
  ObjectReader object(node);
  object.list("allowOrigins", out.allow_origins, {.max = 64}, kOrigin);
  object.optional("allowCredentials", out.allow_credentials, read_bool);
  object.list("allowMethods", out.allow_methods, {.max = 9}, Word{kMethods});
  object.list("allowHeaders", out.allow_headers, {.max = 64}, kHeaderName);
  object.list("exposeHeaders", out.expose_headers, {.max = 64}, kHeaderName);
  object.optional("maxAge", out.max_age, Int<std::int32_t>{.min = 1});
  check_star(object, "allowOrigins", out.allow_origins);
  check_star(object, "allowMethods", out.allow_methods);
  check_star(object, "allowHeaders", out.allow_headers);
}

void read_external_auth(const Node& node, resource::ExternalAuth& out) {
  using Protocol = resource::ExternalAuth::Protocol;
  constexpr Choice<Protocol> kProtocols[] = {{"HTTP", Protocol::kHttp}, {"GRPC", Protocol::kGrpc}};
  ObjectReader object(node);
  object.required("protocol", out.protocol, one_of(kProtocols));
  object.required("backendRef", out.backend_ref, read_backend_object_ref);
  const bool http = object.object("http", [&out](ObjectReader& settings) {
    settings.optional("path", out.path, kUrlPath);
    settings.list("allowedHeaders", out.allowed_headers, {.max = 64}, kAnyText);
    settings.list("allowedResponseHeaders", out.allowed_response_headers, {.max = 64}, kAnyText);
  });
  const bool grpc = object.object("grpc", [&out](ObjectReader& settings) {
    settings.list("allowedHeaders", out.allowed_headers, {.max = 64}, kAnyText);
  });
  object.object("forwardBody", [&out](ObjectReader& settings) {
    settings.optional("maxSize", out.forward_body_max_size, Int<std::uint16_t>{});
  });
  const bool wants_http = out.protocol == Protocol::kHttp;
  if (wants_http && !http) object.fail("http", "is required when protocol is HTTP");
  if (wants_http && grpc) object.fail("grpc", "must be absent when protocol is HTTP");
  if (!wants_http && !grpc) object.fail("grpc", "is required when protocol is GRPC");
  if (!wants_http && http) object.fail("http", "must be absent when protocol is GRPC");
}

void read_extension(const Node& node, resource::ExtensionRef& out) {
  read_local_ref(node, out.ref);
}

// A filter type: its word, the field that holds it, and how that field is read.
struct FilterKind {
  std::string_view type;
  std::string_view field;
  bool grpc;
  bool once;  // may stand only once in a list
  void (*read)(ObjectReader& object, std::string_view field, RouteFilter& out);
};

template <class T, auto kRead>
void read_as(ObjectReader& object, std::string_view field, RouteFilter& out) {
  T filter;
  object.required(field, filter, kRead);
  out = std::move(filter);
}

constexpr FilterKind kFilters[] = {
    {"RequestHeaderModifier", "requestHeaderModifier", true, true,
     read_as<resource::RequestHeaderModifier, read_header_modifier>},
    {"ResponseHeaderModifier", "responseHeaderModifier", true, true,
     read_as<resource::ResponseHeaderModifier, read_header_modifier>},
    {"RequestMirror", "requestMirror", true, false, read_as<resource::RequestMirror, read_mirror>},
    {"RequestRedirect", "requestRedirect", false, true,
     read_as<resource::RequestRedirect, read_redirect>},
    {"URLRewrite", "urlRewrite", false, true, read_as<resource::UrlRewrite, read_rewrite>},
    {"CORS", "cors", false, true, read_as<resource::CorsFilter, read_cors>},
    {"ExternalAuth", "externalAuth", false, false,
     read_as<resource::ExternalAuth, read_external_auth>},
    {"ExtensionRef", "extensionRef", true, false, read_as<resource::ExtensionRef, read_extension>},
};

void read_filter(const Node& node, FilterSet allowed, RouteFilter& out) {
  std::vector<Choice<const FilterKind*>> choices;
  for (const auto& kind : kFilters) {
    if (kind.grpc || allowed == FilterSet::kHttp) choices.push_back({kind.type, &kind});
  }
  ObjectReader object(node);
  const FilterKind* chosen = nullptr;
  object.required("type", chosen, OneOf<const FilterKind*>{choices});
  for (const auto& [type, kind] : choices) {
    if (kind == chosen) {
      kind->read(object, kind->field, out);
      continue;
    }
    if (chosen != nullptr && object.has(kind->field)) {
      object.fail(kind->field, fmt::format("must be absent unless type is {}", type));
    }
    object.ignore({kind->field});
  }
}

// The type that the filter at an index of the list names; empty when it names none.
std::string_view type_at(const Node& list, std::size_t index) {
  const yaml::Value* type = list.value.items()[index].find("type");
  return type != nullptr ? type->text() : std::string_view();
}

void check_repeats(const Node& list) {
  const auto items = list.value.items();
  bool redirect = false;
  bool rewrite = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto type = type_at(list, i);
    redirect = redirect || type == "RequestRedirect";
    rewrite = rewrite || type == "URLRewrite";
    const auto* kind = std::ranges::find(kFilters, type, &FilterKind::type);
    if (kind == std::end(kFilters) || !kind->once) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (type_at(list, j) != type) continue;
      const Path path{&list.path, {}, i};
      Node{items[i], path, list.reporter}.fail(fmt::format("{} must not be repeated", type));
      break;
    }
  }
  if (redirect && rewrite) list.fail("must not have both RequestRedirect and URLRewrite");
}

}  // namespace

void read_filters(const Node& node, FilterSet allowed, std::vector<RouteFilter>& out) {
  ObjectReader::read_list(node, out, {.max = 16}, [allowed](const Node& item, RouteFilter& filter) {
    read_filter(item, allowed, filter);
  });
  check_repeats(node);
}

}  // namespace tidegate::decode
