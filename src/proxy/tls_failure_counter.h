// Counts TLS failures with backends by what they were.   Thread: the worker's.
#pragma once

#include "proxy/series_cache.h"
#include "telemetry/exchange_metrics.h"
#include "upstream/tls_failures.h"

namespace tidegate::proxy {

class TlsFailureCounter final : public upstream::TlsFailureSink {
 public:
  TlsFailureCounter(telemetry::ExchangeRecorder& recorder, SeriesCache& series)
      : recorder_(recorder), series_(series) {}
  void note_tls_failure(const config::Backend& backend, TlsFault fault) override {
    const auto& failures = series_.backend(backend).tls_failures;
    recorder_.shard().add(failures.variant(static_cast<std::size_t>(fault)));
  }

 private:
  telemetry::ExchangeRecorder& recorder_;
  SeriesCache& series_;
};

}  // namespace tidegate::proxy
