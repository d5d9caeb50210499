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

class FramePool {
 public:
  ~FramePool() {
    for (auto& list : lists_) {
      while (list.head != nullptr) std::free(std::exchange(list.head, next(list.head)));
    }
  }
  void* take(std::size_t size_class) {
    List& list = lists_[size_class];
    if (list.head == nullptr) return std::malloc((size_class + 1) * kStep);
    --list.count;
    return std::exchange(list.head, next(list.head));
  }
  void put(std::size_t size_class, void* frame) {
    List& list = lists_[size_class];
    if (list.count == kMaxFreeFrames) return std::free(frame);
    *static_cast<void**>(frame) = std::exchange(list.head, frame);
    ++list.count;
  }

 private:
  struct List {
    void* head = nullptr;
    std::size_t count = 0;
  };
  static void* next(void* frame) { return *static_cast<void**>(frame); }
  std::array<List, kClasses> lists_;
};

FramePool& pool() {
  thread_local FramePool instance;
  return instance;
}

}  // namespace

void* allocate_frame(std::size_t bytes) {
  const std::size_t size_class = (bytes - 1) / kStep;
  void* frame = size_class < kClasses ? pool().take(size_class) : std::malloc(bytes);
  TIDEGATE_CHECK(frame != nullptr);
  return frame;
}

void free_frame(void* frame, std::size_t bytes) noexcept {
  const std::size_t size_class = (bytes - 1) / kStep;
  if (size_class < kClasses) {
    pool().put(size_class, frame);
  } else {
    std::free(frame);
  }
}

#endif

}  // namespace tidegate::async
