// A scope that is cancelled with its parent, or when its time is over: a call within an exchange.
// Thread: the reactor's.
#pragma once

#include <chrono>

#include "async/cancel.h"
#include "async/task_group.h"

namespace tidegate::async {

class TimedScope final : private CancelHook {
 public:
  // `time` 0: no limit. Both references outlive this.
  TimedScope(Reactor& reactor, CancelScope& parent, std::chrono::milliseconds time);

  CancelScope& scope() { return scope_; }
  // Whether its own time is what ended it.
  bool passed() const { return passed_; }
  // Await before destruction.
  Task<void> stop();

 private:
  static Task<void> watch(Reactor& reactor, std::chrono::milliseconds time, TimedScope& self);
  void on_cancel() override { scope_.request(); }

  CancelScope scope_;
  CancelScope stopped_;
  TaskGroup timer_;
  bool passed_ = false;
};

}  // namespace tidegate::async
