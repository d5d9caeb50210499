// Bump allocator for what lives exactly as long as one exchange: head fields, rewritten targets,
// log strings.
//
// Memory comes in 4 KiB blocks from a per-thread free list, so a steady worker calls malloc for
// none of it. Nothing is destroyed: only trivially destructible things go in. Thread: one owner;
// the free list is thread-local, so destroy on the thread that made it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <new>
#include <string_view>
#include <type_traits>

namespace tidegate {

class Arena {
 public:
  Arena() = default;
  ~Arena() { clear(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Uninitialised bytes, aligned for `alignment` (a power of two up to 16). Aborts when memory is
  // out.
  void* allocate(std::size_t bytes, std::size_t alignment = 8) {
    const auto address = reinterpret_cast<std::uintptr_t>(cursor_);
    const std::size_t padding = (0 - address) & (alignment - 1);
    if (cursor_ == nullptr || padding + bytes > static_cast<std::size_t>(end_ - cursor_)) {
      return allocate_in_new_block(bytes, alignment);
    }
    char* result = cursor_ + padding;
    cursor_ = result + bytes;
    used_ += bytes;
    return result;
  }

  // `count` uninitialised objects of T.
  template <class T>
  T* allocate_array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
  }

  // Constructs a T in place; its destructor never runs.
  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return ::new (allocate(sizeof(T), alignof(T))) T(static_cast<Args&&>(args)...);
  }

  // A copy of the text that lives as long as the arena.
  std::string_view copy(std::string_view text);
  // The parts one after another.
  std::string_view concat(std::initializer_list<std::string_view> parts);

  // Gives everything back; all pointers into the arena die.
  void clear();
  // Bytes handed out since the last clear(), for tests and metrics.
  std::size_t used() const { return used_; }

 private:
  struct Block {
    Block* next;
    std::size_t capacity;  // bytes behind this header
  };
  void* allocate_in_new_block(std::size_t bytes, std::size_t alignment);
  void grow(std::size_t bytes);

  Block* blocks_ = nullptr;
  char* cursor_ = nullptr;
  char* end_ = nullptr;
  std::size_t used_ = 0;
};

}  // namespace tidegate
