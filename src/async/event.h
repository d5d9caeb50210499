// Event: something that happens, and the one coroutine that waits for it. Sleep: a wait for time
// alone. Thread: the reactor's.
#pragma once

#include <chrono>
#include <coroutine>

#include "async/cancel.h"
#include "async/operation.h"
#include "async/reactor.h"
#include "async/task.h"

namespace tidegate::async {

// set() wakes the waiter, or lets the next wait pass at once; waiting consumes it. At most one
// waiter.
class Event {
 public:
  explicit Event(Reactor& reactor) : reactor_(reactor) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void set();
  bool is_set() const { return set_; }
  void reset() { set_ = false; }
  // Ends the wait with kCancelled.
  void cancel();
  bool has_waiter() const { return waiter_ != nullptr; }

  class Wait final : public Operation {
   public:
    Wait(Event& event, TimeoutList* timeout) : Operation(event.reactor_, timeout), event_(event) {}
    bool await_ready() { return perform(); }
    void await_suspend(std::coroutine_handle<> handle);
    // kDone, kTimeout or kCancelled.
    Outcome await_resume();
    bool perform() override;

   private:
    void detach() override { event_.waiter_ = nullptr; }
    Event& event_;
    bool passed_ = false;
  };

  // Awaitable. `timeout` may be null: wait for ever.
  Wait wait(TimeoutList* timeout = nullptr) { return Wait(*this, timeout); }

 private:
  Reactor& reactor_;
  Wait* waiter_ = nullptr;
  bool set_ = false;
};

// Awaitable: goes on in the loop's next turn, after what is ready now; for long work in pieces.
class NextTurn {
 public:
  explicit NextTurn(Reactor& reactor) : reactor_(reactor) {}
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    reactor_.post([this, handle] { reactor_.enqueue(handle); });
  }
  void await_resume() const {}

 private:
  Reactor& reactor_;
};

// Awaitable: completes after the list's duration (kTimeout), or when `scope` is cancelled
// (kCancelled).
class Sleep final : public Operation, private CancelHook {
 public:
  Sleep(Reactor& reactor, std::chrono::milliseconds duration, CancelScope* scope = nullptr);
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle);
  Outcome await_resume();
  bool perform() override { return false; }

 private:
  void detach() override {}
  void on_cancel() override;
  CancelScope* scope_;
};

// Waits for any duration, in steps of powers of two milliseconds, so that durations which vary
// freely (jitter) do not each make a timeout list of their own. Returns kTimeout when the time is
// over, kCancelled with the scope. Accurate to about a millisecond a step.
Task<Outcome> sleep_for(Reactor& reactor, std::chrono::milliseconds duration, CancelScope* scope);

}  // namespace tidegate::async
