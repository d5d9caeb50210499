// What a coroutine waits for: an Operation lives in the awaiting coroutine's frame, so waiting
// allocates nothing. It completes exactly once, with kDone, kTimeout or kCancelled, and then the
// coroutine is queued on the reactor (never resumed inside whoever completed it). Thread: the
// reactor's.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>

#include "base/clock.h"
#include "base/error.h"

namespace tidegate::async {

class Reactor;
class Operation;

enum class Outcome : std::uint8_t { kPending, kDone, kTimeout, kCancelled };

// Waits of one duration, in the order in which they run out: adding and removing are O(1) and no
// timer is ever programmed per wait. Obtain one from Reactor::timeouts().
class TimeoutList {
 public:
  explicit TimeoutList(std::chrono::milliseconds duration) : duration_(duration) {}
  TimeoutList(const TimeoutList&) = delete;
  TimeoutList& operator=(const TimeoutList&) = delete;

  std::chrono::milliseconds duration() const { return duration_; }
  void add(Operation& operation, SteadyTime now);
  void remove(Operation& operation);
  // Completes every operation whose time is over with kTimeout.
  void expire(SteadyTime now);
  // When the first runs out; SteadyTime::max() when there is none.
  SteadyTime next() const;

 private:
  std::chrono::milliseconds duration_;
  Operation* first_ = nullptr;
  Operation* last_ = nullptr;
};

class Operation {
 public:
  Operation(Reactor& reactor, TimeoutList* timeout) : reactor_(&reactor), timeout_(timeout) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation();

  // Tries to make progress without blocking. True when finished. Called by what the operation waits
  // on.
  virtual bool perform() = 0;
  // Ends the wait. Harmless when the operation is not waiting.
  void complete(Outcome outcome);
  bool waiting() const { return static_cast<bool>(waiting_); }

  // Reasons other than "done" as an Error; `what` names the wait ("connect", "response head").
  static Error error_of(Outcome outcome, Origin origin, std::string_view what);

 protected:
  // Called by await_suspend: from here on complete() resumes `handle`.
  void start_waiting(std::coroutine_handle<> handle);
  // Unhooks the operation from what it waits on (a descriptor's slot, a list of waiters).
  virtual void detach() = 0;
  Outcome outcome() const { return outcome_; }
  Reactor& reactor() const { return *reactor_; }

 private:
  friend class TimeoutList;
  Reactor* reactor_;
  TimeoutList* timeout_;
  std::coroutine_handle<> waiting_;
  Operation* previous_ = nullptr;
  Operation* next_ = nullptr;
  SteadyTime deadline_{};
  Outcome outcome_ = Outcome::kPending;
};

}  // namespace tidegate::async
