// HTTPRoute timeouts.request: the time from the chosen route to the end of the response.
#pragma once

#include "async/cancel.h"
#include "async/task_group.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Cancels the exchange with kRequestTimeout when the rule's time is over. Costs nothing for rules
// without.
class RequestDeadline {
 public:
  explicit RequestDeadline(Flight& flight);
  bool is_running() const { return group_.size() != 0; }
  // Await before destruction while it runs.
  async::Task<void> stop();

 private:
  static async::Task<void> run(Flight& flight, std::chrono::milliseconds time,
                               async::CancelScope& stopped);
  async::CancelScope stopped_;
  async::TaskGroup group_;
};

// A scope that is cancelled with its parent, or alone: one try of an exchange.
class ChildScope final : private async::CancelHook {
 public:
  explicit ChildScope(async::CancelScope& parent) { hook_into(parent); }
  async::CancelScope& scope() { return scope_; }

 private:
  void on_cancel() override { scope_.request(); }
  async::CancelScope scope_;
};

}  // namespace tidegate::proxy
