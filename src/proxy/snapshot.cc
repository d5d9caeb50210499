#include "proxy/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
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
    case config::BackendProtocol::kRedis:
    case config::BackendProtocol::kPostgres:
      return io::Alpn::kNone;
  }
  return io::Alpn::kNone;
}

}  // namespace

Snapshot::Snapshot(const config::Document& document, route::RouteCache& cache,
                   const Snapshot* previous, std::shared_ptr<const llm::PriceTable> prices,
                   const pipeline::Catalog* processors)
    : generation_(previous == nullptr ? 1 : previous->generation_ + 1),
      sticky_(previous == nullptr ? std::make_shared<upstream::StickyTable>() : previous->sticky_) {
  compile_ports(document, cache, previous);
  pipelines_ = PipelineSet::make(document, processors,
                                 previous == nullptr ? nullptr : previous->pipelines_.get());
  const Backends* before = previous == nullptr ? nullptr : previous->backends_.get();
  const bool same = before != nullptr && before->all == document.backends;
  backends_ = same ? previous->backends_ : make_backends(document.backends, before);
  const bool priced = same && previous->prices_->is_of(prices.get());
  prices_ = priced ? previous->prices_
                   : std::make_shared<const PriceBook>(
                         document.backends, std::move(prices),
                         previous == nullptr ? nullptr : previous->prices_.get());
  if (pipelines_ != nullptr) {
    const std::vector<std::string>& troubles = pipelines_->troubles();
    problems_.insert(problems_.end(), troubles.begin(), troubles.end());
  }
  problems_.insert(problems_.end(), backends_->problems.begin(), backends_->problems.end());
}

void Snapshot::compile_ports(const config::Document& document, route::RouteCache& cache,
                             const Snapshot* previous) {
  std::map<std::string, std::vector<std::shared_ptr<const config::Listener>>> by_key;
  for (const auto& listener : document.listeners) {
    by_key[port_key(listener)].push_back(std::make_shared<const config::Listener>(listener));
    route_count_ += listener.http_routes.size() + listener.l4_routes.size();
  }
  cache.begin();
  for (auto& [key, listeners] : by_key) {
    const Port* before = previous == nullptr ? nullptr : previous->find_port(key);
    ports_.push_back(make_port(std::move(listeners), cache, before));
    if (!ports_.back()->tls_problem.empty()) problems_.push_back(ports_.back()->tls_problem);
  }
  cache.drop_unused();
}

std::shared_ptr<const Snapshot::Backends> Snapshot::make_backends(
    const std::vector<std::shared_ptr<const config::Backend>>& all, const Backends* previous) {
  auto made = std::make_shared<Backends>();
  made->all = all;
  made->by_id.reserve(all.size());
  for (const auto& backend : all) {
    made->by_id.emplace(backend->id, backend);
    if (backend->health.active) made->checked.push_back(backend);
    const config::UpstreamTls* material = backend->tls.get();
    if (material == nullptr || made->tls.contains(material)) continue;
    const bool known = previous != nullptr && previous->tls.contains(material);
    auto tls =
        known ? previous->tls.at(material) : io::ClientTls::make(*material, alpn_of(*backend));
    if (!tls) made->problems.push_back(fmt::format("{}: {}", backend->id, tls.error().detail));
    made->tls.emplace(material, std::move(tls));
  }
  return made;
}

const Port* Snapshot::find_port(const std::string& key) const {
  for (const auto& port : ports_) {
    if (port->key == key) return port.get();
  }
  return nullptr;
}

std::shared_ptr<const config::Backend> Snapshot::find_backend(const std::string& id) const {
  const auto found = backends_->by_id.find(id);
  return found == backends_->by_id.end() ? nullptr : found->second;
}

Result<std::shared_ptr<const io::ClientTls>> Snapshot::client_tls(
    const config::Backend& backend) const {
  const auto found = backends_->tls.find(backend.tls.get());
  if (found == backends_->tls.end()) {
    return fail(ErrorCode::kInternal, Origin::kInternal, "no TLS context for " + backend.id);
  }
  return found->second;
}

}  // namespace tidegate::proxy
