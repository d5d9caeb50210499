// What steps come to: checked, weighed against each other, applied or thrown away.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "pipeline/header_edits.h"
#include "pipeline/scope_run.h"
#include "pipeline/slot.h"
#include "pipeline/splice.h"

namespace tidegate::pipeline {

using Kind = Outcome::Kind;

namespace {

Error wrong(std::string detail) {
  return Error(ErrorCode::kMalformed, Origin::kInternal, std::move(detail));
}

bool is_request(Phase phase) {
  return phase == Phase::kRequestHeaders || phase == Phase::kRequestBody;
}
bool has_payload(Phase phase) {
  return phase == Phase::kRequestBody || phase == Phase::kResponseBody ||
         phase == Phase::kStreamChunk;
}

bool reports(const CompiledProcessor& processor) {
  return processor.spec->mode == config::ProcessorMode::kReport;
}

RunVerdict of_failure(config::FailureMode mode, bool timed_out) {
  switch (mode) {
    case config::FailureMode::kOpen:
      return timed_out ? RunVerdict::kTimeoutOpen : RunVerdict::kFailedOpen;
    case config::FailureMode::kClosed:
      return timed_out ? RunVerdict::kTimeoutClosed : RunVerdict::kFailedClosed;
    case config::FailureMode::kFallback:
      return timed_out ? RunVerdict::kTimeoutFallback : RunVerdict::kFailedFallback;
  }
  return RunVerdict::kFailedClosed;
}

RunVerdict of_verdict(Verdict verdict, const Effects& effects) {
  switch (verdict) {
    case Verdict::kContinue:
      return effects.mutates() ? RunVerdict::kMutate : RunVerdict::kContinue;
    case Verdict::kReroute:
      return RunVerdict::kReroute;
    case Verdict::kAnswer:
      return RunVerdict::kAnswer;
    case Verdict::kReject:
      return RunVerdict::kReject;
  }
  return RunVerdict::kContinue;
}

Kind kind_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kContinue:
      return Kind::kContinue;
    case Verdict::kReroute:
      return Kind::kReroute;
    case Verdict::kAnswer:
      return Kind::kAnswer;
    case Verdict::kReject:
      return Kind::kReject;
  }
  return Kind::kContinue;
}

}  // namespace

std::string_view to_string(RunVerdict verdict) {
  switch (verdict) {
    case RunVerdict::kSkip:
      return "skip";
    case RunVerdict::kContinue:
      return "continue";
    case RunVerdict::kMutate:
      return "mutate";
    case RunVerdict::kReroute:
      return "reroute";
    case RunVerdict::kAnswer:
      return "answer";
    case RunVerdict::kReject:
      return "reject";
    case RunVerdict::kCancelled:
      return "cancelled";
    case RunVerdict::kFailedOpen:
      return "failed-open";
    case RunVerdict::kFailedClosed:
      return "failed-closed";
    case RunVerdict::kFailedFallback:
      return "failed-fallback";
    case RunVerdict::kTimeoutOpen:
      return "timeout-open";
    case RunVerdict::kTimeoutClosed:
      return "timeout-closed";
    case RunVerdict::kTimeoutFallback:
      return "timeout-fallback";
  }
  return "continue";
}

