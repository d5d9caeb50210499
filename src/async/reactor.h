// One event loop: readiness of descriptors, timeouts, posted work. One per worker thread.
//
// The loop waits in its Poller (epoll, or io_uring), tells each ready Descriptor, lets operations
// perform their system call, and resumes the coroutines whose operations finished, one event at a
// time, so that what was read into the shared buffer is used before the next read overwrites it.
// Thread: everything but post() and stop() belongs to the thread that calls run().
#pragma once

#include <array>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "async/operation.h"
#include "base/clock.h"
#include "base/error.h"

namespace tidegate::async {

class Descriptor;
enum class Unsent : std::uint8_t;

// The kernel interface behind a reactor.
class Poller {
 public:
  virtual ~Poller() = default;
  // Registers for both directions, edge-triggered, and for the peer's close.
  virtual Result<void> add(Descriptor& descriptor) = 0;
  // Forgets the descriptor, events already fetched included. Call before close().
  virtual void remove(Descriptor& descriptor, Unsent unsent) = 0;
  // Makes the sends that were kept back and resumes whom that lets go on. Called before the time of
  // a wait is computed, since who goes on may wait for less.
  virtual void flush(Reactor&) {}
  // Waits up to `timeout` (negative: for ever), calls Reactor::begin_batch, then Reactor::dispatch
  // for each event.
  virtual void wait(Reactor& reactor, std::chrono::milliseconds timeout) = 0;

  // Whether receive() is offered, which saves system calls for plain stream sockets.
  virtual bool completes() const { return false; }
  // Has the kernel receive on its own until the stream ends, from now on or again after a pause,
  // and tells the descriptor's sink. Data that comes while nobody reads pauses it: call again
  // before waiting.
  virtual void receive(Descriptor&) {}
  // Sends a copy of the pieces, at most kMaxSendBytes together, with the next batch of system
  // calls, in this turn of the loop. One at a time: wait for on_sent(). False: nothing was taken,
  // write directly.
  static constexpr std::size_t kMaxSendBytes = 16 * 1024;
  virtual bool send(Descriptor&, std::span<const std::string_view>) { return false; }
  // Bytes given to send() of which none has gone to the kernel yet; 0 where that is not known.
  virtual std::size_t kept_back(const Descriptor&) const { return 0; }
};

std::unique_ptr<Poller> make_epoll_poller();
// Errors: kUnsupported with the reason where the kernel refuses io_uring (old, or forbidden by
// seccomp or sysctl).
Result<std::unique_ptr<Poller>> make_uring_poller();

class Reactor {
 public:
  // Ignores SIGPIPE in this process: a write to a closed connection is an Error (OpenSSL has no
  // other way to ask for that).
  Reactor(std::unique_ptr<Poller> poller, const Clock& clock);
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // Runs until stop(). Everything queued before stop() was seen is still resumed.
  void run();
  // One turn: waits at most `max_wait`, dispatches, expires timeouts. For tests and for run().
  void turn(std::chrono::milliseconds max_wait);
  // Thread: any.
  void stop();
  // Runs `work` on the loop's thread, in order. Thread: any.
  void post(std::function<void()> work);

  // Time of this turn; moves only between turns (about a millisecond coarse while the loop is
  // busy).
  SteadyTime now() const { return now_; }
  const Clock& clock() const { return clock_; }
  // The list for waits of this duration; made on first use and kept. Zero or negative: null (no
  // timeout).
  TimeoutList* timeouts(std::chrono::milliseconds duration);

  // Awaitable: goes on when everything that became ready in this turn has run, before the loop
  // waits again. For writers that gather what many coroutines produce into one system call.
  class TurnEnd {
   public:
    explicit TurnEnd(Reactor& reactor) : reactor_(reactor) {}
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> handle) { reactor_.late_.push_back(handle); }
    void await_resume() const {}

   private:
    Reactor& reactor_;
  };
  TurnEnd turn_end() { return TurnEnd(*this); }

  // Queues a coroutine to be resumed in this turn, after the current one suspends.
  void enqueue(std::coroutine_handle<> handle) { ready_.push_back(handle); }
  // Resumes what is queued, until nothing is.
  void resume_ready();

  // For pollers: the kernel wait is over; reads the clock.
  void begin_batch() { now_ = clock_.steady_now(); }
  // For pollers: an event of a descriptor (readable/writable/hung up bits as in
  // Descriptor::on_events).
  void dispatch(Descriptor& descriptor, std::uint32_t events);
  Poller& poller() { return *poller_; }

 private:
  class Wakeup;
  std::chrono::milliseconds time_to_next_timeout(std::chrono::milliseconds max_wait) const;
  void run_posted();
  void resume_late();

  std::unique_ptr<Poller> poller_;
  const Clock& clock_;
  SteadyTime now_;
  std::vector<std::unique_ptr<TimeoutList>> timeout_lists_;
  std::array<TimeoutList*, 16> likely_lists_{};  // by the spread of their duration
  std::vector<std::coroutine_handle<>> ready_;
  std::size_t ready_head_ = 0;
  std::vector<std::coroutine_handle<>> late_;  // wait for the end of this turn
  bool stopping_ = false;

  std::unique_ptr<Wakeup> wakeup_;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by posted_mutex_
};

}  // namespace tidegate::async
