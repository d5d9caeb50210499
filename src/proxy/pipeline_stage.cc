#include "proxy/pipeline_stage.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "proxy/choose_route.h"
#include "proxy/forward.h"
#include "proxy/local_answers.h"
#include "proxy/payload.h"
#include "proxy/pipeline_outcome.h"
#include "proxy/processed_response.h"
#include "proxy/request_subject.h"
#include "proxy/route_decision.h"
#include "stream/memory_body.h"

namespace tidegate::proxy {

using pipeline::Outcome;
using pipeline::Phase;
using pipeline::Scope;
using pipeline::ScopeRun;

namespace {

async::Task<Result<void>> run_phase(Flight& flight, ScopeRun& run, Phase phase,
                                    RequestSubject& subject) {
  if (!run.start(phase, subject)) co_await run.finish();
  co_return conclude(flight, run.outcome());
}

async::Task<Result<void>> read_for_body_phase(Flight& flight, const pipeline::Chain& chain) {
  TIDEGATE_CO_TRY_VOID(read_model_call(flight));
  // Of encoded bytes processors would learn nothing, and pass what they are there to stop.
  TIDEGATE_CO_TRY_VOID(read_plain_payload(flight));
  const auto whole = flight.body().whole();
  if (whole && chain.may_wait() && flight.payload == nullptr) {
    flight.payload =
        std::make_unique<stream::MemoryBody>(std::string(*whole), flight.request_trailers.get());
  }
  co_return Result<void>();
}

// The request phases of one scope.
async::Task<Result<void>> process_request(Flight& flight, ScopeRun& run,
                                          RequestBefore* before = nullptr) {
  const pipeline::Chain& chain = run.chain();
  if (!chain.broken().empty()) co_return refuse_broken(flight, chain);
  if (chain.needs_model()) {
    TIDEGATE_CO_TRY_VOID(read_model_call(flight));
  }
  RequestSubject subject(flight, before);
  if (chain.has(Phase::kRequestHeaders)) {
    TIDEGATE_CO_TRY_VOID(run_phase(flight, run, Phase::kRequestHeaders, subject));
  }
  if (!subject.wanted_model().empty()) {
    TIDEGATE_CO_TRY_VOID(read_model_call(flight));
    subject.refresh(RequestSubject::Payload::kNone);
    if (auto set = subject.set_model(subject.wanted_model()); !set) co_return set;
  }
  const http::RequestHead& request = flight.exchange.request;
  const bool has_payload = !request.body.is_empty() && request.upgrade.empty();
  if (!has_payload || !chain.has(Phase::kRequestBody) ||
      run.outcome().kind == Outcome::Kind::kReroute) {
    co_return Result<void>();
  }
  TIDEGATE_CO_TRY_VOID(read_for_body_phase(flight, chain));
  subject.refresh(RequestSubject::Payload::kWhole);
  co_return co_await run_phase(flight, run, Phase::kRequestBody, subject);
}

// Goes to the routes again, with another model.
async::Task<Result<void>> follow_to_model(Flight& flight, std::string_view model) {
  TIDEGATE_CO_TRY_VOID(read_model_call(flight));
  RequestSubject subject(flight);
  if (auto set = subject.set_model(model); !set) co_return set;
  co_return co_await choose_route_by_payload(flight);
}

// The same with what the request is now.
async::Task<Result<void>> match_again(Flight& flight) {
  if (auto chosen = choose_route(flight); !chosen) co_return chosen;
  if (flight.decision.outcome != route::Outcome::kNeedsModel) co_return Result<void>();
  co_return co_await choose_route_by_payload(flight);
}

bool changes_replies(const ScopeRun* run) {
  if (run == nullptr) return false;
  const pipeline::Chain& chain = run->chain();
  return chain.has(Phase::kResponseHeaders) || chain.has(Phase::kResponseBody) ||
         chain.has(Phase::kStreamChunk);
}

// What processors shall read must come as it is.
void ask_for_plain_reply(Flight& flight, const pipeline::Chain& chain) {
  if (chain.has(Phase::kResponseBody) || chain.has(Phase::kStreamChunk))
    flight.exchange.request.fields.remove(http::HeaderId::kAcceptEncoding);
}

}  // namespace

async::Task<Result<void>> run_gateway_pipelines(Flight& flight) {
  if (flight.port.router == nullptr) co_return Result<void>();
  const auto listener = flight.port.router->find_listener(flight.exchange.request.authority);
  if (listener == route::Router::kNoListener) co_return Result<void>();
  const auto* chain =
      flight.snapshot->pipelines()->find(flight.port.http_listeners[listener]->pipelines);
  if (chain == nullptr) co_return Result<void>();
  PipelineState& state = pipeline_state(flight);
  state.gateway = std::make_unique<ScopeRun>(*chain, Scope::kGateway, state.run);
  ask_for_plain_reply(flight, *chain);
  co_return co_await process_request(flight, *state.gateway);
}

async::Task<Result<void>> forward_through_pipelines(Flight& flight) {
  const PipelineSet& set = *flight.snapshot->pipelines();
  const auto* chain = set.find(flight.rule().pipelines);
  while (chain != nullptr) {
    PipelineState& state = pipeline_state(flight);
    auto run = std::make_unique<ScopeRun>(*chain, Scope::kRoute, state.run);
    if (!state.left.empty()) run->take_over(*state.left.back());
    state.route = std::move(run);
    ask_for_plain_reply(flight, *chain);
    TIDEGATE_CO_TRY_VOID(process_request(flight, *state.route));
    const Outcome& outcome = state.route->outcome();
    if (outcome.kind != Outcome::Kind::kReroute) break;
    TIDEGATE_CO_TRY_VOID(outcome.model.empty() ? match_again(flight)
                                               : follow_to_model(flight, outcome.model));
    if (has_local_answer(flight)) co_return co_await answer_locally(flight);
    state.left.push_back(std::move(state.route));
    chain = set.find(flight.rule().pipelines);
  }
  const PipelineState* state = flight.pipelines.get();
  const bool processed = state != nullptr && (changes_replies(state->gateway.get()) ||
                                              changes_replies(state->route.get()));
  if (!processed && !set.has_any_for_backends()) co_return co_await forward(flight);
  exchange::ResponseWriter* const client = flight.exchange.response;
  ProcessedResponse response(flight, *client);
  flight.exchange.response = &response;
  auto forwarded = co_await forward(flight);
  flight.exchange.response = client;
  const bool ended = flight.pipelines != nullptr && flight.pipelines->ended_stream;
  if (!forwarded && ended) forwarded = Result<void>();
  co_return forwarded;
}

BackendPipelines::BackendPipelines(Flight& flight)
    : flight_(flight),
      place_(flight.backend->group == nullptr ? &PipelineState::backend : &PipelineState::group),
      fields_(flight.exchange.arena),
      trailers_(flight.exchange.arena) {
  if (const PipelineSet* set = flight.snapshot->pipelines()) chain_ = set->find(*flight.backend);
}

BackendPipelines::~BackendPipelines() {
  // The answer of another backend is none of these processors' business; a reply that one of them
  // made has yet to pass those in front of it.
  if (flight_.pipelines != nullptr && !flight_.pipelines->reply) {
    auto& run = (*flight_.pipelines).*place_;
    if (chain_ != nullptr && run != nullptr) flight_.pipelines->left.push_back(std::move(run));
  }
  if (!saved_) return;
  http::RequestHead& request = flight_.exchange.request;
  request.fields.assign(fields_);
  if (flight_.request_trailers != nullptr) flight_.request_trailers->assign(trailers_);
  flight_.model = model_;
  if (!before_.replaced) return;
  request.body = length_;
  flight_.facts = facts_;
  flight_.payload = std::move(before_.payload);
}

async::Task<Result<void>> BackendPipelines::run() {
  PipelineState& state = pipeline_state(flight_);
  auto& run = state.*place_;
  run = std::make_unique<ScopeRun>(*chain_, Scope::kBackend, state.run);
  if (chain_->has(Phase::kRequestBody)) {
    // What is read now stays; only what is changed after it is undone.
    TIDEGATE_CO_TRY_VOID(read_for_body_phase(flight_, *chain_));
  }
  const http::RequestHead& request = flight_.exchange.request;
  fields_.assign(request.fields);
  if (flight_.request_trailers != nullptr) trailers_.assign(*flight_.request_trailers);
  length_ = request.body;
  model_ = flight_.model;
  facts_ = flight_.facts;
  saved_ = true;
  ask_for_plain_reply(flight_, *chain_);
  co_return co_await process_request(flight_, *run, &before_);
}

}  // namespace tidegate::proxy
