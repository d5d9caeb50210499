#include "proxy/series_cache.h"

namespace tidegate::proxy {

SeriesCache::SeriesCache(const telemetry::ExchangeMetrics& metrics)
    : metrics_(metrics), lease_(std::make_unique<telemetry::SeriesLease>(metrics.registry())) {}

const telemetry::RouteSeries& SeriesCache::route(const config::Listener* listener,
                                                 const config::HttpRoute* route) {
  const Key key{listener, route};
  if (const auto known = routes_.find(key); known != routes_.end()) return known->second;
  const std::string_view listener_id = listener != nullptr ? std::string_view(listener->id) : "";
  const std::string_view route_id = route != nullptr ? std::string_view(route->id) : "";
  return routes_.emplace(key, metrics_.route(listener_id, route_id, *lease_)).first->second;
}

const telemetry::BackendSeries& SeriesCache::backend(const config::Backend& backend) {
  if (const auto known = backends_.find(&backend); known != backends_.end()) return known->second;
  return backends_.emplace(&backend, metrics_.backend(backend.id, *lease_)).first->second;
}

const telemetry::FailoverSeries& SeriesCache::failover(const config::Backend& backend) {
  if (const auto known = failovers_.find(&backend); known != failovers_.end()) return known->second;
  return failovers_.emplace(&backend, metrics_.failover(backend.id, *lease_)).first->second;
}

const telemetry::ProcessorSeries& SeriesCache::processor(
    const pipeline::CompiledProcessor& processor, pipeline::Phase phase) {
  auto& known = processors_[&processor][static_cast<std::size_t>(phase)];
  if (known) return *known;
  const bool reports = processor.spec->mode == config::ProcessorMode::kReport;
  return known.emplace(metrics_.processor(processor.label, config::to_string(phase),
                                          reports ? "report" : "enforce", *lease_));
}

const llm::Price* SeriesCache::price(const PriceBook& prices, const config::Backend& backend,
                                     const config::Model* listed, std::string_view model) {
  if (listed != nullptr) return prices.find(*backend.ai, listed, model);
  LastPrice& last = last_prices_[&backend];
  if (last.book != &prices || last.model != model) {
    last.book = &prices;
    last.price = prices.find(*backend.ai, nullptr, model);
    last.model.assign(model);
  }
  return last.price;
}

void SeriesCache::clear() {
  last_prices_.clear();
  processors_.clear();
  routes_.clear();
  backends_.clear();
  failovers_.clear();
  lease_ = std::make_unique<telemetry::SeriesLease>(metrics_.registry());
}

}  // namespace tidegate::proxy
