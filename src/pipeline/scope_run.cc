// The order of steps, and waiting for them. What a step comes to: settle.cc.
#include "pipeline/scope_run.h"

#include <algorithm>
#include <utility>

#include "pipeline/slot.h"
#include "pipeline/ticks.h"

namespace tidegate::pipeline {

ScopeRun::ScopeRun(const Chain& chain, Scope scope, ExchangeRun& exchange)
    : chain_(chain),
      scope_(scope),
      exchange_(exchange),
      instances_(chain.processors().size(), nullptr) {}

ScopeRun::~ScopeRun() {
  for (Processor* instance : instances_) {
    if (instance != nullptr) instance->~Processor();
  }
  for (const auto& [processor, instance] : fallback_instances_) instance->~Processor();
}

std::optional<SteadyTime> ScopeRun::held() const {
  std::optional<SteadyTime> first;
  const auto ask = [&first](const CompiledProcessor& processor, const Processor* instance) {
    if (instance == nullptr || processor.spec->mode == config::ProcessorMode::kReport) return;
    const auto held = instance->held();
    if (held && (!first || *held < *first)) first = held;
  };
  for (const std::uint16_t position : chain_.of(Phase::kStreamChunk)) {
    ask(*chain_.processors()[position], instances_[position]);
  }
  for (const auto& [processor, instance] : fallback_instances_) ask(*processor, instance);
  return first;
}

void ScopeRun::notify(async::Event* changed) {
  for (Processor* instance : instances_) {
    if (instance != nullptr) instance->notify(changed);
  }
  for (const auto& [processor, instance] : fallback_instances_) {
    if (instance != nullptr) instance->notify(changed);
  }
}

void ScopeRun::take_over(ScopeRun& other) {
  const auto mine = chain_.processors();
  const auto theirs = other.chain_.processors();
  ran_.assign(mine.size(), 0);
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    const auto same = std::ranges::find(mine, theirs[i]);
    if (same == mine.end()) continue;
    instances_[static_cast<std::size_t>(same - mine.begin())] =
        std::exchange(other.instances_[i], nullptr);
  }
  for (const RunRecord& record : exchange_.records) {
    if (std::ranges::find(theirs, record.processor) == theirs.end()) continue;
    const auto same = std::ranges::find(mine, record.processor);
    if (same == mine.end()) continue;
    ran_[static_cast<std::size_t>(same - mine.begin())] |=
        static_cast<std::uint8_t>(1U << static_cast<unsigned>(record.phase));
  }
}

bool ScopeRun::start(Phase phase, Subject& subject) {
  phase_ = phase;
  subject_ = &subject;
  list_ = chain_.of(phase);
  next_ = 0;
  outcome_ = {};
  exchange_.texts.forget();
  fallbacks_.clear();
  timed_pipeline_ = nullptr;
  first_record_ = exchange_.records.size();
  exchange_.records.reserve(first_record_ + list_.size());
  const bool over = advance();
  if (over) convert_ticks();
  return over;
}

void ScopeRun::begin_segment() {
  segment_start_ = exchange_.reactor.clock().steady_now();
  segment_ticks_ = last_ticks_ = read_ticks();
}

void ScopeRun::end_segment() {
  const auto time = exchange_.reactor.clock().steady_now() - segment_start_;
  const std::uint64_t ticks = read_ticks() - segment_ticks_;
  if (ticks == 0 || time.count() <= 0) return;
  nanos_per_tick_ =
      static_cast<double>(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count()) /
      static_cast<double>(ticks);
}

void ScopeRun::convert_ticks() {
  const auto convert = [this](RunRecord& record) {
    const double nanos = static_cast<double>(record.ticks) * nanos_per_tick_;
    record.time += std::chrono::nanoseconds(static_cast<std::int64_t>(nanos));
    record.ticks = 0;
  };
  for (std::size_t i = first_record_; i < exchange_.records.size(); ++i) {
    convert(exchange_.records[i]);
  }
  if (phase_ != Phase::kStreamChunk) return;
  for (const std::uint32_t record : chunk_records_) {
    if (record != 0) convert(exchange_.records[record - 1]);
  }
}

bool ScopeRun::advance() {
  begin_segment();
  bool over = true;
  while (!fallbacks_.empty() || next_ < list_.size()) {
    over = begin_unit();
    if (!over) break;
    settle_unit();
    if (outcome_.kind != Outcome::Kind::kContinue) break;
  }
  end_segment();
  return over;
}

async::Task<void> ScopeRun::finish() {
  while (true) {
    co_await wait_unit();
    settle_unit();
    if (outcome_.kind != Outcome::Kind::kContinue || advance()) break;
  }
  convert_ticks();
}

// Starts what comes next. False: something of it waits.
bool ScopeRun::begin_unit() {
  used_ = 0;
  if (!fallbacks_.empty()) {
    const CompiledProcessor* fallback = fallbacks_.front();
    fallbacks_.erase(fallbacks_.begin());
    auto known = std::ranges::find(fallback_instances_, fallback,
                                   &std::pair<const CompiledProcessor*, Processor*>::first);
    if (known == fallback_instances_.end()) {
      known = fallback_instances_.insert(known, {fallback, nullptr});
    }
    return !begin_slot(*fallback, known->second).waits();
  }
  bool ready = true;
  const auto processors = chain_.processors();
  const std::string& group = processors[list_[next_]]->spec->concurrency_group;
  const CompiledPipeline* pipeline = processors[list_[next_]]->pipeline;
  do {
    const std::size_t position = list_[next_++];
    const unsigned phase = static_cast<unsigned>(phase_);
    if (!ran_.empty() && (ran_[position] >> phase & 1U) != 0) continue;
    Slot& slot = begin_slot(*processors[position], instances_[position]);
    slot.position = position;
    ready = ready && !slot.waits();
  } while (!group.empty() && next_ < list_.size() &&
           processors[list_[next_]]->pipeline == pipeline &&
           processors[list_[next_]]->spec->concurrency_group == group);
  return ready;
}

