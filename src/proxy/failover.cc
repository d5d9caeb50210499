#include "proxy/failover.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "async/event.h"
#include "async/task_group.h"
#include "base/limits.h"
#include "proxy/attempt.h"
#include "proxy/billed_try.h"
#include "proxy/earlier_failure.h"
#include "proxy/payload.h"
#include "proxy/pipeline_stage.h"
#include "proxy/side_reply.h"
#include "proxy/sticky.h"
#include "proxy/upstream_request.h"

namespace tidegate::proxy {
namespace {

// What asking a member came to.
struct Judged {
  Judged(Result<void> a, TryOutcome o) : answered(std::move(a)), outcome(o) {}
  Result<void> answered;
  TryOutcome outcome;
};

async::Task<Judged> ask(Attempt& attempt) {
  auto answered = co_await attempt.run();
  TryOutcome outcome = TryOutcome::kSuccess;
  if (answered) {
    auto judged = co_await attempt.judge();
    if (judged) {
      outcome = *judged;
    } else {
      answered = std::unexpected(std::move(judged).error());
    }
  }
  if (!answered) outcome = attempt.outcome_of(answered.error());
  co_return Judged(std::move(answered), outcome);
}

class Failover {
 public:
  Failover(Flight& flight, const config::WeightedBackend& choice)
      : flight_(flight),
        choice_(choice),
        group_backend_(choice.backend),
        group_(*choice.backend->group),
        session_(find_session(flight, *choice.backend)),
        order_(group_, order_request()),
        replayable_(flight.exchange.request.body.is_empty() || flight.body().whole()),
        load_of_([this](const config::GroupMember& member) { return load(member); }) {}

  async::Task<Result<void>> run() {
    note_request();
    const config::GroupMember* member = order_.next(load_of_, flight_.worker.random);
    if (member == nullptr) co_return nobody();
    Result<void> last;
    while (member != nullptr) {
      bool again = false;
      last = co_await try_at(*member, again);
      if (!again || !flight_.body().rewind()) break;
      member = order_.next(load_of_, flight_.worker.random);
      if (member == nullptr && last) {
        co_return fail(ErrorCode::kUnavailable, Origin::kUpstream, "no member is left");
      }
    }
    // That the last one cannot be asked is not why the request failed.
    if (!last && unmade_ && earlier_) co_return co_await earlier_->tell(flight_, choice_);
    co_return last;
  }

 private:
  MemberOrder::Request order_request() const {
    return {.model = flight_.model,
            .fields = flight_.exchange.request.fields,
            .regions = flight_.regions(),
            .pinned = session_.pinned,
            .preferred = session_.preferred};
  }

  upstream::GroupState& state() { return flight_.worker.upstreams.group(group_backend_->id); }
  SteadyTime now() const { return flight_.exchange.reactor.now(); }
  void note_request() {
    state().retries.note_request(now());
    state().hedges.note_request(now());
  }

  MemberLoad load(const config::GroupMember& member) const {
    const auto& its = flight_.worker.upstreams.find(member.backend, *flight_.snapshot);
    return {.available = its->available(),
            .active_requests = its->active_requests(),
            .latency = its->latency(),
            .price = price_of(member)};
  }

  // Of a million tokens in and as many out; 0: not known, or not asked for.
  std::uint64_t price_of(const config::GroupMember& member) const {
    if (group_.balance != config::Balance::kLowestCost || !member.backend->ai) return 0;
    const config::Ai& ai = *member.backend->ai;
    const config::Model* listed = find_listed(ai, flight_.model);
    const llm::Price* price =
        flight_.snapshot->prices().find(ai, listed, upstream_name(listed, flight_.model));
    return price == nullptr ? 0 : price->rates.input + price->rates.output;
  }

  Result<void> nobody() const {
    if (order_.all_locked_out()) {
      return fail(ErrorCode::kForbidden, Origin::kDownstream,
                  "no backend is in the regions that the policy allows");
    }
    if (!order_.has_candidates()) {
      return fail(ErrorCode::kNoBackend, Origin::kUpstream, "no member takes such a request");
    }
    return fail(ErrorCode::kUnavailable, Origin::kUpstream, "no member is available");
  }