void ScopeRun::settle_unit() {
  if (exchange_.cancel.requested()) {
    for (std::size_t i = 0; i < used_; ++i) note(*slots_[i], RunVerdict::kCancelled);
    outcome_.kind = Kind::kReject;
    outcome_.error.emplace(ErrorCode::kCancelled, Origin::kDownstream, "while a processor ran");
    return;
  }
  if (used_ == 1) {
    Slot& slot = *slots_[0];
    if (slot.skipped) return note(slot, RunVerdict::kSkip);
    std::vector<PayloadEdit> own;
    Judged judged = judge(slot, own);
    const bool changes =
        judged.applies && (slot.effects.mutates() || !slot.effects.metadata.empty());
    if (changes) {
      if (auto applied = apply_payload(own); !applied)
        judged = judge_failure(slot, applied.error());
    }
    note(slot, judged.verdict);
    if (changes && judged.applies) apply(slot);
    return conclude(slot, judged);
  }
  std::vector<PayloadEdit> edits;  // of all together
  std::vector<Judged> all(used_);
  std::size_t winner = used_;
  for (std::size_t i = 0; i < used_; ++i) {
    Slot& slot = *slots_[i];
    if (slot.skipped) {
      all[i].verdict = RunVerdict::kSkip;
      continue;
    }
    all[i] = judge(slot, edits);
    if (all[i].kind != Kind::kContinue && (winner == used_ || all[i].kind > all[winner].kind)) {
      winner = i;
    }
  }
  for (std::size_t i = 0; i < used_; ++i) note(*slots_[i], all[i].verdict);
  const bool ends = winner != used_ && all[winner].kind >= Kind::kAnswer;
  if (!ends) {
    for (std::size_t i = 0; i < used_; ++i) {
      if (all[i].applies) apply(*slots_[i]);
    }
    // Each by itself was checked; together they are wrong, which is nobody's failure mode.
    if (auto applied = apply_payload(edits); !applied) {
      reject(*slots_[0], {.status = 500, .code = {}, .message = {}}, applied.error());
    }
  }
  if (winner != used_) conclude(*slots_[winner], all[winner]);
  if (ends || outcome_.kind != Kind::kContinue) return;
  for (std::size_t i = 0; i < used_; ++i) {
    const bool judged_alone = !slots_[i]->skipped && !slots_[i]->cancelled;
    if (i != winner && judged_alone && all[i].kind == Kind::kContinue && !all[i].applies) {
      conclude(*slots_[i], all[i]);  // what is left to do after a failure: its fallback
    }
  }
}

// What it comes to by itself. `edits` are those of its group that count so far; its own are added
// when they do too.
ScopeRun::Judged ScopeRun::judge(Slot& slot, std::vector<PayloadEdit>& edits) {
  Judged judged;
  if (slot.cancelled) {
    judged.verdict = RunVerdict::kCancelled;
    return judged;
  }
  if (slot.timed_out && *slot.result) {
    slot.result.emplace(fail(ErrorCode::kTimeout, Origin::kInternal, "its time was over"));
  }
  if (!*slot.result) {
    // Of whom it asked, before its own time was over.
    if (slot.result->error().code == ErrorCode::kTimeout) slot.timed_out = true;
    return judge_failure(slot, slot.result->error());
  }
  const Verdict verdict = may_match_again(slot) ? **slot.result : Verdict::kContinue;
  slot.result.emplace(verdict);
  if (auto checked = check(slot, verdict, edits); !checked) {
    return judge_failure(slot, checked.error());
  }
  judged.verdict = of_verdict(verdict, slot.effects);
  if (reports(*slot.processor)) return judged;
  judged.kind = kind_of(verdict);
  judged.applies = verdict == Verdict::kContinue || verdict == Verdict::kReroute;
  return judged;
}

ScopeRun::Judged ScopeRun::judge_failure(Slot& slot, const Error& error) {
  const config::ProcessorSpec& spec = *slot.processor->spec;
  Judged judged;
  judged.verdict = of_failure(spec.failure_mode, slot.timed_out);
  if (slot.result->has_value()) slot.result.emplace(std::unexpected(error));
  if (reports(*slot.processor)) return judged;
  switch (spec.failure_mode) {
    case config::FailureMode::kOpen:
      break;
    case config::FailureMode::kClosed:
      judged.kind = Kind::kReject;
      break;
    case config::FailureMode::kFallback: {
      const CompiledProcessor* fallback = slot.processor->fallback;
      if (spec.fallback_answer) {
        judged.kind = subject_->can_answer() ? Kind::kAnswer : Kind::kReject;
      } else if (fallback != nullptr) {
        if (!fallback->phases.has(phase_)) judged.kind = Kind::kReject;
      } else {
        const bool can = is_request(phase_) && scope_ == Scope::kRoute && !exchange_.rerouted &&
                         spec.fallback_backend != nullptr;
        judged.kind = can ? Kind::kReroute : Kind::kReject;
      }
      break;
    }
  }
  return judged;
}

