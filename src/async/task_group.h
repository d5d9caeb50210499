// TaskGroup: the owner of tasks that nobody awaits. There are no detached coroutines: what is
// spawned here is waited for by drain() before its owner goes. Thread: the reactor's.
#pragma once

#include <coroutine>
#include <cstddef>

#include "async/event.h"
#include "async/task.h"

namespace tidegate::async {

class TaskGroup {
 public:
  explicit TaskGroup(Reactor& reactor) : empty_(reactor) {}
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts the task at once; it runs until its first wait before spawn() returns.
  void spawn(Task<void> task);
  std::size_t size() const { return running_; }
  // Completes when no task runs. Cancel what they wait for first. One waiter at a time.
  Task<void> drain();
  // As drain(), but gives up after the timeout; true when no task runs.
  Task<bool> drain_for(TimeoutList* timeout);

 private:
  struct Driver;
  static Driver drive(TaskGroup& group, Task<void> task);
  void finished();

  std::size_t running_ = 0;
  Event empty_;
};

}  // namespace tidegate::async
