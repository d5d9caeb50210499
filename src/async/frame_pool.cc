#include "async/frame_pool.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "base/check.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TIDEGATE_FRAMES_FROM_MALLOC 1
#endif
#endif

namespace tidegate::async {

#ifdef TIDEGATE_FRAMES_FROM_MALLOC

void* allocate_frame(std::size_t bytes) { return std::malloc(bytes); }
void free_frame(void* frame, std::size_t) noexcept { std::free(frame); }

#else

namespace {

constexpr std::size_t kStep = 64;
constexpr std::size_t kClasses = 64;          // frames up to 4 KiB
constexpr std::size_t kMaxFreeFrames = 1024;  // per class and thread

struct FreeList {
  void* head = nullptr;
  std::size_t count = 0;
};

// Without constructor and destructor, so that no access asks whether this thread has run the one
// or registered the other: frames come and go nine times per request.
struct FramePool {
  std::array<FreeList, kClasses> lists;
  bool has_cleaner = false;
};
constinit thread_local FramePool pool{};

void*& next(void* frame) { return *static_cast<void**>(frame); }

struct Cleaner {
  ~Cleaner() {
    for (auto& list : pool.lists) {
      while (list.head != nullptr) std::free(std::exchange(list.head, next(list.head)));
      list.count = kMaxFreeFrames;  // what comes back later goes to free()
    }
  }
  void start() { pool.has_cleaner = true; }
};

[[gnu::noinline]] void start_cleaner() {
  thread_local Cleaner cleaner;
  cleaner.start();
}

}  // namespace

void* allocate_frame(std::size_t bytes) {
  const std::size_t size_class = (bytes - 1) / kStep;
  if (size_class < kClasses) [[likely]] {
    FreeList& list = pool.lists[size_class];
    if (list.head != nullptr) [[likely]] {
      --list.count;
      return std::exchange(list.head, next(list.head));
    }
    bytes = (size_class + 1) * kStep;
  }
  void* frame = std::malloc(bytes);
  TIDEGATE_CHECK(frame != nullptr);
  return frame;
}

void free_frame(void* frame, std::size_t bytes) noexcept {
  const std::size_t size_class = (bytes - 1) / kStep;
  if (size_class >= kClasses) return std::free(frame);
  FreeList& list = pool.lists[size_class];
  if (list.count == kMaxFreeFrames) return std::free(frame);
  if (!pool.has_cleaner) [[unlikely]]
    start_cleaner();
  next(frame) = std::exchange(list.head, frame);
  ++list.count;
}

#endif

}  // namespace tidegate::async
