// A file descriptor that a reactor watches: what is known about its readiness and who waits for it.
//
// Readiness is edge-triggered and remembered: an operation tries its system call while the bit is
// set, clears it when the kernel says "would block", and waits. At most one operation waits to read
// and one to write. Thread: the reactor's.
#pragma once

#include <cstdint>
#include <string_view>

#include "async/operation.h"
#include "async/reactor.h"
#include "base/error.h"

namespace tidegate::async {

// Told when the peer closes its side while nobody reads: the client of a running request has gone.
class HangUpListener {
 public:
  virtual void on_hang_up() = 0;
  // Bytes came while nobody reads. May destroy the descriptor, as on_hang_up() may.
  virtual void on_unexpected_bytes() {}

 protected:
  ~HangUpListener() = default;
};

// Told what the kernel did on its own, where the poller completes reads and writes (io_uring)
// instead of announcing readiness.
class CompletionSink {
 public:
  // The next bytes of the stream, valid until release(). None: its end (error 0) or failure
  // (errno).
  virtual void on_received(std::string_view bytes, int error) = 0;
  // What on_received() gave goes away: keep a copy of what is not used yet.
  virtual void release() = 0;
  // The last Poller::send() has ended; 0 or errno.
  virtual void on_sent(int error) = 0;

 protected:
  ~CompletionSink() = default;
};

// What becomes of bytes that were handed to Poller::send() and are not sent when their descriptor
// is closed.
enum class Unsent : std::uint8_t { kFinish, kDrop };

class Descriptor {
 public:
  // Bits of on_events.
  static constexpr std::uint32_t kReadable = 1;
  static constexpr std::uint32_t kWritable = 2;
  static constexpr std::uint32_t kHungUp = 4;

  // Takes ownership of `fd` (-1: none yet).
  Descriptor(Reactor& reactor, int fd) : reactor_(&reactor), fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // Registers with the reactor; both directions are assumed ready until a system call says
  // otherwise.
  Result<void> watch();
  // Cancels who waits, forgets the registration and closes. Idempotent.
  void close(Unsent unsent = Unsent::kFinish);
  // Completes the waiting operations with kCancelled; the descriptor stays open.
  void cancel_waiters();
  void cancel_reader();

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  Reactor& reactor() const { return *reactor_; }

  bool readable() const { return readable_; }
  bool writable() const { return writable_; }
  bool hung_up() const { return hung_up_; }
  void clear_readable() { readable_ = false; }
  // After a look that took nothing: a read will find what is there.
  void mark_readable() { readable_ = true; }
  void clear_writable() { writable_ = false; }

  // Slots for waiting operations; null frees the slot.
  void set_reader(Operation* operation);
  void set_writer(Operation* operation);
  bool has_reader() const { return reader_ != nullptr; }
  // At most one listener; told at once when the peer has hung up already.
  void set_hang_up_listener(HangUpListener* listener);

  // From the reactor: remembers what became ready and lets the waiting operations perform.
  void on_events(std::uint32_t events);

  // For pollers that complete.
  void set_sink(CompletionSink* sink) { sink_ = sink; }
  // From now on reads end by on_received(), and readiness to read is not looked at.
  void set_receiving() { receiving_ = true; }
  void on_received(std::string_view bytes, int error);
  void release_received() { sink_->release(); }
  void on_sent(int error);
  // A number for the poller's use.
  std::uint32_t poller_slot() const { return poller_slot_; }
  void set_poller_slot(std::uint32_t slot) { poller_slot_ = slot; }

 private:
  void tell_hang_up();
  void tell_unexpected_bytes();

  Reactor* reactor_;
  int fd_;
  bool watched_ = false;
  bool readable_ = true;
  bool writable_ = true;
  bool hung_up_ = false;
  bool receiving_ = false;
  std::uint32_t poller_slot_ = 0;
  Operation* reader_ = nullptr;
  Operation* writer_ = nullptr;
  HangUpListener* hang_up_listener_ = nullptr;
  CompletionSink* sink_ = nullptr;
};

}  // namespace tidegate::async
