// Small sends of one turn of the loop, kept back until many can be made one behind another.
//
// Why: the kernel's send path and the gateway's own code put each other out of the processor's
// caches when they alternate. Sixty-four sends in a row, after the work of as many events, take a
// fifth off the CPU time of a whole request (docs/adr/0008). Nothing waits longer than the turn it
// was sent in: a loop with one event sends at once.
//
// What the kernel does not take is kept and goes on when the descriptor is writable; its sink is
// told with on_sent() when all of it is in the kernel, or why it is not. A descriptor that is
// closed before that hands its bytes on to a duplicate, which sends them and closes.
// Thread: the reactor's.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "async/descriptor.h"
#include "base/clock.h"

namespace tidegate::async {

class DeferredSends {
 public:
  static constexpr std::size_t kMaxSends = 64;
  static constexpr std::size_t kMaxBytes = 64 * 1024;

  // What a closed descriptor left; `epoll` announces room for it.
  struct Remainder {
    explicit Remainder(std::string rest) : text(std::move(rest)) {}
    std::string text;
    std::size_t sent = 0;
    int fd = -1;  // of its own once the descriptor is closed
    SteadyTime deadline{};
  };

  explicit DeferredSends(int epoll) : epoll_(epoll) {}
  ~DeferredSends();
  DeferredSends(const DeferredSends&) = delete;
  DeferredSends& operator=(const DeferredSends&) = delete;

  // Takes a copy of the pieces. REQUIRES: none of this descriptor is on its way.
  void add(Descriptor& descriptor, std::span<const std::string_view> pieces);
  // Bytes of this descriptor that wait for flush().
  std::size_t kept_back(const Descriptor& descriptor) const;
  bool empty() const { return sends_.empty(); }
  bool full() const { return sends_.size() >= kMaxSends || text_.size() >= kMaxBytes; }
  // Makes all sends. Coroutines that waited for one are queued on the reactor.
  void flush();

  // The descriptor has room again.
  void on_writable(Descriptor& descriptor);
  // The descriptor is about to be closed.
  void forget(Descriptor& descriptor, Unsent unsent);

  // Closed descriptors' bytes: an event of one of them, and the end of those that got no room.
  void on_lingering(Remainder* remainder);
  void expire(SteadyTime now);
  bool lingers() const { return !lingering_.empty(); }
  // epoll_event::data of a lingering remainder has this bit.
  static constexpr std::uintptr_t kLingeringTag = 1;

 private:
  struct Send {
    Descriptor* descriptor;  // null: closed in the meantime
    std::size_t begin;
    std::size_t size;
  };
  void send(const Send& send, const std::string& text);
  void keep(Descriptor& descriptor, std::string_view rest);
  void linger(std::unique_ptr<Remainder> remainder, const Descriptor& descriptor);

  const int epoll_;
  std::vector<Send> sends_;
  std::string text_;  // of all sends
  // By poller_slot() - 1 of the descriptor; null where a slot is free.
  std::vector<std::unique_ptr<Remainder>> remainders_;
  std::vector<std::unique_ptr<Remainder>> lingering_;
};

}  // namespace tidegate::async
