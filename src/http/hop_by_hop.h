// Which fields belong to one connection only and are never forwarded.
//
// Thread: any.   Source: RFC 9110 7.6.1; Proxy-Authenticate and Proxy-Authorization as this gateway
// is the proxy.
#pragma once

#include <span>
#include <string_view>

#include "http/header_map.h"

namespace tidegate::http {

inline constexpr HeaderIdSet kHopByHop = {HeaderId::kConnection,
                                          HeaderId::kHttp2Settings,
                                          HeaderId::kKeepAlive,
                                          HeaderId::kProxyAuthenticate,
                                          HeaderId::kProxyAuthorization,
                                          HeaderId::kProxyConnection,
                                          HeaderId::kTe,
                                          HeaderId::kTransferEncoding,
                                          HeaderId::kUpgrade};

// True for fields that are connection-specific by themselves, TE included.
constexpr bool is_hop_by_hop(HeaderId id) { return kHopByHop.has(id); }

// What the Connection fields of a head name. Framing and routing fields cannot be named away.
class ConnectionOptions {
 public:
  // Keeps views of the values, in the arena of `fields`; the fields themselves may go.
  explicit ConnectionOptions(const HeaderMap& fields);
  // True when a Connection field names this one.
  bool names(const Field& field) const { return !lists_.empty() && lists_name(field); }

 private:
  bool lists_name(const Field& field) const;

  std::span<const std::string_view>
      lists_;  // those that name anything but close, keep-alive and upgrade
};

}  // namespace tidegate::http
