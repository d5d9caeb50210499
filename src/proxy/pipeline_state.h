// What payload pipelines leave in a flight.   Thread: the worker's.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "config/backend.h"
#include "exchange/exchange.h"
#include "pipeline/caller.h"
#include "pipeline/scope_run.h"
#include "stream/body.h"

namespace tidegate::proxy {

class ProcessedResponse;

// The payload of a request before a processor replaced it.
struct RequestBefore {
  bool replaced = false;
  std::unique_ptr<stream::BodySource> payload;  // null: the client's own body
};

struct PipelineState {
  PipelineState(exchange::Exchange& exchange, std::unique_ptr<pipeline::Caller> c)
      : caller(std::move(c)), run(exchange.arena, exchange.reactor, exchange.cancel, *caller) {}

  const std::unique_ptr<pipeline::Caller> caller;
  pipeline::ExchangeRun run;
  std::unique_ptr<pipeline::ScopeRun> gateway;
  std::unique_ptr<pipeline::ScopeRun> route;
  std::unique_ptr<pipeline::ScopeRun> group;    // of a Group that the backend was chosen from
  std::unique_ptr<pipeline::ScopeRun> backend;  // of the one that is tried
  std::vector<std::unique_ptr<pipeline::ScopeRun>> left;  // of a route or backend before those
  config::WeightedBackend rerouted;                       // set: the backend of a re-route

  // Whether a processor must see the payload of the answer.
  bool must_see_reply() const {
    using pipeline::Phase;
    const std::initializer_list<const pipeline::ScopeRun*> scopes = {gateway.get(), route.get(),
                                                                     group.get(), backend.get()};
    return std::ranges::any_of(scopes, [](const pipeline::ScopeRun* scope) {
      return scope != nullptr && (scope->chain().must_see(Phase::kResponseBody) ||
                                  scope->chain().must_see(Phase::kStreamChunk));
    });
  }

  // How the exchange ends, once a processor has decided it.
  std::optional<pipeline::Reply> reply;
  std::optional<pipeline::Refusal> refusal;
  ProcessedResponse* stream = nullptr;  // the one that events pass; null: none does
  bool ended_stream = false;  // the client has the end of its stream, the upstream may go on
};

}  // namespace tidegate::proxy
