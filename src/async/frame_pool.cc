#include "async/frame_pool.h"

#include <cstdlib>

#include "base/check.h"

namespace tidegate::async {

#ifdef TIDEGATE_FRAMES_FROM_MALLOC

void* allocate_frame(std::size_t bytes) { return std::malloc(bytes); }
void free_frame(void* frame, std::size_t) noexcept { std::free(frame); }

#else

namespace detail {

constinit thread_local FramePool frame_pool{};

namespace {

struct Cleaner {
  ~Cleaner() {
    for (auto& list : frame_pool.lists) {
      while (list.head != nullptr) std::free(std::exchange(list.head, next_frame(list.head)));
      list.count = kMaxFreeFrames;  // what comes back later goes to free()
    }
  }
  void start() { frame_pool.has_cleaner = true; }
};

void start_cleaner() {
  thread_local Cleaner cleaner;
  cleaner.start();
}

}  // namespace

void* allocate_new_frame(std::size_t bytes) {
  const std::size_t size_class = (bytes - 1) / kFrameStep;
  if (size_class < kFrameClasses) bytes = (size_class + 1) * kFrameStep;
  void* frame = std::malloc(bytes);
  TIDEGATE_CHECK(frame != nullptr);
  return frame;
}

void free_surplus_frame(void* frame, std::size_t bytes) noexcept {
  const std::size_t size_class = (bytes - 1) / kFrameStep;
  if (size_class >= kFrameClasses) return std::free(frame);
  FreeFrames& list = frame_pool.lists[size_class];
  if (list.count == kMaxFreeFrames) return std::free(frame);
  start_cleaner();
  next_frame(frame) = std::exchange(list.head, frame);
  ++list.count;
}

}  // namespace detail

#endif

}  // namespace tidegate::async
