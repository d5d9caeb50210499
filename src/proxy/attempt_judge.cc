// The part of Attempt that looks at the answer of a group's member before the client gets any of
// it: is there a reason to ask the next one?
#include <algorithm>
#include <utility>

#include "async/event.h"
#include "http/content.h"
#include "proxy/attempt.h"

namespace tidegate::proxy {
namespace {

using upstream::Verdict;

// A page of a proxy or a load balancer on the way; no model answers in HTML.
bool is_page(const http::ResponseHead& head) {
  return http::iequals(http::media_type(head.fields), "text/html");
}

llm::ReplyBeginning::Shape shape_of(const http::ResponseHead& head, bool translated) {
  const std::string_view name = http::media_type(head.fields);
  if (http::iequals(name, "text/event-stream")) return llm::ReplyBeginning::Shape::kEvents;
  if (http::iequals(name, "application/vnd.amazon.eventstream")) {
    return llm::ReplyBeginning::Shape::kBinaryEvents;
  }
  return translated ? llm::ReplyBeginning::Shape::kDocument : llm::ReplyBeginning::Shape::kWhole;
}

// A refusal that may be about the prompt rather than the caller.
bool may_be_of_prompt(std::uint16_t status) {
  return status == 400 || status == 403 || status == 413 || status == 422;
}

// A whole reply shows within its first bytes whether it is an error.
constexpr std::size_t kTellingBytes = 32;
// And within these what it is called.
constexpr std::size_t kBeginningBytes = 4096;

}  // namespace

async::Task<Result<TryOutcome>> Attempt::judge() {
  const config::Triggers& triggers = *group_.triggers;
  if (std::ranges::find(triggers.statuses, response_.status) != triggers.statuses.end()) {
    co_return TryOutcome::kStatus;
  }
  // The last member is looked at too: what it came to is told in the head.
  if (!flight_.facts && !group_.keep_beginning) co_return TryOutcome::kSuccess;
  if (may_be_of_prompt(response_.status) && group_.may_switch &&
      (triggers.context_window_exceeded || triggers.content_policy)) {
    co_return co_await judge_refusal();
  }
  if (response_.status != 200) co_return TryOutcome::kSuccess;
  auto judged = co_await judge_start();
  if (judged && (*judged == TryOutcome::kStreamError)) report(Verdict::kFailure);
  if (!judged) {
    const bool ours = first_token_late_ || slow_ || timed_out_;
    report(ours ? Verdict::kFailure : upstream::judge_error(judged.error()));
  }
  co_return judged;
}

async::Task<Result<TryOutcome>> Attempt::judge_refusal() {
  held_.emplace(plain_body(), llm::ReplyBeginning::Shape::kWhole);
  while (held_->may_take()) {
    auto taken = co_await held_->take();
    if (!taken) co_return std::unexpected(std::move(taken).error());
  }
  const auto type = response_.fields.find(http::HeaderId::kContentType).value_or("");
  switch (llm::read_refusal(response_.status, type, held_->held())) {
    case llm::Refusal::kContextWindow:
      if (group_.triggers->context_window_exceeded) co_return TryOutcome::kContextWindow;
      break;
    case llm::Refusal::kContentPolicy:
      if (group_.triggers->content_policy) co_return TryOutcome::kContentPolicy;
      break;
    case llm::Refusal::kOther:
      break;
  }
  co_return TryOutcome::kSuccess;
}

// Whether output may go out: at once, or when its pace was watched for long enough.
bool Attempt::is_committed(llm::ReplyKind kind) {
  if (kind != llm::ReplyKind::kOutput) return false;
  const config::Triggers& triggers = *group_.triggers;
  const SteadyTime now = flight_.exchange.reactor.now();
  if (!first_output_) {
    first_output_ = now;
    const bool paced = group_.may_switch && triggers.min_tokens_per_second > 0 && held_->may_take();
    if (!paced) return true;
    watch_.spawn(watch_throughput(*this));
  }
  return !held_->may_take() || now - *first_output_ >= triggers.throughput_window;
}

async::Task<void> Attempt::watch_throughput(Attempt& attempt) {
  const config::Triggers& triggers = *attempt.group_.triggers;
  async::Sleep sleep(attempt.flight_.exchange.reactor, triggers.throughput_window,
                     &attempt.watch_stopped_);
  const async::Outcome outcome = co_await sleep;
  if (outcome != async::Outcome::kTimeout || attempt.committed_) co_return;
  const double seconds = std::chrono::duration<double>(triggers.throughput_window).count();
  if (attempt.held_->outputs() >= triggers.min_tokens_per_second * seconds) co_return;
  attempt.slow_ = true;
  attempt.scope_.scope().request();
}

// How much of a whole reply is kept back. What is translated goes out when all of it is here.
std::size_t Attempt::telling_bytes() const {
  if (!held_->is_whole() || translated_) return llm::ReplyBeginning::kMaxHeldBytes;
  return group_.keep_beginning ? kBeginningBytes : kTellingBytes;
}

async::Task<Result<TryOutcome>> Attempt::judge_start() {
  const config::Triggers& triggers = *group_.triggers;
  if (triggers.stream_errors && is_page(response_)) co_return TryOutcome::kStreamError;
  held_.emplace(plain_body(), shape_of(response_, translated_));
  while (held_->may_take()) {
    auto taken = co_await held_->take();
    if (!taken) co_return std::unexpected(std::move(taken).error());
    if (*taken == llm::ReplyKind::kError) {
      co_return triggers.stream_errors ? TryOutcome::kStreamError : TryOutcome::kSuccess;
    }
    if (*taken == llm::ReplyKind::kContentPolicy) {
      co_return triggers.content_policy ? TryOutcome::kContentPolicy : TryOutcome::kSuccess;
    }
    if (is_committed(*taken)) break;
    if (!triggers.content_policy && held_->held().size() >= telling_bytes()) break;
  }
  committed_ = true;
  co_return TryOutcome::kSuccess;
}

TryOutcome Attempt::outcome_of(const Error& error) const {
  if (error.origin == Origin::kDownstream) return TryOutcome::kCancelled;
  if (first_token_late_) return TryOutcome::kFirstTokenTimeout;
  if (slow_) return TryOutcome::kSlow;
  switch (error.code) {
    case ErrorCode::kConnectionRefused:
    case ErrorCode::kConnectFailed:
      return TryOutcome::kConnect;
    case ErrorCode::kTlsFailure:
      return TryOutcome::kTls;
    case ErrorCode::kDnsFailure:
      return TryOutcome::kDns;
    case ErrorCode::kTimeout:
      return error.retry == Retry::kSafe ? TryOutcome::kConnect : TryOutcome::kTimeout;
    case ErrorCode::kUnavailable:
      return TryOutcome::kUnavailable;
    case ErrorCode::kCancelled:
    case ErrorCode::kShutdown:
      return TryOutcome::kCancelled;
    default:
      return TryOutcome::kBroken;
  }
}

void Attempt::note_unresolved(upstream::BackendState& state, const Error& error) const {
  if (group_.triggers == nullptr && !state.is_watched()) return;
  upstream::TryReport report;
  report.verdict = upstream::judge_error(error);
  report.in_group = group_.triggers != nullptr;
  state.begin(report.endpoint);
  state.finish(report);
}

void Attempt::report(Verdict verdict, bool of_connection) {
  if (watched_ == nullptr) return;
  const auto state = std::exchange(watched_, nullptr);
  upstream::TryReport report;
  report.endpoint = call_->facts().endpoint;
  report.verdict = verdict;
  report.in_group = group_.triggers != nullptr;
  report.of_connection = of_connection;
  const async::Reactor& reactor = flight_.exchange.reactor;
  if (verdict == Verdict::kSuccess && flight_.first_byte) {
    report.latency = std::chrono::duration_cast<std::chrono::microseconds>(
        flight_.exchange.started + *flight_.first_byte - started_);
  }
  if (const auto after = response_.fields.find("retry-after")) {
    report.retry_after = upstream::parse_retry_after(*after, reactor.clock().wall_now());
  }
  const bool ejected = state->finish(report);
  const int circuits = state->take_circuit_change();
  if (!ejected && circuits == 0) return;
  const auto& series = flight_.worker.series.failover(*state->config());
  telemetry::MetricShard& shard = flight_.worker.recorder.shard();
  if (ejected) shard.add(series.ejections);
  shard.add(series.circuits_open, circuits);
}

}  // namespace tidegate::proxy
