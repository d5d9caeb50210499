// RequestRedirect and URLRewrite: what becomes of host and path.
//
// Texts are made in the head's arena. The path is taken as it is in the head (the proxy has
// normalised it), and a query is kept. Thread: owning worker only.   Source: Gateway API v1.6.1,
// HTTPPathModifier, HTTPRequestRedirectFilter, HTTPURLRewriteFilter.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "config/filters.h"
#include "config/http_route.h"
#include "http/message.h"

namespace tidegate::route {

// The path that `modifier` makes of `path`. ReplacePrefixMatch goes by whole segments and ignores
// trailing slashes of prefix and replacement; on a match that is no prefix match it leaves the path
// alone.
std::string_view modify_path(const config::PathModifier& modifier, const config::PathMatch& match,
                             std::string_view path, Arena& arena);

struct RedirectReply {
  std::uint16_t status = 302;
  std::string_view location;  // an absolute URL; a path alone when the request named no host
};

// The answer of a redirect. `listener_port` is the port that the listener is configured with. The
// port is left out where it is the scheme's own.
RedirectReply make_redirect(const config::Redirect& redirect, const config::PathMatch& match,
                            const http::RequestHead& head, std::uint16_t listener_port,
                            Arena& arena);

// Rewrites authority (with the Host field, where there is one) and target for the upstream.
// `rewrite` must outlive the head.
void apply_rewrite(const config::UrlRewrite& rewrite, const config::PathMatch& match,
                   http::RequestHead& head);

}  // namespace tidegate::route