// False: it asks for routes to be matched again where that was done already, or will be anyway.
bool ScopeRun::may_match_again(const Slot& slot) const {
  const bool asks =
      **slot.result == Verdict::kReroute && slot.effects.reroute.kind == Reroute::Kind::kMatch;
  return !asks || (scope_ == Scope::kRoute && is_request(phase_) && !exchange_.rerouted);
}

// Whether a client could have asked for it.
bool ScopeRun::may_become_target(std::string_view target) const {
  const auto is_plain = [](char c) { return c > ' ' && c < '\x7f'; };
  return is_request(phase_) && target.starts_with('/') && std::ranges::all_of(target, is_plain);
}

// Whether what it wants can be done. Errors: kMalformed: a wrong mutation, or a re-route that may
// not be.
Result<void> ScopeRun::check(Slot& slot, Verdict verdict, std::vector<PayloadEdit>& edits) {
  Effects& effects = slot.effects;
  if (verdict == Verdict::kAnswer && !subject_->can_answer()) {
    return std::unexpected(wrong("an answer after the response has begun"));
  }
  if (verdict == Verdict::kAnswer && effects.reply.kept != nullptr && !is_request(phase_)) {
    return std::unexpected(wrong("a kept reply in place of a reply"));
  }
  if (verdict == Verdict::kReroute) {
    if (auto may = check_reroute(slot); !may) return may;
  }
  if (verdict == Verdict::kAnswer || verdict == Verdict::kReject) return {};
  for (const HeaderEdit& edit : effects.headers) {
    if (!is_editable(edit)) {
      return std::unexpected(wrong(fmt::format("edit of the field \"{}\"", edit.name)));
    }
  }
  const bool edits_events = effects.drop_event || effects.end_stream || !effects.insert.empty();
  if (edits_events && phase_ != Phase::kStreamChunk) {
    return std::unexpected(wrong("drops or inserts events where there are none"));
  }
  for (const HeaderEdit& edit : effects.trailers) {
    if (!is_editable(edit)) {
      return std::unexpected(wrong(fmt::format("edit of the trailer \"{}\"", edit.name)));
    }
  }
  if (!effects.target.empty()) {
    const bool decides = scope_ == Scope::kGateway || verdict == Verdict::kReroute;
    if (!decides || subject_->message().call) effects.target = {};
    if (!effects.target.empty() && !may_become_target(effects.target)) {
      return std::unexpected(wrong("sets a path that is none"));
    }
  }
  if (effects.status != 0 && (phase_ != Phase::kResponseHeaders || effects.status < 200)) {
    return std::unexpected(wrong("sets a status where there is none"));
  }
  if (!effects.model.empty() && (!is_request(phase_) || !subject_->message().call)) {
    return std::unexpected(wrong("sets the model of no model call"));
  }
  if (effects.payload.empty()) return {};
  if (!has_payload(phase_)) return std::unexpected(wrong("edits a payload that it has not seen"));
  const std::string_view payload = subject_->message().payload;
  if (auto arranged = arrange(effects.payload, payload.size()); !arranged) return arranged;
  const bool alone = used_ == 1 && !reports(*slot.processor);  // replace_payload() will tell
  if (!alone) {
    if (auto fits = subject_->check_payload(splice(payload, effects.payload)); !fits) return fits;
  }
  if (reports(*slot.processor)) return {};
  std::vector<PayloadEdit> together = edits;
  together.insert(together.end(), effects.payload.begin(), effects.payload.end());
  if (auto arranged = arrange(together, payload.size()); !arranged) return arranged;
  edits = std::move(together);
  return {};
}

