// Listeners, as Gateway and ListenerSet have them.
#pragma once

#include <vector>

#include "decode/parts.h"
#include "resource/gateway.h"

namespace tidegate::decode {

// spec.listeners, with the rules between listeners.
void read_listeners(ObjectReader& spec, std::vector<resource::Listener>& out);
// allowedRoutes.namespaces: All, Selector or Same.
void read_route_namespaces(const Node& node, resource::NamespaceRule& out);
// allowedListeners.namespaces: None as well.
void read_listener_set_namespaces(const Node& node, resource::NamespaceRule& out);

}  // namespace tidegate::decode
