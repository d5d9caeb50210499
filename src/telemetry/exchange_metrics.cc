#include "telemetry/exchange_metrics.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "base/tls_fault.h"
#include "telemetry/gen_ai.h"

namespace tidegate::telemetry {
namespace {

// Statuses with a series of their own: all that the gateway answers itself, and what model servers
// use.
constexpr std::uint16_t kStatuses[] = {
    100, 101, 103, 200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 402,
    403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 417, 421, 422, 424, 425,
    426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 508, 511, 529};
constexpr std::uint16_t kFirstStatus = 100;
constexpr std::size_t kStatusRange = 500;

constexpr std::array<std::uint8_t, kStatusRange> make_status_index() {
  std::array<std::uint8_t, kStatusRange> index{};
  index.fill(static_cast<std::uint8_t>(std::size(kStatuses)));
  for (std::size_t i = 0; i < std::size(kStatuses); ++i) {
    index[kStatuses[i] - kFirstStatus] = static_cast<std::uint8_t>(i);
  }
  return index;
}
constexpr auto kStatusIndex = make_status_index();

constexpr std::uint64_t kDurationBounds[] = {
    500,       1'000,      2'500,      5'000,      10'000,     25'000,
    50'000,    100'000,    250'000,    500'000,    1'000'000,  2'500'000,
    5'000'000, 10'000'000, 30'000'000, 60'000'000, 300'000'000};

constexpr std::uint64_t kTokenAgeBounds[] = {60'000'000,     300'000'000,   900'000'000,
                                             1'800'000'000,  3'600'000'000, 21'600'000'000,
                                             43'200'000'000, 86'400'000'000};

constexpr std::uint64_t kProcessorBounds[] = {
    1, 5, 10, 25, 50, 100, 250, 500, 1'000, 5'000, 25'000, 100'000, 500'000, 2'500'000, 10'000'000};

constexpr auto kLastError = ErrorCode::kInternal;

std::vector<std::string> status_names() {
  std::vector<std::string> names;
  for (const std::uint16_t status : kStatuses) names.push_back(std::to_string(status));
  names.emplace_back("other");
  return names;
}

std::vector<std::string> termination_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kTerminations; ++i) {
    names.emplace_back(to_string(static_cast<Termination>(i)));
  }
  return names;
}

std::vector<std::string> error_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(kLastError); ++i) {
    names.emplace_back(to_string(static_cast<ErrorCode>(i)));
  }
  return names;
}

std::vector<std::string> try_outcome_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kTryOutcomes; ++i) {
    names.emplace_back(to_string(static_cast<TryOutcome>(i)));
  }
  return names;
}

std::vector<std::string> tls_fault_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kTlsFaults; ++i) {
    names.emplace_back(to_string(static_cast<TlsFault>(i)));
  }
  return names;
}

std::vector<std::string> verdict_names() {
  return {kProcessorVerdicts.begin(), kProcessorVerdicts.end()};
}

MetricSpec counter(std::string name, std::string help) {
  return {.name = std::move(name), .help = std::move(help)};
}

MetricSpec gauge(std::string name, std::string help) {
  return {.name = std::move(name), .help = std::move(help), .kind = MetricKind::kGauge};
}

MetricSpec with_variants(MetricSpec spec, std::string label, std::vector<std::string> variants) {
  spec.variant_label = std::move(label);
  spec.variants = std::move(variants);
  return spec;
}

MetricSpec in_dollars(MetricSpec spec) {
  spec.unit = MetricUnit::kMicroUsd;
  return spec;
}

MetricSpec histogram(std::string_view name, std::string help, std::span<const std::uint64_t> bounds,
                     MetricUnit unit = MetricUnit::kMicroseconds) {
  return {.name = std::string(name),
          .help = std::move(help),
          .kind = MetricKind::kHistogram,
          .unit = unit,
          .bounds = {bounds.begin(), bounds.end()}};
}

std::uint64_t count_of(std::chrono::microseconds duration) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
}

}  // namespace