Result<void> ScopeRun::check_reroute(const Slot& slot) const {
  if (scope_ != Scope::kRoute || !is_request(phase_)) {
    return std::unexpected(wrong("only a Route-level processor may re-route a request"));
  }
  bool taken = exchange_.rerouted;
  for (std::size_t i = 0; i < used_ && slots_[i].get() != &slot; ++i) {
    const Slot& before = *slots_[i];
    taken = taken || (!reports(*before.processor) && before.result && before.result->has_value() &&
                      **before.result == Verdict::kReroute);
  }
  if (taken) return std::unexpected(wrong("a second re-route"));
  const Reroute& reroute = slot.effects.reroute;
  if (reroute.kind == Reroute::Kind::kBackend && find_backend(slot) == nullptr) {
    return std::unexpected(
        wrong(fmt::format("re-route to \"{}\", which is no backend of the "
                          "pipeline",
                          reroute.name)));
  }
  if (reroute.kind == Reroute::Kind::kModel && !subject_->message().call) {
    return std::unexpected(wrong("re-route of no model call to a model"));
  }
  return {};
}

std::shared_ptr<const config::Backend> ScopeRun::find_backend(const Slot& slot) const {
  const auto& backends = slot.processor->pipeline->config->backends;
  const auto found =
      std::ranges::find(backends, slot.effects.reroute.name, &config::NamedBackend::name);
  return found == backends.end() ? nullptr : found->backend;
}

void ScopeRun::apply(Slot& slot) {
  const Effects& effects = slot.effects;
  for (const HeaderEdit& edit : effects.headers) {
    apply_header_edit(edit, subject_->fields(), exchange_.arena);
  }
  if (http::HeaderMap* trailers = subject_->trailers()) {
    for (const HeaderEdit& edit : effects.trailers) {
      apply_header_edit(edit, *trailers, exchange_.arena);
    }
  }
  if (!effects.target.empty()) subject_->set_target(effects.target);
  if (effects.status != 0) subject_->set_status(effects.status);
  for (const std::string_view event : effects.insert) subject_->insert_event(event);
  for (const auto& [space, bytes] : effects.metadata) exchange_.metadata.merge(space, bytes);
  if (effects.drop_event) subject_->drop_event();
  if (effects.end_stream) subject_->end_stream();
}

// Together, and the models after it: their place in the payload may have moved.
Result<void> ScopeRun::apply_payload(const std::vector<PayloadEdit>& edits) {
  Result<void> applied;
  if (!edits.empty()) {
    applied = subject_->replace_payload(splice(subject_->message().payload, edits));
    if (!applied) {
      exchange_.texts.forget();
      return applied;
    }
    exchange_.texts.follow(edits, subject_->message().payload, exchange_.arena);
  }
  for (std::size_t i = 0; i < used_ && applied; ++i) {
    const Slot& slot = *slots_[i];
    const bool counts = !slot.skipped && !slot.cancelled && !reports(*slot.processor) &&
                        slot.result && slot.result->has_value();
    if (!counts || slot.effects.model.empty()) continue;
    applied = subject_->set_model(slot.effects.model);
    exchange_.texts.forget();
  }
  return applied;
}

void ScopeRun::conclude(Slot& slot, const Judged& judged) {
  if (outcome_.kind == Kind::kReject) return;
  const config::ProcessorSpec& spec = *slot.processor->spec;
  const bool failed = !slot.result->has_value() && !slot.cancelled;
  switch (judged.kind) {
    case Kind::kContinue:
      if (failed && !reports(*slot.processor) &&
          spec.failure_mode == config::FailureMode::kFallback) {
        fallbacks_.push_back(slot.processor->fallback);
      }
      return;
    case Kind::kReroute:
      return reroute_to(slot);
    case Kind::kAnswer:
      return answer(slot, failed);
    case Kind::kReject:
      if (!failed) {
        const Refusal& refusal = slot.effects.refusal;
        return reject(
            slot, refusal,
            Error(ErrorCode::kForbidden, Origin::kDownstream,
                  detail_of(slot, refusal.code.empty() ? refusal.message : refusal.code)));
      }
      Error error = slot.result->error();
      error.detail = detail_of(slot, error.detail);
      error.origin = Origin::kInternal;
      const std::uint16_t status = slot.timed_out ? 504 : 500;
      return reject(slot,
                    {.status = status,
                     .code = {},
                     .message = slot.timed_out ? "a payload processor did not answer in time"
                                               : "a payload processor failed"},
                    std::move(error));
  }
}

