#include "route/filters/cors.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace tidegate::route {
namespace {

constexpr std::string_view kAllowOrigin = "access-control-allow-origin";
constexpr std::string_view kAllowCredentials = "access-control-allow-credentials";
constexpr std::string_view kAllowMethods = "access-control-allow-methods";
constexpr std::string_view kAllowHeaders = "access-control-allow-headers";
constexpr std::string_view kExposeHeaders = "access-control-expose-headers";
constexpr std::string_view kMaxAge = "access-control-max-age";
constexpr std::string_view kAny = "*";
constexpr std::uint16_t kNoContent = 204;

struct OriginParts {
  std::string_view scheme;
  std::string_view host;
  std::string_view port;  // empty: the scheme's own
};

std::optional<OriginParts> split_origin(std::string_view origin) {
  const std::size_t mark = origin.find("://");
  if (mark == std::string_view::npos) return std::nullopt;
  OriginParts parts;
  parts.scheme = origin.substr(0, mark);
  const std::string_view rest = origin.substr(mark + 3);
  const std::size_t host_end = rest.starts_with('[') ? rest.find(']') : 0;
  if (host_end == std::string_view::npos) return std::nullopt;
  const std::size_t colon = std::min(rest.find(':', host_end), rest.size());
  parts.host = rest.substr(0, colon);
  parts.port = rest.substr(std::min(colon + 1, rest.size()));
  const bool own_port = (http::iequals(parts.scheme, "http") && parts.port == "80") ||
                        (http::iequals(parts.scheme, "https") && parts.port == "443");
  if (own_port) parts.port = {};
  return parts;
}

bool host_holds(std::string_view pattern, std::string_view host) {
  if (pattern == kAny) return !host.empty();
  if (!pattern.starts_with('*')) return http::iequals(pattern, host);
  const std::string_view suffix = pattern.substr(1);
  return host.size() > suffix.size() &&
         http::iequals(host.substr(host.size() - suffix.size()), suffix);
}

bool has(const std::vector<std::string>& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}
bool has_any(const std::vector<std::string>& list) { return has(list, kAny); }

std::string_view join(const std::vector<std::string>& list, Arena& arena) {
  std::string_view joined;
  for (const std::string& item : list) {
    joined = joined.empty() ? std::string_view(item) : arena.concat({joined, ", ", item});
  }
  return joined;
}

// "*" may be sent only without credentials.
bool may_send_any(const config::Cors& policy) { return !policy.allow_credentials; }

// Answers differ by origin unless everybody gets "*".
bool varies_by_origin(const config::Cors& policy) {
  return !(has_any(policy.allow_origins) && may_send_any(policy));
}

void add_vary_origin(http::HeaderMap& fields) {
  const auto vary = fields.find(http::HeaderId::kVary);
  if (!vary) {
    fields.add("vary", "Origin");
    return;
  }
  for (const http::Field& field : fields.fields()) {
    if (field.id != http::HeaderId::kVary) continue;
    if (http::has_token(field.value, "origin") || http::has_token(field.value, kAny)) return;
  }
  const std::string_view value = fields.arena().concat({*vary, ", Origin"});
  for (const http::Field& field : fields.fields()) {
    if (field.id != http::HeaderId::kVary) continue;
    fields.set_value(field, value);
    return;
  }
}

// What answers to preflights and to actual requests have in common.
void add_shared_fields(const config::Cors& policy, std::string_view origin,
                       http::HeaderMap& fields) {
  fields.add(kAllowOrigin, varies_by_origin(policy) ? origin : kAny);
  if (policy.allow_credentials) fields.add(kAllowCredentials, "true");
  if (has_any(policy.expose_headers)) {
    if (may_send_any(policy)) fields.add(kExposeHeaders, kAny);
  } else if (!policy.expose_headers.empty()) {
    fields.add(kExposeHeaders, join(policy.expose_headers, fields.arena()));
  }
}

// The list as configured; for "*" itself, or with credentials what the client asked for.
void add_allowed(const config::Cors& policy, const std::vector<std::string>& list,
                 std::string_view name, std::optional<std::string_view> requested,
                 http::HeaderMap& fields) {
  if (list.empty()) return;
  if (!has_any(list)) {
    fields.add(name, join(list, fields.arena()));
  } else if (may_send_any(policy)) {
    fields.add(name, kAny);
  } else if (requested) {
    fields.add(name, *requested);
  }
}

}  // namespace

CorsRequest classify_cors(const http::RequestHead& head) {
  if (!head.fields.find(http::HeaderId::kOrigin)) return CorsRequest::kNone;
  const bool asks = head.fields.find(http::HeaderId::kAccessControlRequestMethod).has_value();
  return head.method == "OPTIONS" && asks ? CorsRequest::kPreflight : CorsRequest::kActual;
}

bool allows_origin(const config::Cors& policy, std::string_view origin) {
  if (has_any(policy.allow_origins)) return true;
  const auto asked = split_origin(origin);
  if (!asked) return has(policy.allow_origins, origin);  // "null"
  return std::ranges::any_of(policy.allow_origins, [&](const std::string& pattern) {
    const auto allowed = split_origin(pattern);
    return allowed && http::iequals(allowed->scheme, asked->scheme) &&
           allowed->port == asked->port && host_holds(allowed->host, asked->host);
  });
}

void answer_preflight(const config::Cors& policy, const http::RequestHead& head,
                      http::ResponseHead& reply) {
  reply.status = kNoContent;
  reply.body = http::BodyLength::none();
  http::HeaderMap& fields = reply.fields;
  const auto origin = head.fields.find(http::HeaderId::kOrigin);
  if (origin && allows_origin(policy, *origin)) {
    add_shared_fields(policy, *origin, fields);
    add_allowed(policy, policy.allow_methods, kAllowMethods,
                head.fields.find(http::HeaderId::kAccessControlRequestMethod), fields);
    add_allowed(policy, policy.allow_headers, kAllowHeaders,
                head.fields.find(http::HeaderId::kAccessControlRequestHeaders), fields);
    const fmt::format_int seconds(policy.max_age_seconds);
    fields.add(kMaxAge, fields.arena().copy({seconds.data(), seconds.size()}));
  }
  if (varies_by_origin(policy)) add_vary_origin(fields);
}

void apply_cors(const config::Cors& policy, const http::RequestHead& head,
                http::HeaderMap& response) {
  for (const std::string_view name :
       {kAllowOrigin, kAllowCredentials, kAllowMethods, kAllowHeaders, kExposeHeaders, kMaxAge}) {
    response.remove(name);
  }
  const auto origin = head.fields.find(http::HeaderId::kOrigin);
  if (origin && allows_origin(policy, *origin)) add_shared_fields(policy, *origin, response);
  if (varies_by_origin(policy)) add_vary_origin(response);
}

}  // namespace tidegate::route
