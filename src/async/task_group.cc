#include "async/task_group.h"

#include <utility>

#include "base/check.h"

namespace tidegate::async {

// The outermost coroutine of a spawned task: starts by itself and frees itself at its end.
struct TaskGroup::Driver {
  struct promise_type {
    static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept {
      free_frame(frame, bytes);
    }
    Driver get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};

TaskGroup::~TaskGroup() { TIDEGATE_CHECK(running_ == 0); }

TaskGroup::Driver TaskGroup::drive(TaskGroup& group, Task<void> task) {
  {
    Task<void> running = std::move(task);
    co_await std::move(running);
  }  // the task's frame is gone before the group hears of it
  group.finished();
}

void TaskGroup::spawn(Task<void> task) {
  ++running_;
  drive(*this, std::move(task));
}

void TaskGroup::finished() {
  if (--running_ == 0) empty_.set();
}

Task<void> TaskGroup::drain() { co_await drain_for(nullptr); }

Task<bool> TaskGroup::drain_for(TimeoutList* timeout) {
  while (running_ != 0) {
    empty_.reset();
    const Outcome outcome = co_await empty_.wait(timeout);
    if (outcome != Outcome::kDone) break;
  }
  co_return running_ == 0;
}

}  // namespace tidegate::async
