#include "gatewayapi/listener/protocols.h"

#include <fmt/format.h>

namespace tidegate::gatewayapi {
namespace {

RouteKinds kinds_of(config::ListenerProtocol protocol) {
  RouteKinds kinds;
  switch (protocol) {
    case config::ListenerProtocol::kHttp:
    case config::ListenerProtocol::kHttps:
      kinds.add(RouteKind::kHttp);
      kinds.add(RouteKind::kGrpc);
      break;
    case config::ListenerProtocol::kTlsTerminate:
    case config::ListenerProtocol::kTlsPassthrough:
      kinds.add(RouteKind::kTls);
      break;
    case config::ListenerProtocol::kTcp:
      kinds.add(RouteKind::kTcp);
      break;
    case config::ListenerProtocol::kUdp:
      kinds.add(RouteKind::kUdp);
      break;
  }
  return kinds;
}

std::optional<RouteKind> find_kind(const resource::RouteGroupKind& wanted) {
  if (wanted.group != resource::kGatewayGroup) return std::nullopt;
  for (const RouteKind kind : kAllRouteKinds) {
    if (to_string(kind) == wanted.kind) return kind;
  }
  return std::nullopt;
}

}  // namespace

void judge_protocol(ServedListener& listener) {
  using config::ListenerProtocol;
  const resource::Listener& spec = *listener.spec;
  const bool passthrough = spec.tls && spec.tls->mode == resource::TlsMode::kPassthrough;
  if (spec.protocol == "HTTP") {
    listener.protocol = ListenerProtocol::kHttp;
  } else if (spec.protocol == "HTTPS") {
    listener.protocol = ListenerProtocol::kHttps;
    if (passthrough) {
      listener.not_accepted = {Reason::kUnsupportedValue,
                               "tls.mode Passthrough needs protocol TLS, not HTTPS"};
    }
  } else if (spec.protocol == "TLS") {
    listener.protocol =
        passthrough ? ListenerProtocol::kTlsPassthrough : ListenerProtocol::kTlsTerminate;
  } else if (spec.protocol == "TCP") {
    listener.protocol = ListenerProtocol::kTcp;
  } else if (spec.protocol == "UDP") {
    listener.protocol = ListenerProtocol::kUdp;
  } else {
    listener.not_accepted = {
        Reason::kUnsupportedProtocol,
        fmt::format("protocol {} is not one of HTTP, HTTPS, TLS, TCP, UDP", spec.protocol)};
  }
}

void judge_kinds(ServedListener& listener) {
  if (!listener.protocol) return;
  const RouteKinds possible = kinds_of(*listener.protocol);
  const auto& wanted = listener.spec->allowed_routes.kinds;
  if (wanted.empty()) {
    listener.kinds = possible;
    return;
  }
  for (const resource::RouteGroupKind& group_kind : wanted) {
    const auto kind = find_kind(group_kind);
    if (kind && possible.has(*kind)) {
      listener.kinds.add(*kind);
    } else {
      listener.unresolved = {
          Reason::kInvalidRouteKinds,
          fmt::format("allowedRoutes.kinds: {}/{} cannot attach to protocol {}", group_kind.group,
                      group_kind.kind, listener.spec->protocol)};
    }
  }
}

}  // namespace tidegate::gatewayapi
