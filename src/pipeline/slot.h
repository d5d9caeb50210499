// One processor's step while it is under way or waits to be judged.   Thread: the worker's.
#pragma once

#include <optional>

#include "async/cancel.h"
#include "base/clock.h"
#include "pipeline/scope_run.h"

namespace tidegate::pipeline {

struct ScopeRun::Slot final : private async::CancelHook {
  const CompiledProcessor* processor = nullptr;
  std::size_t position = 0;  // in the chain; of a fallback: kFallback
  Effects effects;
  std::optional<Turn> turn;
  Step::Task task;
  std::optional<Result<Verdict>> result;  // absent: it waits
  std::optional<async::CancelScope> scope;
  std::uint64_t ticks = 0;  // until it answered, or had to be waited for
  SteadyTime started;       // of the wait
  SteadyTime ended;
  bool skipped = false;
  bool timed_out = false;
  bool cancelled = false;

  static constexpr std::size_t kFallback = static_cast<std::size_t>(-1);

  // Makes it ready for another processor.
  void reset(const CompiledProcessor& p, std::size_t at) {
    processor = &p;
    position = at;
    effects.clear();
    result.reset();
    if (!scope || scope->requested()) scope.emplace();
    ticks = 0;
    started = ended = {};
    skipped = timed_out = cancelled = false;
  }
  // Has the step end when the exchange does.
  void link(async::CancelScope& exchange) { hook_into(exchange); }
  void unlink() { unhook(); }
  bool waits() const { return !result && !skipped; }

 private:
  void on_cancel() override { scope->request(); }
};

}  // namespace tidegate::pipeline