  std::uint32_t max_tries() const {
    return group_.max_tries != 0 ? group_.max_tries
                                 : static_cast<std::uint32_t>(group_.members.size());
  }

  // Whether the next member may be asked if this one fails: there is one, and the payload can be
  // sent again.
  bool may_switch() const {
    return replayable_ && tries_ < max_tries() && order_.has_more(load_of_);
  }

  bool take_from_budget() {
    if (state().retries.take(group_.budget.ratio, group_.budget.min_per_second, now())) return true;
    count().add(series(*group_backend_).budget_exhausted);
    return false;
  }

  telemetry::MetricShard& count() const { return flight_.worker.recorder.shard(); }
  const telemetry::FailoverSeries& series(const config::Backend& backend) const {
    return flight_.worker.series.failover(backend);
  }

  void note(const config::GroupMember& member, TryOutcome outcome, const Attempt& attempt) {
    const bool by_status = outcome == TryOutcome::kStatus || outcome == TryOutcome::kSuccess;
    Arena& arena = flight_.exchange.arena;
    add_record(member, outcome, arena.copy(attempt.endpoint()),
               by_status ? arena.copy(fmt::format_int(attempt.response().status).str())
                         : telemetry::to_string(outcome));
  }
  // The try's answer is not the client's.
  void note_billed(const Attempt& attempt, const std::optional<llm::Crossing>& crossing,
                   const llm::Price* price) {
    if (!flight_.facts || !flight_.facts->stream || attempt.response().status != 200) return;
    flight_.billed += cost_of_beginning(*flight_.call, crossing, price, attempt.beginning());
  }
  // The member cannot be asked this at all.
  void note_unmade(const config::GroupMember& member) {
    unmade_ = true;
    add_record(member, TryOutcome::kUnavailable, {},
               telemetry::to_string(TryOutcome::kUnavailable));
  }
  void add_record(const config::GroupMember& member, TryOutcome outcome, std::string_view endpoint,
                  std::string_view text) {
    const auto variant = static_cast<std::size_t>(outcome);
    count().add(series(*member.backend).tries.variant(variant));
    telemetry::TryRecord record;
    record.backend = member.backend->id;
    record.endpoint = endpoint;
    record.region = member.region;
    record.outcome = text;
    flight_.tries.push_back(record);
  }

  // One try, and once more where a pooled connection was closed under it or an address cannot be
  // reached while there are others. `again`: the next member shall be asked.
  async::Task<Result<void>> try_at(const config::GroupMember& member, bool& again) {
    // Two tries at the same time cannot each change the request in their own way.
    const PipelineSet* processed = flight_.snapshot->pipelines();
    // A count may have no try at all.
    const bool counts = flight_.call && flight_.call->operation == llm::Operation::kCountTokens;
    const bool one_by_one = counts || (processed != nullptr && processed->has_any_for_backends());
    if (group_.hedge && flight_.facts && tries_ == 0 && !one_by_one && may_switch()) {
      co_return co_await race(member, again);
    }
    begin_try(member);
    BackendPipelines pipelines(flight_);
    if (pipelines.any()) {
      TIDEGATE_CO_TRY_VOID(pipelines.run());
    }
    upstream::Reuse reuse = upstream::Reuse::kAllowed;
    bool elsewhere = true;
    while (true) {
      ++flight_.attempts;
      UpstreamRequest request(flight_, choice_);
      if (auto made = request.make(); !made) {
        note_unmade(member);
        again = may_switch();
        co_return made;
      }
      if (auto& estimate = request.estimate()) {
        --flight_.attempts;
        co_return co_await send_estimate(flight_, std::move(*estimate));
      }
      Attempt attempt(flight_, request, reuse, in_group());
      Judged judged = co_await ask(attempt);
      if (judged.answered && replayable_ && request.on_answer(attempt.response())) {
        // Other keys of the same member come before another member.
        co_await attempt.finish();
        if (!flight_.body().rewind()) co_return judged.answered;
        continue;
      }
      if (!judged.answered && !flight_.exchange.cancel.requested()) {
        const Error& error = judged.answered.error();
        const bool stale = error.retry == Retry::kIfReused && reuse == upstream::Reuse::kAllowed;
        const bool other = error.retry == Retry::kSafe && elsewhere && attempt.has_elsewhere();
        if (stale || other) {
          co_await attempt.finish();
          if (!flight_.body().rewind()) co_return judged.answered;
          if (stale) reuse = upstream::Reuse::kFreshOnly;
          if (other) elsewhere = false;
          continue;
        }
      }
      co_return co_await conclude(member, attempt, std::move(judged), again);
    }
  }