void ScopeRun::answer(Slot& slot, bool failed) {
  outcome_.kind = Kind::kAnswer;
  outcome_.reply = slot.effects.reply;
  if (failed) {
    const config::CannedAnswer& canned = *slot.processor->spec->fallback_answer;
    outcome_.reply = {};
    outcome_.reply.status = canned.status;
    outcome_.reply.content_type = canned.content_type;
    outcome_.reply.text = canned.text;
    outcome_.reply.is_completion = canned.is_completion;
  }
  if (!is_request(phase_)) return;
  // A fallback stands in the place of who has failed, the last one that was started.
  const std::size_t place = slot.position == Slot::kFallback ? list_[next_ - 1] : slot.position;
  ran_.resize(instances_.size(), 0);
  std::fill(ran_.begin() + static_cast<std::ptrdiff_t>(place), ran_.end(), std::uint8_t{0xFF});
}

void ScopeRun::reroute_to(Slot& slot) {
  exchange_.rerouted = true;
  if (!slot.result->has_value()) {
    exchange_.backend = slot.processor->spec->fallback_backend;
    return;
  }
  const Reroute& reroute = slot.effects.reroute;
  if (reroute.kind == Reroute::Kind::kBackend) {
    exchange_.backend = find_backend(slot);
    return;
  }
  outcome_.kind = Kind::kReroute;
  outcome_.model = reroute.name;
}

void ScopeRun::reject(Slot& slot, Refusal refusal, Error error) {
  outcome_ = {};
  outcome_.kind = Kind::kReject;
  outcome_.refusal = refusal;
  if (outcome_.refusal.message.empty()) {
    outcome_.refusal.message = refusal.status >= 500 ? "a payload processor failed"
                                                     : "a policy of the gateway refuses this";
  }
  if (error.detail.empty()) error.detail = detail_of(slot, {});
  outcome_.error.emplace(std::move(error));
}

std::string ScopeRun::detail_of(const Slot& slot, std::string_view what) const {
  return fmt::format("{} ({}): {}", slot.processor->label, config::to_string(phase_), what);
}

void ScopeRun::note(const Slot& slot, RunVerdict verdict) {
  std::uint32_t* known = nullptr;
  if (phase_ == Phase::kStreamChunk && slot.position != Slot::kFallback) {
    if (chunk_records_.empty()) chunk_records_.resize(instances_.size());
    known = &chunk_records_[slot.position];
  }
  if (known != nullptr && *known != 0) {
    RunRecord& record = exchange_.records[*known - 1];
    record.verdict = std::max(record.verdict, verdict);
    if (!slot.effects.detail.empty()) record.detail = slot.effects.detail;
    record.time += slot.ended - slot.started;
    record.ticks += slot.ticks;
    const StreamEvent* event = subject_->message().event;
    if (event == nullptr || !event->pause) ++record.runs;
    return;
  }
  RunRecord& record = exchange_.records.emplace_back();
  record.processor = slot.processor;
  record.phase = phase_;
  record.verdict = verdict;
  record.time = slot.ended - slot.started;
  record.ticks = slot.ticks;
  record.detail = slot.effects.detail;
  if (known != nullptr) *known = static_cast<std::uint32_t>(exchange_.records.size());
}

}  // namespace tidegate::pipeline
