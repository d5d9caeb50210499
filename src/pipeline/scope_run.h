// One chain run over one exchange: the order, the conditions, the timeouts, the failure modes.
//
//   if (!run.start(phase, subject)) co_await run.finish();   // start() did not have to wait: no
//   task switch (run.outcome().kind) ...
//
// Processors of one concurrency group start together; the gravest verdict wins and, of equals, the
// first in the list. So that this does not depend on who was faster, a reject ends only those
// behind it and waits for those before it. Once a processor has answered in a request phase, only
// those in front of it have further turns.   Thread: the worker's.
// Source: docs/adr/0011.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "async/cancel.h"
#include "async/event.h"
#include "async/task_group.h"
#include "base/arena.h"
#include "pipeline/chain.h"
#include "pipeline/record.h"
#include "pipeline/subject.h"

namespace tidegate::pipeline {

// What the scopes of one exchange share.
struct ExchangeRun {
  ExchangeRun(Arena& a, async::Reactor& r, async::CancelScope& c, Caller& o)
      : arena(a), reactor(r), cancel(c), caller(o) {}
  // One whose processors can call nobody.
  ExchangeRun(Arena& a, async::Reactor& r, async::CancelScope& c)
      : arena(a), reactor(r), cancel(c), caller(nobody_) {}
  ExchangeRun(const ExchangeRun&) = delete;
  ExchangeRun& operator=(const ExchangeRun&) = delete;

  Arena& arena;
  async::Reactor& reactor;
  async::CancelScope& cancel;
  Caller& caller;
  PayloadTexts texts;
  std::vector<RunRecord> records;
  Metadata metadata;
  bool rerouted = false;
  // Set by a re-route to a backend.
  std::shared_ptr<const config::Backend> backend;

 private:
  NoCaller nobody_;
};

enum class Scope : std::uint8_t { kGateway, kRoute, kBackend };

struct Outcome {
  enum class Kind : std::uint8_t { kContinue, kReroute, kAnswer, kReject };
  Kind kind = Kind::kContinue;
  std::string_view model;  // of a re-route to a model; empty: routes are matched as it is
  Reply reply;
  Refusal refusal;
  // Of a reject: what the log says.
  std::optional<Error> error;
};

class ScopeRun {
 public:
  // All must outlive this.
  ScopeRun(const Chain& chain, Scope scope, ExchangeRun& exchange);
  ~ScopeRun();
  ScopeRun(const ScopeRun&) = delete;
  ScopeRun& operator=(const ScopeRun&) = delete;

  // Runs the processors of a phase, as far as they answer at once. True: the phase is over. False:
  // await finish(), and do not destroy this before. `subject` outlives the phase.
  bool start(Phase phase, Subject& subject);
  async::Task<void> finish();
  const Outcome& outcome() const { return outcome_; }

  // When a processor wants a turn though no event of the stream comes, as Processor::held() says
  // it; those that only report have no say.
  std::optional<SteadyTime> held() const;
  // As Processor::notify().
  void notify(async::Event* changed);

  const Chain& chain() const { return chain_; }
  // Takes what `other` has run already as run, and the processors that they share with what these
  // know of the exchange: of a route that was left by a re-route.
  void take_over(ScopeRun& other);

 private:
  struct Slot;
  struct Judged {
    RunVerdict verdict = RunVerdict::kContinue;
    Outcome::Kind kind = Outcome::Kind::kContinue;
    bool applies = false;  // its effects count
  };

  bool advance();
  void begin_segment();
  void end_segment();
  void convert_ticks();
  bool begin_unit();
  Slot& begin_slot(const CompiledProcessor& processor, Processor*& instance);
  void start_step(Slot& slot, Processor*& instance);
  bool is_out_of_time(const CompiledProcessor& processor);
  async::Task<void> wait_unit();
  bool has_waiting() const;
  void cancel_behind_reject();
  bool is_reject(const Slot& slot) const;
  static async::Task<void> drive(Slot& slot, async::Event& changed);
  async::Task<void> watch(Slot& slot, std::chrono::milliseconds time, async::CancelScope& stopped);

  void settle_unit();
  Judged judge(Slot& slot, std::vector<PayloadEdit>& edits);
  Judged judge_failure(Slot& slot, const Error& error);
  Result<void> check(Slot& slot, Verdict verdict, std::vector<PayloadEdit>& edits);
  bool may_match_again(const Slot& slot) const;
  bool may_become_target(std::string_view target) const;
  Result<void> check_reroute(const Slot& slot) const;
  void apply(Slot& slot);
  Result<void> apply_payload(const std::vector<PayloadEdit>& edits);
  void conclude(Slot& slot, const Judged& judged);
  void answer(Slot& slot, bool failed);
  void reroute_to(Slot& slot);
  void reject(Slot& slot, Refusal refusal, Error error);
  void note(const Slot& slot, RunVerdict verdict);
  std::string detail_of(const Slot& slot, std::string_view what) const;
  std::shared_ptr<const config::Backend> find_backend(const Slot& slot) const;

  const Chain& chain_;
  const Scope scope_;
  ExchangeRun& exchange_;
  std::vector<Processor*> instances_;  // by position in the chain
  std::vector<std::pair<const CompiledProcessor*, Processor*>> fallback_instances_;
  // By position, bit per phase: ran, or shall not run. Empty: nothing to skip.
  std::vector<std::uint8_t> ran_;
  std::vector<std::uint32_t> chunk_records_;  // by position: record + 1

  // Of the phase under way.
  Phase phase_ = Phase::kRequestHeaders;
  Subject* subject_ = nullptr;
  std::span<const std::uint16_t> list_;
  std::size_t next_ = 0;
  std::vector<const CompiledProcessor*> fallbacks_;  // to run before what is next
  Outcome outcome_;
  // Of the steps since the clock was read last.
  SteadyTime segment_start_;
  std::uint64_t segment_ticks_ = 0;
  std::uint64_t last_ticks_ = 0;
  double nanos_per_tick_ = 0;
  std::size_t first_record_ = 0;  // of the phase
  const CompiledPipeline* timed_pipeline_ = nullptr;
  SteadyTime deadline_;
  // The unit: one processor, or a group.
  std::vector<std::unique_ptr<Slot>> slots_;
  std::size_t used_ = 0;
};

}  // namespace tidegate::pipeline
