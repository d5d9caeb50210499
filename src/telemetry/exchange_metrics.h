// Every metric about exchanges: what they are called, whom they are counted for, and the one
// function that counts a finished exchange.
//
// `ExchangeMetrics` adds the metrics to the registry once per process and resolves handles for
// ports, routes and backends when they are first met. A worker has one `ExchangeRecorder`: its
// shard, plus the series of models that it has met. Model names come from clients, so a recorder
// asks for at most 512 of them, only for answers with a 2xx status, and everything else is counted
// as "other". Thread: ExchangeMetrics any; ExchangeRecorder its worker.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "telemetry/access_record.h"
#include "telemetry/metrics.h"

namespace tidegate::telemetry {

// Position of a status in the `code` variants; statuses that are not listed share the last one,
// "other".
std::size_t status_variant(std::uint16_t status);

// Of one address and port: which listener a connection belongs to is known only with its server
// name or its requests.
struct PortSeries {
  Gauge open_connections;
  Gauge requests_in_flight;
  Counter connections;
};
struct RouteSeries {
  Counter requests;  // variants: status
  Histogram duration;
  Counter bytes_in;
  Counter bytes_out;
  Counter terminations;  // variants: Termination
};
struct BackendSeries {
  Counter requests;  // variants: status
  Histogram first_byte;
  Counter retries;
  Counter errors;        // variants: ErrorCode
  Counter tls_failures;  // variants: TlsFault
};
// Of the tokens that the gateway fetches for one backend.
struct CredentialSeries {
  Counter refreshes;  // variants: success, failure
  Histogram age;
};
// How a try at a member of a group, or at a backend whose health is watched, ended.
enum class TryOutcome : std::uint8_t {
  kSuccess,
  kStatus,  // an answer that the group passes over
  kConnect,
  kTls,
  kDns,
  kTimeout,
  kFirstTokenTimeout,
  kSlow,
  kStreamError,
  kContextWindow,
  kContentPolicy,
  kBroken,       // the answer broke off, or was none
  kUnavailable,  // it could not be asked: ejected, or at its limits
  kCancelled,
};
std::string_view to_string(TryOutcome outcome);
inline constexpr std::size_t kTryOutcomes = 14;

struct FailoverSeries {
  Counter tries;  // variants: TryOutcome
  Counter ejections;
  Counter budget_exhausted;
  Counter hedges;
  Gauge circuits_open;
};
// Of one processor of a payload pipeline in one phase.
struct ProcessorSeries {
  Counter runs;  // variants: kProcessorVerdicts
  Histogram duration;
};
// Series of one provider and model.
struct ModelSeries {
  Counter tokens;  // variants: input, cached_input, cache_write_input, output, reasoning_output
  Histogram input_tokens;
  Histogram output_tokens;
  Histogram duration;
  Histogram first_token;
  Histogram per_output_token;
  Counter cost;      // micro-dollars
  Counter unpriced;  // answers whose usage is known and whose price is not
  Counter avoided;   // variants: input, output; tokens of kept replies
};

class ExchangeMetrics {
 public:
  explicit ExchangeMetrics(Registry& registry);

  // `address` as "0.0.0.0:8080".
  PortSeries port(std::string_view address, SeriesLease& lease) const;
  // `route` may be empty: requests that no route took.
  RouteSeries route(std::string_view listener, std::string_view route, SeriesLease& lease) const;
  BackendSeries backend(std::string_view backend, SeriesLease& lease) const;
  FailoverSeries failover(std::string_view backend, SeriesLease& lease) const;
  ModelSeries model(std::string_view provider, std::string_view model, SeriesLease& lease) const;
  CredentialSeries credential(std::string_view backend, SeriesLease& lease) const;
  // `mode`: "enforce" or "report". Variants of runs: kProcessorVerdicts.
  ProcessorSeries processor(std::string_view processor, std::string_view phase,
                            std::string_view mode, SeriesLease& lease) const;
  Counter access_log_dropped(SeriesLease& lease) const;

  Registry& registry() const { return registry_; }

 private:
  struct Groups {
    MetricGroupId port, route, backend, failover, credential, processor, model, token_usage,
        access_log;
  };
  static Groups add_all(Registry& registry);

  Registry& registry_;
  const Groups groups_;
};

class ExchangeRecorder {
 public:
  static constexpr std::size_t kMaxModels = 512;

  explicit ExchangeRecorder(const ExchangeMetrics& metrics);

  MetricShard& shard() { return shard_; }
  const ExchangeMetrics& metrics() const { return metrics_; }
  // Counts a finished exchange. `backend` is null when no backend was chosen.
  void record(const AccessRecord& record, const RouteSeries& route, const BackendSeries* backend);
  // Counts a line that the access log had no room for.
  void record_dropped_log_line() { shard_.add(access_log_dropped_); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  void record_ai(const AccessRecord& record, const AiRecord& ai);
  const ModelSeries& find_model(std::string_view provider, std::string_view model);

  const ExchangeMetrics& metrics_;
  MetricShard& shard_;
  SeriesLease lease_;
  ModelSeries other_model_;
  Counter access_log_dropped_;
  std::string key_;  // reused: provider, NUL, model
  std::unordered_map<std::string, ModelSeries, TextHash, std::equal_to<>> models_;
};

}  // namespace tidegate::telemetry