ScopeRun::Slot& ScopeRun::begin_slot(const CompiledProcessor& processor, Processor*& instance) {
  if (used_ == slots_.size()) slots_.push_back(std::make_unique<Slot>());
  Slot& slot = *slots_[used_++];
  slot.reset(processor, Slot::kFallback);
  start_step(slot, instance);
  const std::uint64_t ticks = read_ticks();
  slot.ticks = ticks - last_ticks_;
  last_ticks_ = ticks;
  return slot;
}

void ScopeRun::start_step(Slot& slot, Processor*& instance) {
  const CompiledProcessor& processor = *slot.processor;
  const Message& message = subject_->message();
  if (processor.condition) {
    auto holds = processor.condition->holds(message, exchange_.reactor.clock(), exchange_.arena);
    if (!holds) {
      slot.result.emplace(std::unexpected(std::move(holds).error()));
      return;
    }
    slot.skipped = !*holds;
    if (slot.skipped) return;
  }
  if (is_out_of_time(processor)) {
    slot.timed_out = true;
    slot.result.emplace(fail(ErrorCode::kTimeout, Origin::kInternal, "the pipeline's timeout"));
    return;
  }
  if (instance == nullptr) instance = processor.factory->make(exchange_.arena);
  slot.turn.emplace(phase_, message, slot.effects, exchange_.arena, exchange_.reactor, *slot.scope,
                    exchange_.caller, exchange_.texts, *processor.pipeline->config,
                    *processor.spec);
  slot.turn->policy = chain_.version();
  slot.turn->metadata = &exchange_.metadata;
  Step step = instance->process(*slot.turn);
  if (const Verdict* verdict = step.verdict()) {
    slot.result.emplace(*verdict);
  } else if (Error* error = step.error()) {
    slot.result.emplace(std::unexpected(std::move(*error)));
  } else {
    slot.task = std::move(*step.task());
  }
}

// Starts the clock of a pipeline at its first processor in the phase.
bool ScopeRun::is_out_of_time(const CompiledProcessor& processor) {
  const auto time = processor.pipeline->config->timeout;
  if (time.count() == 0) return false;
  const SteadyTime now = exchange_.reactor.clock().steady_now();
  if (timed_pipeline_ != processor.pipeline) {
    timed_pipeline_ = processor.pipeline;
    deadline_ = now + time;
  }
  return now >= deadline_;
}

async::Task<void> ScopeRun::drive(Slot& slot, async::Event& changed) {
  slot.result.emplace(co_await std::move(slot.task));
  slot.ended = slot.turn->reactor.clock().steady_now();
  changed.set();
}

async::Task<void> ScopeRun::watch(Slot& slot, std::chrono::milliseconds time,
                                  async::CancelScope& stopped) {
  const async::Outcome outcome = co_await async::sleep_for(exchange_.reactor, time, &stopped);
  if (outcome != async::Outcome::kTimeout || !slot.waits()) co_return;
  slot.timed_out = true;
  slot.scope->request();
}

bool ScopeRun::has_waiting() const {
  return std::any_of(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(used_),
                     [](const auto& slot) { return slot->waits(); });
}

// Whether it is known to end the exchange, so that nothing behind it counts.
bool ScopeRun::is_reject(const Slot& slot) const {
  if (slot.skipped || !slot.result) return false;
  if (slot.processor->spec->mode == config::ProcessorMode::kReport) return false;
  if (*slot.result) return **slot.result == Verdict::kReject;
  return slot.processor->spec->failure_mode == config::FailureMode::kClosed;
}

void ScopeRun::cancel_behind_reject() {
  bool behind = false;
  for (std::size_t i = 0; i < used_; ++i) {
    Slot& slot = *slots_[i];
    if (behind && slot.waits() && !slot.cancelled) {
      slot.cancelled = true;
      slot.scope->request();
    }
    behind = behind || is_reject(slot);
  }
}

async::Task<void> ScopeRun::wait_unit() {
  async::Event changed(exchange_.reactor);
  async::TaskGroup steps(exchange_.reactor);
  async::TaskGroup timers(exchange_.reactor);
  async::CancelScope stopped;
  const SteadyTime now = exchange_.reactor.clock().steady_now();
  for (std::size_t i = 0; i < used_; ++i) {
    Slot& slot = *slots_[i];
    if (!slot.waits()) continue;
    slot.started = slot.ended = now;
    slot.link(exchange_.cancel);
    auto time = slot.processor->spec->timeout;
    if (time.count() == 0) time = slot.processor->factory->default_timeout();
    if (timed_pipeline_ == slot.processor->pipeline) {
      time = std::min(time, std::chrono::ceil<std::chrono::milliseconds>(deadline_ - now));
    }
    timers.spawn(watch(slot, time, stopped));
    steps.spawn(drive(slot, changed));
  }
  cancel_behind_reject();
  while (has_waiting()) {
    [[maybe_unused]] const auto waited = co_await changed.wait();
    cancel_behind_reject();
  }
  stopped.request();
  co_await timers.drain();
  co_await steps.drain();
  for (std::size_t i = 0; i < used_; ++i) slots_[i]->unlink();
}

}  // namespace tidegate::pipeline
