#include "route/filters/url_edits.h"

#include <fmt/format.h>

#include <string>

#include "route/path_segments.h"

namespace tidegate::route {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kDefaultStatus = 302;

std::uint16_t well_known_port(std::string_view scheme, std::uint16_t otherwise) {
  if (scheme == "http") return kHttpPort;
  return scheme == "https" ? kHttpsPort : otherwise;
}

bool is_redirect_status(std::uint16_t status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// "?query" of the target, with its mark; empty when there is none.
std::string_view query_of(const http::RequestHead& head) {
  return head.target.substr(head.path().size());
}

// The authority without its port; an IPv6 literal keeps its brackets.
std::string_view host_of(std::string_view authority) {
  const std::size_t start = authority.starts_with('[') ? authority.find(']') : 0;
  if (start == std::string_view::npos) return authority;
  return authority.substr(0, authority.find(':', start));
}

std::string_view path_or_root(std::string_view path) { return path.starts_with('/') ? path : "/"; }

}  // namespace

std::string_view modify_path(const config::PathModifier& modifier, const config::PathMatch& match,
                             std::string_view path, Arena& arena) {
  switch (modifier.kind) {
    case config::PathModifier::Kind::kReplaceFullPath:
      if (modifier.value.starts_with('/')) return modifier.value;
      return arena.concat({"/", modifier.value});
    case config::PathModifier::Kind::kReplacePrefixMatch: {
      const std::string_view prefix = trim_prefix(match.value);
      if (match.kind != config::PathMatch::Kind::kPrefix || !path.starts_with(prefix)) return path;
      const std::string_view rest = path.substr(prefix.size());
      const std::string_view replacement = trim_prefix(modifier.value);
      if (replacement.empty()) return path_or_root(rest);
      return arena.concat({replacement.starts_with('/') ? "" : "/", replacement, rest});
    }
  }
  return path;
}

RedirectReply make_redirect(const config::Redirect& redirect, const config::PathMatch& match,
                            const http::RequestHead& head, std::uint16_t listener_port,
                            Arena& arena) {
  const std::string_view scheme = redirect.scheme.empty() ? head.scheme : redirect.scheme;
  const std::string_view host =
      redirect.hostname.empty() ? host_of(head.authority) : std::string_view(redirect.hostname);
  const std::uint16_t derived_port =
      redirect.scheme.empty() ? listener_port : well_known_port(redirect.scheme, listener_port);
  const std::uint16_t port = redirect.port.value_or(derived_port);
  std::string_view path = path_or_root(head.path());
  if (redirect.path) path = modify_path(*redirect.path, match, path, arena);
  const std::string_view query =
      path.find('?') == std::string_view::npos ? query_of(head) : std::string_view();

  RedirectReply reply;
  reply.status = is_redirect_status(redirect.status) ? redirect.status : kDefaultStatus;
  if (host.empty()) {
    reply.location = arena.concat({path, query});
    return reply;
  }
  const fmt::format_int digits(port);
  const bool shown = port != well_known_port(scheme, 0);
  reply.location =
      arena.concat({scheme, "://", host, shown ? ":" : "",
                    shown ? std::string_view(digits.data(), digits.size()) : "", path, query});
  return reply;
}

void apply_rewrite(const config::UrlRewrite& rewrite, const config::PathMatch& match,
                   http::RequestHead& head) {
  if (!rewrite.hostname.empty()) {
    head.authority = rewrite.hostname;
    if (head.fields.count(http::HeaderId::kHost) > 0) head.fields.set("Host", rewrite.hostname);
  }
  if (!rewrite.path || !head.target.starts_with('/')) return;
  Arena& arena = head.fields.arena();
  const std::string_view path = modify_path(*rewrite.path, match, head.path(), arena);
  const std::string_view query = query_of(head);
  head.target = query.empty() ? path : arena.concat({path, query});
}

}  // namespace tidegate::route
