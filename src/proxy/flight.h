// What the proxy knows of one exchange while it is on its way; the steps in handle.cc fill it in
// order. Lives in handle()'s frame.   Thread: the worker's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/micro_usd.h"
#include "exchange/exchange.h"
#include "llm/error_body.h"
#include "llm/request_facts.h"
#include "llm/side/side_call.h"
#include "llm/transcode.h"
#include "llm/usage.h"
#include "proxy/pipeline_state.h"
#include "proxy/snapshot.h"
#include "proxy/worker_context.h"
#include "route/router.h"
#include "stream/body.h"
#include "telemetry/access_record.h"

namespace tidegate::proxy {

struct Flight {
  Flight(exchange::Exchange& e, std::shared_ptr<const Snapshot> s, const Port& p, WorkerContext& w)
      : exchange(e), snapshot(std::move(s)), port(p), worker(w) {}
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  // The request body as it will be sent: the payload that was read or edited, else the client's
  // stream.
  stream::BodySource& body() { return payload != nullptr ? *payload : *exchange.body; }
  const config::HttpRule& rule() const { return *decision.rule->config; }

  // Of the rule; empty ones when it has none.
  const config::Filters& filters() const {
    static const config::Filters kNone;
    return rule().filters != nullptr ? *rule().filters : kNone;
  }

  // The regions that this exchange is locked to: of the rule, else of the listener; null: none.
  // REQUIRES: a route was found.
  const std::vector<std::string>* regions() const {
    if (rule().regions != nullptr) return rule().regions.get();
    return port.http_listeners[decision.listener]->regions.get();
  }

  exchange::Exchange& exchange;
  const std::shared_ptr<const Snapshot> snapshot;
  const Port& port;
  WorkerContext& worker;

  // choose_route
  route::Decision decision;
  std::optional<llm::Call> call;           // the payload was looked at: errors take this dialect
  std::optional<llm::RequestFacts> facts;  // its ranges are offsets into body().whole()
  std::string_view model;                  // lives in the arena
  std::unique_ptr<stream::BodySource> payload;
  std::unique_ptr<http::HeaderMap> request_trailers;  // of a payload that was read; null: none
  // prepare: gateways that the request has passed. Any: the first of them does the retries.
  std::uint32_t hops = 0;
  std::uint64_t bytes_in = 0;  // of an upgraded connection

  std::unique_ptr<PipelineState> pipelines;  // null: none ran

  // forward
  std::shared_ptr<const config::Backend> backend;
  std::string_view upstream_model;
  std::string_view endpoint;  // of the last try; lives in the arena
  std::uint32_t attempts = 0;
  std::vector<telemetry::TryRecord> tries;   // of a group; texts live in the arena or the snapshot
  bool hide_usage = false;                   // the gateway asked for usage, the client did not
  std::optional<llm::Crossing> crossing;     // the provider speaks another format than the caller
  std::unique_ptr<llm::SideCall> side_call;  // the same of what is no conversation
  std::string translation_loss;              // what could not cross; empty: nothing
  std::optional<llm::Usage> usage;
  const llm::Price* price = nullptr;  // of the model at that backend; null: not known
  MicroUsd billed;                    // of tries whose answers the client did not get
  std::optional<std::chrono::microseconds> first_token;
  bool served_from_kept = false;      // a processor had kept the reply: no provider bills it
  std::optional<llm::Usage> avoided;  // what it took when it was made

  // response
  std::unique_ptr<llm::StreamTranscoder> transcoder;   // of a translated stream
  std::optional<llm::StreamPosition> stream_position;  // set while a model stream is relayed
  std::uint16_t status = 0;
  std::uint64_t bytes_out = 0;
  std::optional<std::chrono::microseconds> first_byte;
  std::optional<Error> error;
  telemetry::Termination termination = telemetry::Termination::kComplete;
  std::string_view request_id;
};

}  // namespace tidegate::proxy
