// One address and port as the data plane serves it: which listeners share it and how a connection
// or a request finds its own.   Thread: immutable; free to share.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/document.h"
#include "io/tls_context.h"
#include "route/router.h"
#include "route/sni_table.h"

namespace tidegate::proxy {

enum class PortKind : std::uint8_t {
  kHttp,  // plaintext HTTP
  kTls,   // HTTPS, TLS terminate and TLS passthrough listeners, told apart by SNI
  kTcp,
  kUdp,
};

struct Port {
  std::string key;  // "tcp 0.0.0.0:8080", the same across reloads
  std::string address;
  std::uint16_t port = 0;
  PortKind kind = PortKind::kHttp;
  std::vector<std::shared_ptr<const config::Listener>> listeners;       // in order of precedence
  std::vector<std::shared_ptr<const config::Listener>> http_listeners;  // what `router` numbers
  std::unique_ptr<const route::Router> router;  // kHttp, and kTls with HTTPS listeners
  std::unique_ptr<const route::SniTable> sni;   // kTls: positions are those of `listeners`
  std::shared_ptr<const io::ServerTls> tls;     // kTls with something to terminate
  std::string tls_problem;                      // why `tls` is null all the same; empty: it is not
  bool has_passthrough = false;                 // the ClientHello must be read before deciding
};

// What a set of listeners on one address and port becomes. Broken TLS material is named in
// tls_problem. `previous` (null: none) is the same port before: TLS contexts, and with them tickets
// of clients, stay where their material did.
std::shared_ptr<const Port> make_port(
    std::vector<std::shared_ptr<const config::Listener>> listeners, route::RouteCache& cache,
    const Port* previous);

// "tcp 0.0.0.0:8080" or "udp ..." of a listener.
std::string port_key(const config::Listener& listener);

}  // namespace tidegate::proxy