std::string_view to_string(TryOutcome outcome) {
  switch (outcome) {
    case TryOutcome::kSuccess:
      return "success";
    case TryOutcome::kStatus:
      return "status";
    case TryOutcome::kConnect:
      return "connect";
    case TryOutcome::kTls:
      return "tls";
    case TryOutcome::kDns:
      return "dns";
    case TryOutcome::kTimeout:
      return "timeout";
    case TryOutcome::kFirstTokenTimeout:
      return "first-token-timeout";
    case TryOutcome::kSlow:
      return "slow";
    case TryOutcome::kStreamError:
      return "stream-error";
    case TryOutcome::kContextWindow:
      return "context-window";
    case TryOutcome::kContentPolicy:
      return "content-policy";
    case TryOutcome::kBroken:
      return "broken";
    case TryOutcome::kUnavailable:
      return "unavailable";
    case TryOutcome::kCancelled:
      return "cancelled";
  }
  return "cancelled";
}

std::size_t status_variant(std::uint16_t status) {
  const std::size_t at = static_cast<std::size_t>(status) - kFirstStatus;
  return at < kStatusRange ? kStatusIndex[at] : std::size(kStatuses);
}

ExchangeMetrics::ExchangeMetrics(Registry& registry)
    : registry_(registry), groups_(add_all(registry)) {}

// The list of metrics. Positions within a group are those that the functions below use.
ExchangeMetrics::Groups ExchangeMetrics::add_all(Registry& r) {
  const std::string provider(gen_ai::kProviderLabel);
  const std::string model(gen_ai::kModelLabel);
  const std::string token_type(gen_ai::kTokenTypeLabel);
  Groups groups;
  groups.port =
      r.add_group({.labels = {"address"},
                   .metrics = {gauge("tidegate_downstream_connections", "Open client connections."),
                               gauge("tidegate_requests_in_flight", "Requests not yet over."),
                               counter("tidegate_downstream_connections_accepted_total",
                                       "Client connections that were opened.")}});
  groups.route = r.add_group(
      {.labels = {"listener", "route"},
       .metrics = {
           with_variants(
               counter("tidegate_requests_total",
                       "Requests by the status the client got; other: none, or a rare one."),
               "code", status_names()),
           histogram("tidegate_request_duration_seconds",
                     "From the request head to the last byte of the answer.", kDurationBounds),
           counter("tidegate_request_bytes_total", "Bytes of request bodies."),
           counter("tidegate_response_bytes_total", "Bytes of response bodies."),
           with_variants(counter("tidegate_terminations_total", "How exchanges ended."), "how",
                         termination_names())}});
  groups.backend = r.add_group(
      {.labels = {"backend"},
       .metrics = {with_variants(counter("tidegate_upstream_requests_total",
                                         "Requests by final backend and status."),
                                 "code", status_names()),
                   histogram("tidegate_upstream_first_byte_seconds",
                             "From the request head to the first byte of the backend's answer.",
                             kDurationBounds),
                   counter("tidegate_upstream_retries_total", "Tries after the first."),
                   with_variants(counter("tidegate_upstream_errors_total",
                                         "Exchanges that failed at the backend."),
                                 "error", error_names()),
                   with_variants(counter("tidegate_upstream_tls_failures_total",
                                         "Connections to the backend that TLS failed on."),
                                 "reason", tls_fault_names())}});
  groups.credential = r.add_group(
      {.labels = {"backend"},
       .metrics = {
           with_variants(counter("tidegate_credential_refreshes_total",
                                 "Fetches of upstream tokens by their outcome."),
                         "outcome", {"success", "failure"}),
           histogram("tidegate_credential_age_seconds",
                     "Age of an upstream token when its replacement came.", kTokenAgeBounds)}});
  groups.failover = r.add_group(
      {.labels = {"backend"},
       .metrics = {
           with_variants(counter("tidegate_upstream_tries_total",
                                 "Tries at members of groups by how they ended."),
                         "outcome", try_outcome_names()),
           counter(
               "tidegate_upstream_ejections_total",
               "Times that an endpoint, or the backend as a whole, was left alone for a while."),
           counter("tidegate_retry_budget_exhausted_total",
                   "Tries of a group that its retry budget did not allow."),
           counter("tidegate_hedged_tries_total", "Second tries of a group beside a slow first."),
           gauge(
               "tidegate_upstream_circuits_open",
               "Circuits that are open or half-open: of endpoints, or of a backend as a whole.")}});
  groups.processor = r.add_group(
      {.labels = {"processor", "phase", "mode"},
       .metrics = {with_variants(counter("tidegate_processor_runs_total",
                                         "Runs of payload processors by what they came to."),
                                 "verdict", verdict_names()),
                   histogram("tidegate_processor_duration_seconds",
                             "Time of payload processors per exchange.", kProcessorBounds)}});
  groups.model = r.add_group(
      {.labels = {provider, model},
       .metrics = {
           with_variants(
               counter("tidegate_tokens_total",
                       "Tokens as the provider counted them; cached parts are in input."),
               "type",
               {"input", "cached_input", "cache_write_input", "output", "reasoning_output"}),
           histogram(gen_ai::kServerDurationMetric, "Duration of model requests.",
                     gen_ai::kDurationBounds),
           histogram(gen_ai::kTimeToFirstTokenMetric, "Time to the first token of streams.",
                     gen_ai::kFirstTokenBounds),
           histogram(gen_ai::kTimePerOutputTokenMetric,
                     "Time per token after the first, of streams.", gen_ai::kPerTokenBounds),
           in_dollars(counter("tidegate_cost_usd_total", "What model calls cost, in US dollars.")),
           counter("tidegate_unpriced_requests_total",
                   "Model calls with a known usage of a model without a known price."),
           with_variants(counter("tidegate_avoided_tokens_total",
                                 "Tokens that replies out of a cache took when they were made."),
                         "type", {"input", "output"})}});
  groups.token_usage =
      r.add_group({.labels = {provider, model, token_type},
                   .metrics = {histogram(gen_ai::kTokenUsageMetric, "Tokens per request.",
                                         gen_ai::kTokenBounds, MetricUnit::kCount)}});
  groups.access_log = r.add_group(
      {.metrics = {counter("tidegate_access_log_dropped_total",
                           "Access log lines dropped because the sink was too slow.")}});
  return groups;
}

