// One io_uring and its ring of receive buffers. For uring_poller.cc only.
// Thread: made anywhere; from the first wait() on, the thread that waits.
#pragma once

#include <liburing.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/error.h"

namespace tidegate::async {

class Uring {
 public:
  // Errors: kUnsupported with the kernel's reason.
  static Result<std::unique_ptr<Uring>> make();
  ~Uring();
  Uring(const Uring&) = delete;
  Uring& operator=(const Uring&) = delete;

  // Whether receive buffers could be registered on a ring that completes within our own calls.
  bool has_buffers() const { return buffers_ != nullptr; }
  static constexpr int kBufferGroup = 0;
  // The bytes that the kernel put into a buffer; give it back when they are used.
  std::string_view received(unsigned buffer, std::size_t bytes) const;
  void give_back(unsigned buffer);

  // The calling thread is the one that will wait: what it submits from now on goes at once.
  void claim() {
    if (disabled_) enable();
  }
  // An empty entry to fill; submits what is queued when there is no room.
  io_uring_sqe* next_entry();
  // Hands queued entries to the kernel and lets it post what has completed. Until claim() or
  // the first wait they stay queued: the kernel takes whoever submits first for the ring's only
  // user.
  void submit();
  // As submit(), and waits until something has completed. Negative: for ever.
  void submit_and_wait(std::chrono::milliseconds timeout);
  // Counts submissions: what was queued at the current count is not in the kernel yet.
  std::uint64_t submissions() const { return submissions_; }
  // Copies up to `max` completions out of the ring.
  struct Completion {
    std::uint64_t data;
    int result;
    std::uint32_t flags;
  };
  unsigned take(Completion* out, unsigned max);

 private:
  Uring() = default;
  void enable();
  void register_buffers();

  io_uring ring_{};
  std::uint64_t submissions_ = 0;
  bool ready_ = false;      // ring_ is set up
  bool disabled_ = false;   // until the thread that uses it is known
  bool own_calls_ = false;  // completions are posted within our calls only
  io_uring_buf_ring* buffers_ = nullptr;
  std::unique_ptr<char[]> memory_;
};

}  // namespace tidegate::async
