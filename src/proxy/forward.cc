#include "proxy/forward.h"

#include <algorithm>
#include <utility>

#include "async/event.h"
#include "proxy/attempt.h"
#include "proxy/failover.h"
#include "proxy/local_answers.h"
#include "proxy/mirror.h"
#include "proxy/payload.h"
#include "proxy/pipeline_stage.h"
#include "proxy/side_reply.h"
#include "proxy/upstream_request.h"

namespace tidegate::proxy {
namespace {

// Whether the exchange may go there; a group decides by member.
bool is_allowed(const std::vector<std::string>* regions, const config::WeightedBackend& choice) {
  if (regions == nullptr || choice.backend == nullptr) return true;
  return choice.backend->group != nullptr || region_allowed(regions, choice.backend->region);
}

// Among the backends that the regions allow, by weight.
Result<const config::WeightedBackend*> choose_allowed(Flight& flight,
                                                      const std::vector<std::string>& regions) {
  std::uint64_t sum = 0;
  for (const auto& one : flight.rule().backends) {
    if (is_allowed(&regions, one)) sum += one.weight;
  }
  if (sum == 0) {
    return fail(ErrorCode::kForbidden, Origin::kDownstream,
                "no backend is in the regions that the policy allows");
  }
  std::uint64_t at = flight.worker.random.below(sum);
  for (const auto& one : flight.rule().backends) {
    if (!is_allowed(&regions, one)) continue;
    if (at < one.weight) return &one;
    at -= one.weight;
  }
  return fail(ErrorCode::kInternal, Origin::kInternal, "weights");
}

// The backend of a re-route, where the regions allow it.
Result<const config::WeightedBackend*> choose_rerouted(Flight& flight) {
  config::WeightedBackend& choice = flight.pipelines->rerouted;
  choice.backend = flight.pipelines->run.backend;
  if (is_allowed(flight.regions(), choice)) return &choice;
  return fail(ErrorCode::kForbidden, Origin::kDownstream,
              "the backend of a re-route is not in the regions that the policy allows");
}

Result<const config::WeightedBackend*> choose(Flight& flight) {
  if (flight.pipelines != nullptr && flight.pipelines->run.backend != nullptr) {
    return choose_rerouted(flight);
  }
  const auto* choice = route::choose_backend(*flight.decision.rule, flight.worker.random.next());
  if (choice != nullptr) {
    const auto* regions = flight.regions();
    if (regions != nullptr && !is_allowed(regions, *choice)) {
      TIDEGATE_TRY(allowed, choose_allowed(flight, *regions));
      choice = allowed;
    }
  }
  if (choice == nullptr || choice->backend == nullptr) {
    return fail(ErrorCode::kNoBackend, Origin::kUpstream, "backend reference does not resolve");
  }
  return choice;
}

// Whether another try may follow, and how it must connect.
struct Retries {
  // A request from another gateway is that gateway's to retry.
  explicit Retries(const Flight& flight)
      : rule(flight.rule()), left(rule.retry && flight.hops == 0 ? rule.retry->attempts : 0) {}
  const config::HttpRule& rule;
  std::uint32_t left;
  bool stale_left = true;      // the one retry for a pooled connection that was closed under us
  bool elsewhere_left = true;  // the one for an endpoint out of reach, where there is another
  upstream::Reuse reuse = upstream::Reuse::kAllowed;

  bool allow(const Flight& flight, const Attempt& attempt, const Error& error) {
    if (flight.exchange.cancel.requested() || error.origin != Origin::kUpstream) return false;
    if (error.retry == Retry::kIfReused && stale_left) {
      stale_left = false;
      reuse = upstream::Reuse::kFreshOnly;
      return true;
    }
    if (error.retry == Retry::kSafe && elsewhere_left && attempt.has_elsewhere()) {
      elsewhere_left = false;
      return true;
    }
    const bool retryable = error.retry != Retry::kNever || error.code == ErrorCode::kTimeout ||
                           error.code == ErrorCode::kConnectionReset ||
                           error.code == ErrorCode::kEndOfStream;
    return retryable && take();
  }
  bool allow(std::uint16_t status) const {
    return left > 0 && std::ranges::find(rule.retry->codes, status) != rule.retry->codes.end();
  }
  bool take() {
    if (left == 0) return false;
    --left;
    return true;
  }
};

async::Task<Result<void>> back_off(Flight& flight) {
  const auto& retry = flight.rule().retry;
  if (!retry || retry->backoff.count() <= 0) co_return Result<void>();
  async::Sleep sleep(flight.exchange.reactor, retry->backoff, &flight.exchange.cancel);
  const async::Outcome outcome = co_await sleep;
  if (outcome != async::Outcome::kCancelled) co_return Result<void>();
  co_return fail(ErrorCode::kCancelled, Origin::kDownstream, "between two tries");
}

}  // namespace

async::Task<Result<void>> forward(Flight& flight) {
  auto choice = choose(flight);
  if (!choice) co_return std::unexpected(std::move(choice).error());
  flight.backend = (*choice)->backend;
  if ((*choice)->filters != nullptr && (*choice)->filters->redirect) {
    co_return co_await redirect(flight, *(*choice)->filters->redirect);
  }
  const config::HttpRule& rule = flight.rule();
  const bool mirrored = has_mirrors(flight, **choice);
  if (credential::needs_whole_body(*flight.backend)) TIDEGATE_CO_TRY_VOID(read_payload(flight));
  if (rule.retry || mirrored) {
    TIDEGATE_CO_TRY(kept, keep_payload(flight));
    if (kept && mirrored) send_mirrors(flight, **choice);
  }
  BackendPipelines pipelines(flight);
  if (pipelines.any()) {
    TIDEGATE_CO_TRY_VOID(pipelines.run());
  }
  if ((*choice)->backend->group != nullptr) co_return co_await forward_to_group(flight, **choice);
  UpstreamRequest request(flight, **choice);
  if (auto made = request.make(); !made) co_return made;
  if (auto& estimate = request.estimate()) {
    co_return co_await send_estimate(flight, std::move(*estimate));
  }

  Retries retries(flight);
  while (true) {
    ++flight.attempts;
    Attempt attempt(flight, request, retries.reuse);
    auto answered = co_await attempt.run();
    // Other keys are not another endpoint: a try with them is no retry of the rule's.
    const bool rekeyed = answered && request.on_answer(attempt.response());
    const bool again =
        answered ? (rekeyed || retries.allow(attempt.response().status)) && request.body().rewind()
                 : retries.allow(flight, attempt, answered.error());
    if (!again) {
      Result<void> relayed = std::move(answered);
      if (relayed) relayed = co_await attempt.relay();
      co_await attempt.finish();
      co_return relayed;
    }
    if (answered && !rekeyed) retries.take();
    co_await attempt.finish();
    // Only now: an attempt that ends cancels what still reads the body.
    if (!request.body().rewind()) co_return answered;
    if (rekeyed) continue;
    TIDEGATE_CO_TRY_VOID(back_off(flight));
  }
}

}  // namespace tidegate::proxy
