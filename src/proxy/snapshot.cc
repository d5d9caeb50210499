#include "proxy/snapshot.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace tidegate::proxy {
namespace {

// ALPN towards a backend follows its protocol: HTTP/2 is never a surprise.
io::Alpn alpn_of(const config::Backend& backend) {
  switch (backend.protocol) {
    case config::BackendProtocol::kHttp2:
      return io::Alpn::kHttp2;
    case config::BackendProtocol::kHttp1:
    case config::BackendProtocol::kWebSocket:
      return io::Alpn::kHttp1;
    case config::BackendProtocol::kTcp:
    case config::BackendProtocol::kUdp:
      return io::Alpn::kNone;
  }
  return io::Alpn::kNone;
}

}  // namespace

Snapshot::Snapshot(std::shared_ptr<const config::Document> document, route::RouteCache& cache,
                   const Snapshot* previous)
    : generation_(previous == nullptr ? 1 : previous->generation_ + 1),
      document_(std::move(document)) {
  compile_ports(cache);
  compile_backends(previous);
}

void Snapshot::compile_ports(route::RouteCache& cache) {
  std::map<std::string, std::vector<std::shared_ptr<const config::Listener>>> by_key;
  for (const auto& listener : document_->listeners) {
    // Shares the document's ownership; a listener is not copied.
    by_key[port_key(listener)].emplace_back(document_, &listener);
    route_count_ += listener.http_routes.size() + listener.l4_routes.size();
  }
  cache.begin();
  for (auto& [key, listeners] : by_key) {
    ports_.push_back(make_port(std::move(listeners), cache, problems_));
  }
  cache.drop_unused();
}

void Snapshot::compile_backends(const Snapshot* previous) {
  backends_.reserve(document_->backends.size());
  for (const auto& backend : document_->backends) {
    backends_.emplace(backend->id, backend);
    if (backend->tls == nullptr || client_tls_.contains(backend->tls.get())) continue;
    const bool known = previous != nullptr && previous->client_tls_.contains(backend->tls.get());
    auto made = known ? previous->client_tls_.at(backend->tls.get())
                      : io::ClientTls::make(*backend->tls, alpn_of(*backend));
    if (!made) problems_.push_back(fmt::format("{}: {}", backend->id, made.error().detail));
    client_tls_.emplace(backend->tls.get(), std::move(made));
  }
}

const Port* Snapshot::find_port(const std::string& key) const {
  for (const auto& port : ports_) {
    if (port->key == key) return port.get();
  }
  return nullptr;
}

std::shared_ptr<const config::Backend> Snapshot::find_backend(const std::string& id) const {
  const auto found = backends_.find(id);
  return found == backends_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<const io::ClientTls>> Snapshot::client_tls(
    const config::Backend& backend) const {
  const auto found = client_tls_.find(backend.tls.get());
  if (found == client_tls_.end()) {
    return fail(ErrorCode::kInternal, Origin::kInternal, "no TLS context for " + backend.id);
  }
  return found->second;
}

}  // namespace tidegate::proxy
