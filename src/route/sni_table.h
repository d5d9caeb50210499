// Server name to listener, and for TLS routes to the route, on one port.
//
// The listener is the one with the most specific hostname for the name; a connection without server
// name belongs to the listener without hostname, if there is one. Terminating and passing-through
// listeners share the table, so both can share a port. Thread: immutable; free to share.   Source:
// Gateway API v1.6.1, Listener.hostname and TLSRoute.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "route/host_table.h"

namespace tidegate::route {

struct SniChoice {
  std::uint32_t listener =
      HostTable::kAbsent;  // position in the span given to SniTable; kAbsent: refuse
  const config::L4Route* route =
      nullptr;  // null: HTTP listener, or no route takes the name: refuse
};

class SniTable {
 public:
  // `listeners` share an address and port. Of two with one hostname the first wins; of two routes
  // with one hostname the older (first) wins. The listeners are not kept; their routes are.
  explicit SniTable(std::span<const config::Listener* const> listeners);

  // What to do with a connection whose ClientHello names `server_name` ("" when it names none).
  SniChoice find(std::string_view server_name) const;

 private:
  struct Entry {
    std::string hostname;
    std::vector<std::shared_ptr<const config::L4Route>> routes;
    HostTable names;  // route hostname -> position in `routes`
  };
  std::vector<Entry> entries_;
  HostTable hosts_;
};

}  // namespace tidegate::route
