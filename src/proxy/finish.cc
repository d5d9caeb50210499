#include "proxy/finish.h"

#include <chrono>
#include <string>
#include <vector>

#include "llm/price/price.h"

namespace tidegate::proxy {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

telemetry::TokenUsage tokens_of(const llm::Usage& usage) {
  telemetry::TokenUsage tokens;
  tokens.input = usage.input().value();
  tokens.cached_input = usage.cache_read.value();
  tokens.cache_write_input = usage.cache_write_5m.value() + usage.cache_write_1h.value();
  tokens.output = usage.output.value();
  tokens.reasoning_output = usage.reasoning.value();
  return tokens;
}

telemetry::AiRecord ai_record(const Flight& flight) {
  telemetry::AiRecord ai;
  if (flight.backend != nullptr && flight.backend->ai) ai.provider = flight.backend->ai->provider;
  ai.dialect = llm::to_string(flight.call->dialect);
  ai.operation = llm::to_string(flight.call->operation);
  ai.model = flight.model;
  ai.upstream_model = flight.upstream_model;
  ai.translation_loss = flight.translation_loss;
  if (flight.stream_position) ai.delivery = telemetry::Delivery::kStream;
  if (flight.usage) ai.usage = tokens_of(*flight.usage);
  ai.first_token = flight.first_token;
  ai.cost = cost_of(flight);
  if (flight.avoided) ai.avoided = tokens_of(*flight.avoided);
  return ai;
}

std::string_view join_regions(const Flight& flight) {
  const auto* regions = flight.regions();
  if (regions == nullptr) return {};
  if (regions->empty()) return "none";
  std::string joined;
  for (const std::string& region : *regions)
    joined.append(joined.empty() ? "" : ",").append(region);
  return flight.exchange.arena.copy(joined);
}

telemetry::AccessRecord make_record(const Flight& flight) {
  const exchange::Exchange& exchange = flight.exchange;
  const http::RequestHead& request = exchange.request;
  telemetry::AccessRecord record;
  record.duration =
      duration_cast<microseconds>(exchange.reactor.clock().steady_now() - exchange.started);
  record.time = exchange.reactor.clock().wall_now() - record.duration;
  if (flight.port.router != nullptr && flight.decision.listener != route::Router::kNoListener) {
    record.listener = flight.port.router->listener_id(flight.decision.listener);
  }
  if (flight.decision.route != nullptr) {
    record.route = flight.decision.route->config().id;
    record.rule = flight.rule().name;
  }
  if (flight.backend != nullptr) record.backend = flight.backend->id;
  record.endpoint = flight.endpoint;
  if (!flight.tries.empty()) {
    record.region = flight.tries.back().region;
  } else if (flight.backend != nullptr) {
    record.region = flight.backend->region;
  }
  record.method = request.method;
  record.host = request.authority;
  record.target = request.target;
  record.protocol = http::to_string(request.version);
  record.client_address = exchange.connection.client_ip;
  record.request_id = flight.request_id;
  record.user_agent = request.fields.find(http::HeaderId::kUserAgent).value_or("");
  record.status = flight.status;
  record.bytes_in = exchange.body->bytes_read() + flight.bytes_in;
  record.bytes_out = flight.bytes_out;
  record.first_byte = flight.first_byte;
  record.attempts = flight.attempts;
  record.tries = flight.tries;
  if (flight.decision.route != nullptr) record.regions = join_regions(flight);
  record.termination = flight.termination;
  if (flight.error) {
    record.error = flight.error->code;
    record.error_origin = flight.error->origin;
    record.error_detail = flight.error->detail;
  }
  return record;
}

// Counts what processors did, and writes it down for the log.
std::vector<telemetry::ProcessorRecord> record_processors(Flight& flight) {
  std::vector<telemetry::ProcessorRecord> records;
  if (flight.pipelines == nullptr) return records;
  WorkerContext& worker = flight.worker;
  telemetry::MetricShard& shard = worker.recorder.shard();
  records.reserve(flight.pipelines->run.records.size());
  for (const pipeline::RunRecord& run : flight.pipelines->run.records) {
    const auto time = static_cast<std::uint64_t>(duration_cast<microseconds>(run.time).count());
    const auto& series = worker.series.processor(*run.processor, run.phase);
    shard.add(series.runs.variant(static_cast<std::size_t>(run.verdict)));
    shard.observe(series.duration, time);
    telemetry::ProcessorRecord& record = records.emplace_back();
    record.processor = run.processor->label;
    record.phase = config::to_string(run.phase);
    record.verdict = pipeline::to_string(run.verdict);
    record.microseconds = time;
    record.runs = run.runs;
    record.detail = run.detail;
    record.reports = run.processor->spec->mode == config::ProcessorMode::kReport;
  }
  return records;
}

}  // namespace

std::optional<MicroUsd> cost_of(const Flight& flight) {
  std::optional<MicroUsd> cost;
  if (flight.served_from_kept) cost.emplace();
  if (flight.usage && flight.price != nullptr) cost = llm::cost(*flight.price, *flight.usage);
  if (flight.billed.value() != 0) cost = cost.value_or(MicroUsd()) + flight.billed;
  return cost;
}

void finish(Flight& flight) {
  WorkerContext& worker = flight.worker;
  telemetry::AccessRecord record = make_record(flight);
  const std::vector<telemetry::ProcessorRecord> processors = record_processors(flight);
  record.processors = processors;
  telemetry::AiRecord ai;
  if (flight.call) {
    ai = ai_record(flight);
    record.ai = &ai;
  }
  const config::Listener* listener = nullptr;
  if (!record.listener.empty())
    listener = flight.port.http_listeners[flight.decision.listener].get();
  const config::HttpRoute* route =
      flight.decision.route != nullptr ? &flight.decision.route->config() : nullptr;
  const auto* backend =
      flight.backend != nullptr ? &worker.series.backend(*flight.backend) : nullptr;
  worker.recorder.record(record, worker.series.route(listener, route), backend);
  if (worker.access_log != nullptr &&
      worker.access_log->write(record) == telemetry::LogOutcome::kDropped) {
    worker.recorder.record_dropped_log_line();
  }
}

}  // namespace tidegate::proxy
