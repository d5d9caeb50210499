#include "proxy/attempt.h"

#include <string>
#include <utility>

#include "async/event.h"
#include "coding/decoder.h"
#include "http/content.h"
#include "proxy/model_reply.h"
#include "proxy/provider_failure.h"
#include "proxy/pump.h"
#include "proxy/response_head.h"
#include "proxy/side_reply.h"
#include "proxy/translated_reply.h"
#include "stream/decoded_body.h"
#include "stream/memory_body.h"

namespace tidegate::proxy {
namespace {

bool is_stream(const http::ResponseHead& head) {
  const std::string_view type = http::media_type(head.fields);
  return http::iequals(type, "text/event-stream") ||
         http::iequals(type, "application/vnd.amazon.eventstream");
}

}  // namespace

Attempt::Attempt(Flight& flight, UpstreamRequest& request, upstream::Reuse reuse)
    : Attempt(flight, request, reuse, InGroup()) {}

Attempt::Attempt(Flight& flight, UpstreamRequest& request, upstream::Reuse reuse, InGroup group)
    : flight_(flight),
      request_(request),
      reuse_(reuse),
      scope_(flight.exchange.cancel),
      watch_(flight.exchange.reactor),
      group_(group),
      translated_(flight.crossing.has_value()),
      of_model_(flight.facts && flight.backend->ai),
      response_(flight.exchange.arena) {
  const auto time = flight.rule().backend_timeout;
  if (time && time->count() > 0) watch_.spawn(watch(*this, *time, timed_out_));
  if (!group_.may_switch) return;
  const auto first_token = group_.triggers->first_token_timeout;
  if (first_token.count() > 0) watch_.spawn(watch(*this, first_token, first_token_late_));
}

async::Task<void> Attempt::watch(Attempt& attempt, std::chrono::milliseconds time, bool& passed) {
  async::Sleep sleep(attempt.flight_.exchange.reactor, time, &attempt.watch_stopped_);
  const async::Outcome outcome = co_await sleep;
  if (outcome != async::Outcome::kTimeout) co_return;
  const bool of_beginning = &passed == &attempt.first_token_late_;
  if (of_beginning && (attempt.committed_ || attempt.first_output_)) co_return;
  passed = true;
  attempt.scope_.scope().request();
}

async::Task<Result<void>> Attempt::run() {
  auto sent = name_timeout(co_await send());
  if (sent) sent = undo_codings();
  if (watched_ == nullptr) co_return sent;
  if (!sent) {
    const Error& error = sent.error();
    const bool of_connection = error.retry == Retry::kSafe;
    report(first_token_late_ ? upstream::Verdict::kFailure : upstream::judge_error(error),
           of_connection);
  } else if (upstream::judge_status(response_.status) != upstream::Verdict::kSuccess) {
    report(upstream::judge_status(response_.status));
  }
  co_return sent;
}

async::Task<Result<void>> Attempt::send() {
  const auto backend = flight_.backend;  // a race of two tries moves it on while this one waits
  if (request_.needs_credentials()) {
    TIDEGATE_CO_TRY_VOID(request_.authorize(scope_.scope()));
  }
  const auto& state = flight_.worker.upstreams.find(backend, *flight_.snapshot);
  if (state->needs_resolution()) {
    const auto resolved = state;  // outlives a reload that forgets the backend
    if (auto found = co_await resolved->resolve(scope_.scope()); !found) {
      note_unresolved(*resolved, found.error());
      co_return found;
    }
    if (auto made = make_call(resolved); !made) co_return made;
  } else {
    if (auto made = make_call(state); !made) co_return made;
  }
  auto sent = co_await call_->send(request_.head(), request_.body(), response_);
  flight_.endpoint = flight_.exchange.arena.copy(call_->facts().endpoint);
  co_return sent;
}

// The codings of an answer that must be read here, though it was asked for as it is. What only
// processors would read, and nobody can decode, is theirs to refuse or to pass.
Result<void> Attempt::undo_codings() {
  if (!http::is_encoded(response_.fields)) return {};
  const PipelineState* pipelines = flight_.pipelines.get();
  if (!of_model_ && (pipelines == nullptr || !pipelines->must_see_reply())) return {};
  const std::string_view method = flight_.exchange.request.method;
  if (!http::response_has_body(method, response_.status) || response_.body.is_empty()) return {};
  // A part of what was encoded cannot be decoded.
  if (response_.status == 206 && !of_model_) return {};
  auto codings = coding::read_codings(response_.fields, Origin::kUpstream);
  if (!codings && !of_model_) return {};
  if (!codings) return std::unexpected(std::move(codings).error());
  TIDEGATE_TRY(decoder, coding::make_decoder(*codings, {}, Origin::kUpstream));
  decoded_ = std::make_unique<stream::DecodedBody>(call_->body(), std::move(decoder));
  coding::fit_fields(response_.fields);
  response_.body = http::BodyLength::chunked();
  return {};
}

// What ended because this try's time was over says so.
Result<void> Attempt::name_timeout(Result<void> result) const {
  if (result || !timed_out_ || result.error().origin == Origin::kDownstream) return result;
  return fail(ErrorCode::kTimeout, Origin::kUpstream, "backend timeout of the rule");
}

Result<void> Attempt::make_call(const std::shared_ptr<upstream::BackendState>& state) {
  upstream::TryRequest wanted(flight_.exchange.arena, scope_.scope());
  wanted.reuse = reuse_;
  wanted.in_group = group_.triggers != nullptr;
  wanted.avoid = flight_.endpoint;
  TIDEGATE_TRY(call, state->make_call(wanted));
  call_ = std::move(call);
  elsewhere_ = state->has_several_endpoints();
  if (group_.triggers == nullptr && !state->is_watched()) return {};
  watched_ = state;
  watched_->begin(call_->facts().endpoint);
  started_ = flight_.exchange.reactor.now();
  return {};
}

std::string Attempt::take_here(std::size_t limit) {
  std::string taken;
  while (taken.size() < limit) {
    const auto here = body().next_now();
    if (!here) break;
    taken.append(here->bytes);
    if (here->end == stream::End::kYes) break;
  }
  return taken;
}

async::Task<Result<void>> Attempt::relay() {
  committed_ = true;
  auto relayed = name_timeout(co_await pass_on());
  if (watched_ != nullptr) {
    // What a processor does with an answer says nothing of the backend.
    const PipelineState* state = flight_.pipelines.get();
    const bool processed =
        state != nullptr && (state->refusal || state->reply || state->ended_stream);
    report(relayed || processed ? upstream::Verdict::kSuccess
                                : upstream::judge_error(relayed.error()));
  }
  co_return relayed;
}

async::Task<Result<void>> Attempt::pass_on() {
  flight_.status = response_.status;
  flight_.first_byte = std::chrono::duration_cast<std::chrono::microseconds>(
      flight_.exchange.reactor.clock().steady_now() - flight_.exchange.started);
  if (response_.status == 101) {
    if (!request_.is_answered_by(response_)) {
      co_return fail(ErrorCode::kMalformed, Origin::kUpstream, "wrong Sec-WebSocket-Accept");
    }
    flight_.exchange.response->start(response_);
    co_return co_await relay_tunnel(flight_, *call_);
  }
  const http::RequestHead& request = flight_.exchange.request;
  if (!request.upgrade.empty() && request.version == http::Version::kHttp2 &&
      response_.status < 300) {
    // Any 2xx would tell an HTTP/2 client that its tunnel is open.
    co_return fail(ErrorCode::kUnsupported, Origin::kUpstream, "the upstream does not upgrade");
  }
  make_response_head(flight_, request_.choice(), response_);
  if (flight_.side_call) {
    co_return co_await relay_side_reply(flight_, response_, body());
  }
  if (flight_.crossing) {
    co_return co_await relay_translated_reply(flight_, response_, body());
  }
  if (flight_.facts && flight_.backend->ai) {
    if (decoded_ != nullptr && !is_stream(response_)) co_return co_await relay_decoded();
    co_return co_await relay_model_reply(flight_, response_, body());
  }
  flight_.exchange.response->start(response_);
  co_return co_await relay_body(flight_, body());
}

// A whole reply of a model is decoded before any of it goes out, so that one that cannot be is an
// error with a status.
async::Task<Result<void>> Attempt::relay_decoded() {
  TIDEGATE_CO_TRY(text, read_rest(body(), std::string()));
  response_.body = http::BodyLength::known(text.size());
  stream::MemoryBody whole(std::move(text));
  co_return co_await relay_model_reply(flight_, response_, whole);
}

async::Task<void> Attempt::finish() {
  report(upstream::Verdict::kSilent);
  if (call_ != nullptr && !call_->finish_now()) co_await call_->finish();
  if (watch_.size() != 0) {
    watch_stopped_.request();
    co_await watch_.drain();
  }
}

}  // namespace tidegate::proxy