PortSeries ExchangeMetrics::port(std::string_view address, SeriesLease& lease) const {
  const auto series = registry_.resolve(groups_.port, std::array{address}, lease);
  return {.open_connections = series.gauge(0),
          .requests_in_flight = series.gauge(1),
          .connections = series.counter(2)};
}

RouteSeries ExchangeMetrics::route(std::string_view listener, std::string_view route,
                                   SeriesLease& lease) const {
  const auto series = registry_.resolve(groups_.route, std::array{listener, route}, lease);
  return {.requests = series.counter(0),
          .duration = series.histogram(1),
          .bytes_in = series.counter(2),
          .bytes_out = series.counter(3),
          .terminations = series.counter(4)};
}

BackendSeries ExchangeMetrics::backend(std::string_view backend, SeriesLease& lease) const {
  const auto series = registry_.resolve(groups_.backend, std::array{backend}, lease);
  return {.requests = series.counter(0),
          .first_byte = series.histogram(1),
          .retries = series.counter(2),
          .errors = series.counter(3),
          .tls_failures = series.counter(4)};
}

FailoverSeries ExchangeMetrics::failover(std::string_view backend, SeriesLease& lease) const {
  const auto series = registry_.resolve(groups_.failover, std::array{backend}, lease);
  return {.tries = series.counter(0),
          .ejections = series.counter(1),
          .budget_exhausted = series.counter(2),
          .hedges = series.counter(3),
          .circuits_open = series.gauge(4)};
}

ModelSeries ExchangeMetrics::model(std::string_view provider, std::string_view model,
                                   SeriesLease& lease) const {
  const std::array input = {provider, model, std::string_view("input")};
  const std::array output = {provider, model, std::string_view("output")};
  const auto series = registry_.resolve(groups_.model, std::array{provider, model}, lease);
  return {.tokens = series.counter(0),
          .input_tokens = registry_.resolve(groups_.token_usage, input, lease).histogram(0),
          .output_tokens = registry_.resolve(groups_.token_usage, output, lease).histogram(0),
          .duration = series.histogram(1),
          .first_token = series.histogram(2),
          .per_output_token = series.histogram(3),
          .cost = series.counter(4),
          .unpriced = series.counter(5),
          .avoided = series.counter(6)};
}