  void begin_try(const config::GroupMember& member) {
    flight_.backend = member.backend;
    flight_.endpoint = {};
    flight_.hide_usage = false;
    flight_.price = nullptr;
    flight_.crossing.reset();
    flight_.side_call.reset();
    flight_.translation_loss.clear();
    ++tries_;
  }
  Attempt::InGroup in_group() const {
    return {.triggers = &group_.triggers,
            .may_switch = may_switch(),
            .keep_beginning = creates_state(flight_, session_)};
  }

  // One of two tries that are under way at the same time.
  struct Side {
    Side(Failover& f, const config::GroupMember& m)
        : failover(f), member(m), request(f.flight_, f.choice_) {}

    Result<void> start(async::TaskGroup& runs, async::Event& changed) {
      Flight& flight = failover.flight_;
      failover.begin_try(member);
      ++flight.attempts;
      TIDEGATE_TRY_VOID(request.make());
      request.keep_own_body();
      upstream_model = flight.upstream_model;
      hide_usage = flight.hide_usage;
      price = flight.price;
      crossing = flight.crossing;
      side_call = std::move(flight.side_call);
      translation_loss = flight.translation_loss;
      attempt.emplace(flight, request, upstream::Reuse::kAllowed, failover.in_group());
      runs.spawn(run(*this, changed));  // reads flight.backend before its first wait
      return {};
    }
    static async::Task<void> run(Side& side, async::Event& changed) {
      while (true) {
        Judged judged = co_await ask(*side.attempt);
        // Other keys of the same member come before another member.
        const bool rekeyed =
            !side.cancelled && judged.answered && side.request.on_answer(side.attempt->response());
        if (!rekeyed) {
          side.judged.emplace(std::move(judged));
          changed.set();
          co_return;
        }
        co_await side.attempt->finish();
        side.try_again();
      }
    }
    void try_again() {
      Flight& flight = failover.flight_;
      [[maybe_unused]] const bool rewound = request.body().rewind();  // it is in memory
      ++flight.attempts;
      flight.backend = member.backend;  // both are read before the try's first wait
      flight.crossing = crossing;
      attempt.emplace(flight, request, upstream::Reuse::kAllowed, failover.in_group());
      if (cancelled) attempt->cancel();
    }
    void cancel() {
      cancelled = true;
      attempt->cancel();
    }
    bool has_answer() const { return judged && !failover.wants_next(judged->outcome); }
    // Makes the flight that of this side.
    void adopt() {
      Flight& flight = failover.flight_;
      flight.backend = member.backend;
      flight.upstream_model = upstream_model;
      flight.hide_usage = hide_usage;
      flight.price = price;
      flight.crossing = crossing;
      flight.side_call = std::move(side_call);
      flight.translation_loss = translation_loss;
      flight.endpoint = flight.exchange.arena.copy(attempt->endpoint());
    }

    Failover& failover;
    const config::GroupMember& member;
    UpstreamRequest request;
    std::optional<Attempt> attempt;
    std::optional<Judged> judged;
    bool cancelled = false;
    std::string_view upstream_model;
    bool hide_usage = false;
    const llm::Price* price = nullptr;
    std::optional<llm::Crossing> crossing;
    std::unique_ptr<llm::SideCall> side_call;
    std::string translation_loss;
  };

  // What the try came to: the next member, or its answer to the client.
  async::Task<Result<void>> conclude(const config::GroupMember& member, Attempt& attempt,
                                     Judged judged, bool& again) {
    unmade_ = false;
    again = wants_next(judged.outcome) && may_switch() && take_from_budget();
    note(member, judged.outcome, attempt);
    if (again) {
      note_billed(attempt, flight_.crossing, flight_.price);
      earlier_.emplace(flight_, attempt, judged.answered);
    }
    if (!again && judged.answered) {
      const bool creates = creates_state(flight_, session_);
      remember_session(flight_, session_, *member.backend,
                       creates ? attempt.beginning() : std::string_view());
      judged.answered = co_await attempt.relay();
    }
    co_await attempt.finish();
    co_return judged.answered;
  }

