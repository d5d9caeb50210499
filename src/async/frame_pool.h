// Coroutine frames come from a per-thread free list by size class, so a steady worker allocates
// none. Under AddressSanitizer frames come from malloc, so that use after free is seen. Thread: a
// frame is freed on the thread that made it (tasks never migrate).
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define TIDEGATE_FRAMES_FROM_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TIDEGATE_FRAMES_FROM_MALLOC 1
#endif
#endif

namespace tidegate::async {

#ifdef TIDEGATE_FRAMES_FROM_MALLOC

void* allocate_frame(std::size_t bytes);
void free_frame(void* frame, std::size_t bytes) noexcept;

#else

namespace detail {

inline constexpr std::size_t kFrameStep = 64;
inline constexpr std::size_t kFrameClasses = 64;     // frames up to 4 KiB
inline constexpr std::size_t kMaxFreeFrames = 1024;  // per class and thread

struct FreeFrames {
  void* head = nullptr;
  std::size_t count = 0;
};

// Without constructor and destructor, so that no access asks whether this thread has run the one
// or registered the other: frames come and go a dozen times per request.
struct FramePool {
  std::array<FreeFrames, kFrameClasses> lists;
  bool has_cleaner = false;
};
extern constinit thread_local FramePool frame_pool;

void* allocate_new_frame(std::size_t bytes);
void free_surplus_frame(void* frame, std::size_t bytes) noexcept;
inline void*& next_frame(void* frame) { return *static_cast<void**>(frame); }

}  // namespace detail

// Inline, so that the size of a coroutine's frame picks its list when compiled.
inline void* allocate_frame(std::size_t bytes) {
  const std::size_t size_class = (bytes - 1) / detail::kFrameStep;
  if (size_class < detail::kFrameClasses) [[likely]] {
    detail::FreeFrames& list = detail::frame_pool.lists[size_class];
    if (list.head != nullptr) [[likely]] {
      --list.count;
      return std::exchange(list.head, detail::next_frame(list.head));
    }
  }
  return detail::allocate_new_frame(bytes);
}

inline void free_frame(void* frame, std::size_t bytes) noexcept {
  const std::size_t size_class = (bytes - 1) / detail::kFrameStep;
  if (size_class >= detail::kFrameClasses || !detail::frame_pool.has_cleaner ||
      detail::frame_pool.lists[size_class].count == detail::kMaxFreeFrames) [[unlikely]] {
    return detail::free_surplus_frame(frame, bytes);
  }
  detail::FreeFrames& list = detail::frame_pool.lists[size_class];
  detail::next_frame(frame) = std::exchange(list.head, frame);
  ++list.count;
}

#endif

// For objects that come and go with every exchange, as a base class: their memory is a frame's.
struct InFramePool {
  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept {
    free_frame(memory, bytes);
  }
};

}  // namespace tidegate::async
