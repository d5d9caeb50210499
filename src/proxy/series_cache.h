// The metric series of the routes and backends that one worker has met under the current snapshot,
// and what their models cost.
//
// Keys are objects of that snapshot, so the cache is emptied when another one is adopted; the
// numbers themselves are kept by name.   Thread: the worker's.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/document.h"
#include "pipeline/chain.h"
#include "proxy/price_book.h"
#include "telemetry/exchange_metrics.h"

namespace tidegate::proxy {

class SeriesCache {
 public:
  explicit SeriesCache(const telemetry::ExchangeMetrics& metrics);

  // `listener` and `route` may be null: requests that nobody took.
  const telemetry::RouteSeries& route(const config::Listener* listener,
                                      const config::HttpRoute* route);
  const telemetry::BackendSeries& backend(const config::Backend& backend);
  const telemetry::FailoverSeries& failover(const config::Backend& backend);
  const telemetry::ProcessorSeries& processor(const pipeline::CompiledProcessor& processor,
                                              pipeline::Phase phase);
  // What `model` costs there, as the provider knows it; null: nobody knows. Of a model that the
  // backend does not list, the last one is kept in mind: a look into the price file is dear.
  const llm::Price* price(const PriceBook& prices, const config::Backend& backend,
                          const config::Model* listed, std::string_view model);
  // REQUIRES: no reference that was given out is in use.
  void clear();

 private:
  struct Key {
    const void* listener;
    const void* route;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.listener) * 31 + std::hash<const void*>()(key.route);
    }
  };

  struct LastPrice {
    const PriceBook* book = nullptr;  // an exchange may still be under an older snapshot
    std::string model;
    const llm::Price* price = nullptr;
  };

  const telemetry::ExchangeMetrics& metrics_;
  std::unique_ptr<telemetry::SeriesLease> lease_;
  std::unordered_map<Key, telemetry::RouteSeries, KeyHash> routes_;
  std::unordered_map<const config::Backend*, telemetry::BackendSeries> backends_;
  std::unordered_map<const config::Backend*, telemetry::FailoverSeries> failovers_;
  std::unordered_map<const pipeline::CompiledProcessor*,
                     std::array<std::optional<telemetry::ProcessorSeries>, config::kPhases>>
      processors_;
  std::unordered_map<const config::Backend*, LastPrice> last_prices_;
};

}  // namespace tidegate::proxy