CredentialSeries ExchangeMetrics::credential(std::string_view backend, SeriesLease& lease) const {
  const auto series = registry_.resolve(groups_.credential, std::array{backend}, lease);
  return {.refreshes = series.counter(0), .age = series.histogram(1)};
}

ProcessorSeries ExchangeMetrics::processor(std::string_view processor, std::string_view phase,
                                           std::string_view mode, SeriesLease& lease) const {
  const auto series =
      registry_.resolve(groups_.processor, std::array{processor, phase, mode}, lease);
  return {.runs = series.counter(0), .duration = series.histogram(1)};
}

Counter ExchangeMetrics::access_log_dropped(SeriesLease& lease) const {
  return registry_.resolve(groups_.access_log, {}, lease).counter(0);
}

ExchangeRecorder::ExchangeRecorder(const ExchangeMetrics& metrics)
    : metrics_(metrics),
      shard_(metrics.registry().make_shard()),
      lease_(metrics.registry()),
      other_model_(metrics.model("other", "other", lease_)),
      access_log_dropped_(metrics.access_log_dropped(lease_)) {}

void ExchangeRecorder::record(const AccessRecord& record, const RouteSeries& route,
                              const BackendSeries* backend) {
  const std::size_t status = status_variant(record.status);
  shard_.add(route.requests.variant(status));
  shard_.observe(route.duration, count_of(record.duration));
  shard_.add(route.bytes_in, record.bytes_in);
  shard_.add(route.bytes_out, record.bytes_out);
  shard_.add(route.terminations.variant(static_cast<std::size_t>(record.termination)));
  if (backend != nullptr && record.attempts > 0) {
    shard_.add(backend->requests.variant(status));
    if (record.first_byte) shard_.observe(backend->first_byte, count_of(*record.first_byte));
    shard_.add(backend->retries, record.attempts - 1);
    if (record.error && record.error_origin == Origin::kUpstream) {
      shard_.add(backend->errors.variant(static_cast<std::size_t>(*record.error)));
    }
  }
  if (record.ai != nullptr) record_ai(record, *record.ai);
}

void ExchangeRecorder::record_ai(const AccessRecord& record, const AiRecord& ai) {
  const bool answered = record.status >= 200 && record.status < 300;
  const ModelSeries& series = answered ? find_model(ai.provider, ai.model) : other_model_;
  shard_.observe(series.duration, count_of(record.duration));
  if (ai.first_token) shard_.observe(series.first_token, count_of(*ai.first_token));
  if (ai.cost) shard_.add(series.cost, ai.cost->value());
  if (ai.avoided) {
    shard_.add(series.avoided.variant(0), ai.avoided->input);
    shard_.add(series.avoided.variant(1), ai.avoided->output);
  }
  if (!ai.usage) return;
  if (!ai.cost) shard_.add(series.unpriced);
  const std::array<std::uint64_t, 5> tokens = {ai.usage->input, ai.usage->cached_input,
                                               ai.usage->cache_write_input, ai.usage->output,
                                               ai.usage->reasoning_output};
  for (std::size_t i = 0; i < tokens.size(); ++i) shard_.add(series.tokens.variant(i), tokens[i]);
  shard_.observe(series.input_tokens, ai.usage->input);
  shard_.observe(series.output_tokens, ai.usage->output);
  if (ai.first_token && ai.usage->output > 1 && record.duration > *ai.first_token) {
    shard_.observe(series.per_output_token,
                   count_of(record.duration - *ai.first_token) / (ai.usage->output - 1));
  }
}

const ModelSeries& ExchangeRecorder::find_model(std::string_view provider, std::string_view model) {
  key_.assign(provider).append(1, '\0').append(model);
  if (const auto found = models_.find(std::string_view(key_)); found != models_.end()) {
    return found->second;
  }
  if (models_.size() >= kMaxModels) return other_model_;
  return models_.emplace(key_, metrics_.model(provider, model, lease_)).first->second;
}

}  // namespace tidegate::telemetry
