#include "proxy/backend_call.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "coding/decoder.h"
#include "http/content.h"
#include "proxy/parent_loop.h"
#include "stream/decoded_body.h"

namespace tidegate::proxy {

using pipeline::CallAnswer;

namespace {

bool has_no_room(std::uint16_t status) { return status == 429 || status == 503; }

}  // namespace

void fill_call_head(const Flight& flight, const config::Backend& backend,
                    const pipeline::CallRequest& request, http::RequestHead& head) {
  head.method = request.method;
  head.scheme = backend.tls != nullptr ? "https" : "http";
  head.authority = backend.host;
  head.target = request.target;
  head.fields.add("user-agent", "tidegate");
  if (head.body != http::BodyLength::none()) head.fields.add("content-type", request.content_type);
  for (const auto& [name, value] : request.fields) head.fields.add(name, value);
  // A backend that leads to this gateway again must not go around for ever.
  for (const http::Field& field : flight.exchange.request.fields.fields()) {
    if (field.id == http::HeaderId::kCdnLoop) head.fields.add(field.name, field.value);
  }
  mark_hop(flight, ToParent::kYes, head.fields);
  if (backend.api_key) {
    const config::ApiKey& key = *backend.api_key;
    head.fields.set(key.header, flight.exchange.arena.concat({key.prefix, key.key.reveal()}));
  }
}

void count_health(WorkerContext& worker, upstream::BackendState& state, bool ejected) {
  const int circuits = state.take_circuit_change();
  if (!ejected && circuits == 0) return;
  const auto& series = worker.series.failover(*state.config());
  telemetry::MetricShard& shard = worker.recorder.shard();
  if (ejected) shard.add(series.ejections);
  shard.add(series.circuits_open, circuits);
}

BackendCall::BackendCall(Flight& flight, const std::shared_ptr<const config::Backend>& backend,
                         const pipeline::CallRequest& request, async::CancelScope& scope)
    : flight_(flight),
      backend_(backend),
      request_(request),
      scope_(scope),
      head_(flight.exchange.arena),
      body_(request.body) {
  fill_head();
  if (backend_->credentials != nullptr && backend_->credentials->are_injected()) {
    authorization_.emplace(flight.worker.credentials, *backend_, flight.exchange.arena);
  }
}

void BackendCall::fill_head() {
  const bool bodiless = request_.body.empty() && request_.method == "GET";
  head_.body = bodiless ? http::BodyLength::none() : http::BodyLength::known(request_.body.size());
  fill_call_head(flight_, *backend_, request_, head_);
}

async::Task<Result<CallAnswer>> BackendCall::run() {
  while (true) {
    auto answer = co_await try_once();
    const bool again = may_try_again(answer);
    if (again && body_.rewind()) continue;
    if (answer && has_no_room(answer->head.status)) {
      co_return fail(ErrorCode::kUnavailable, Origin::kUpstream,
                     fmt::format("{} has no room: {}", backend_->id, answer->head.status));
    }
    co_return answer;
  }
}

// Anew on a stale connection, elsewhere where nothing could be sent, with another key where one was
// refused. No processor is told of these.
bool BackendCall::may_try_again(const Result<CallAnswer>& answer) {
  if (answer) return authorization_ && authorization_->on_answer(answer->head);
  const Error& error = answer.error();
  if (scope_.requested() || error.origin != Origin::kUpstream) return false;
  // A question does no harm when it is asked twice, whatever its method.
  const bool stale = error.retry == Retry::kIfReused ||
                     (was_stale_ && (error.code == ErrorCode::kConnectionReset ||
                                     error.code == ErrorCode::kEndOfStream));
  if (stale && stale_left_) {
    stale_left_ = false;
    reuse_ = upstream::Reuse::kFreshOnly;
    return true;
  }
  if (error.retry != Retry::kSafe || !elsewhere_left_ || !has_elsewhere_) return false;
  elsewhere_left_ = false;
  return true;
}

async::Task<Result<CallAnswer>> BackendCall::try_once() {
  if (authorization_) {
    if (auto authorized = co_await authorization_->apply(head_, body_, scope_); !authorized) {
      co_return std::unexpected(std::move(authorized).error());
    }
  }
  const auto state = flight_.worker.upstreams.find(backend_, *flight_.snapshot);
  const SteadyTime started = flight_.exchange.reactor.now();
  if (auto resolved = co_await state->resolve(scope_); !resolved) {
    state->begin({});
    Result<CallAnswer> failed = std::unexpected(std::move(resolved).error());
    report(*state, {}, started, failed);
    co_return failed;
  }
  upstream::TryRequest wanted(flight_.exchange.arena, scope_);
  wanted.reuse = reuse_;
  wanted.in_group = true;
  wanted.avoid = avoid_;
  auto made = state->make_call(wanted);
  if (!made) co_return std::unexpected(std::move(made).error());
  const std::unique_ptr<upstream::Call> call = std::move(*made);
  has_elsewhere_ = state->has_several_endpoints();
  avoid_ = flight_.exchange.arena.copy(call->facts().endpoint);
  if (backend_->host.empty()) head_.authority = avoid_;
  state->begin(avoid_);
  auto answer = co_await exchange(*call);
  report(*state, avoid_, started, answer);
  co_await call->finish();
  co_return answer;
}

async::Task<Result<CallAnswer>> BackendCall::exchange(upstream::Call& call) {
  CallAnswer answer(flight_.exchange.arena);
  auto sent = co_await call.send(head_, body_, answer.head);
  was_stale_ = !sent && call.facts().reused;
  if (!sent) co_return std::unexpected(std::move(sent).error());
  // Of no use to anybody but for its head.
  if (has_no_room(answer.head.status)) co_return answer;
  if (!http::is_encoded(answer.head.fields)) {
    TIDEGATE_CO_TRY_VOID(read_body(call.body(), answer));
    co_return answer;
  }
  auto codings = coding::read_codings(answer.head.fields, Origin::kUpstream);
  if (!codings) co_return std::unexpected(std::move(codings).error());
  auto decoder = coding::make_decoder(*codings, {}, Origin::kUpstream);
  if (!decoder) co_return std::unexpected(std::move(decoder).error());
  stream::DecodedBody plain(call.body(), std::move(*decoder));
  coding::fit_fields(answer.head.fields);
  TIDEGATE_CO_TRY_VOID(read_body(plain, answer));
  co_return answer;
}

async::Task<Result<void>> BackendCall::read_body(stream::BodySource& body, CallAnswer& answer) {
  while (true) {
    TIDEGATE_CO_TRY(piece, body.next());
    if (piece.bytes.size() > request_.max_answer_bytes - answer.body.size()) {
      co_return fail(ErrorCode::kLimit, Origin::kUpstream,
                     fmt::format("an answer of more than {} bytes", request_.max_answer_bytes));
    }
    answer.body.append(piece.bytes);
    if (piece.end == stream::End::kYes) co_return Result<void>();
  }
}

// REQUIRES: state.begin().
void BackendCall::report(upstream::BackendState& state, std::string_view endpoint,
                         SteadyTime started, const Result<CallAnswer>& answer) {
  const async::Reactor& reactor = flight_.exchange.reactor;
  upstream::TryReport report;
  report.endpoint = endpoint;
  report.in_group = true;
  if (answer) {
    report.verdict = upstream::judge_status(answer->head.status);
    report.latency = std::chrono::duration_cast<std::chrono::microseconds>(reactor.now() - started);
    if (const auto after = answer->head.fields.find(http::HeaderId::kRetryAfter)) {
      report.retry_after = upstream::parse_retry_after(*after, reactor.clock().wall_now());
    }
  } else {
    report.verdict = upstream::judge_error(answer.error());
    report.of_connection = answer.error().retry == Retry::kSafe;
  }
  count_health(flight_.worker, state, state.finish(report));
}

}  // namespace tidegate::proxy