  // Two members side by side: the second is asked when the first is slow, and the first one that
  // answers serves the client.
  async::Task<Result<void>> race(const config::GroupMember& member, bool& again) {
    async::Reactor& reactor = flight_.exchange.reactor;
    async::TaskGroup runs(reactor);
    async::Event changed(reactor);
    Side first(*this, member);
    if (auto made = first.start(runs, changed); !made) {
      note_unmade(member);
      again = may_switch();
      co_return made;
    }
    [[maybe_unused]] auto waited = co_await changed.wait(reactor.timeouts(group_.hedge->delay));
    std::optional<Side> second;
    if (!first.judged) co_await hedge(runs, changed, first, second);
    const bool second_wins = second && second->has_answer() && !first.has_answer();
    Side& winner = second_wins ? *second : first;
    Side* loser = !second ? nullptr : second_wins ? &first : &*second;
    if (loser != nullptr && !loser->judged) loser->cancel();
    co_await runs.drain();
    if (loser != nullptr) {
      // A reply that came too late is none that failed.
      const bool late = loser->has_answer() || !wants_next(loser->judged->outcome);
      note(loser->member, late ? TryOutcome::kCancelled : loser->judged->outcome, *loser->attempt);
      note_billed(*loser->attempt, loser->crossing, loser->price);
      co_await loser->attempt->finish();
    }
    winner.adopt();
    co_return co_await conclude(winner.member, *winner.attempt, std::move(*winner.judged), again);
  }

  // Starts the second side, if the budget and the members allow, and waits until one has answered
  // or both have failed.
  async::Task<void> hedge(async::TaskGroup& runs, async::Event& changed, const Side& first,
                          std::optional<Side>& second) {
    const SteadyTime at = now();
    const bool allowed = may_switch() && state().hedges.take(group_.hedge->budget_ratio, 0, at);
    const config::GroupMember* other =
        allowed ? order_.next(load_of_, flight_.worker.random) : nullptr;
    if (other != nullptr) {
      second.emplace(*this, *other);
      if (second->start(runs, changed)) {
        count().add(series(*group_backend_).hedges);
      } else {
        note_unmade(*other);
        second.reset();
      }
    }
    while (!first.has_answer() && !(second && second->has_answer())) {
      if (first.judged && (!second || second->judged)) co_return;
      [[maybe_unused]] auto waited = co_await changed.wait();
    }
  }

  bool wants_next(TryOutcome outcome) const {
    if (flight_.exchange.cancel.requested()) return false;
    switch (outcome) {
      case TryOutcome::kSuccess:
      case TryOutcome::kCancelled:
        return false;
      case TryOutcome::kTimeout:
        return group_.triggers.timeouts;
      default:
        return true;
    }
  }

  Flight& flight_;
  const config::WeightedBackend& choice_;
  const std::shared_ptr<const config::Backend> group_backend_;
  const config::Group& group_;
  const Session session_;
  MemberOrder order_;
  const bool replayable_;  // the payload is here
  const LoadOf load_of_;
  std::uint32_t tries_ = 0;
  bool unmade_ = false;  // the last member could not be asked this
  std::optional<EarlierFailure> earlier_;
};

}  // namespace

async::Task<Result<void>> forward_to_group(Flight& flight, const config::WeightedBackend& choice) {
  // A payload that is too large to keep goes to one member only.
  if (auto kept = co_await keep_payload(flight); !kept) co_return std::unexpected(kept.error());
  Failover failover(flight, choice);
  co_return co_await failover.run();
}

std::shared_ptr<const config::Backend> member_for_copy(const config::Group& group,
                                                       const std::vector<std::string>* regions) {
  for (const config::GroupMember& member : group.members) {
    if (region_allowed(regions, member.region)) return member.backend;
  }
  return nullptr;
}

}  // namespace tidegate::proxy
