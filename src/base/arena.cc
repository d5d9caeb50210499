#include "base/arena.h"

#include <sanitizer/asan_interface.h>

#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace tidegate {
namespace {

constexpr std::size_t kBlockBytes = 4096;
constexpr std::size_t kMaxFreeBlocks = 256;  // 1 MiB per thread at most

// Free blocks of this thread, linked through their first word. The address sanitizer takes the rest
// of them for freed memory, so that use after clear() is seen.
struct FreeList {
  void* head = nullptr;
  std::size_t count = 0;

  void push(void* block) {
    *static_cast<void**>(block) = std::exchange(head, block);
    ++count;
    ASAN_POISON_MEMORY_REGION(static_cast<void**>(block) + 1, kBlockBytes - sizeof(void*));
  }
  void* pop() {
    void* block = std::exchange(head, *static_cast<void**>(head));
    --count;
    ASAN_UNPOISON_MEMORY_REGION(block, kBlockBytes);
    return block;
  }
  ~FreeList() {
    while (head != nullptr) std::free(pop());
  }
};

FreeList& free_blocks() {
  thread_local FreeList list;
  return list;
}

}  // namespace

void* Arena::allocate_in_new_block(std::size_t bytes, std::size_t alignment) {
  grow(bytes + alignment);
  return allocate(bytes, alignment);
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  auto* bytes = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

std::string_view Arena::concat(std::initializer_list<std::string_view> parts) {
  std::size_t total = 0;
  for (auto part : parts) total += part.size();
  if (total == 0) return {};
  auto* bytes = static_cast<char*>(allocate(total, 1));
  char* out = bytes;
  for (auto part : parts) {
    if (!part.empty()) std::memcpy(out, part.data(), part.size());
    out += part.size();
  }
  return {bytes, total};
}

void Arena::clear() {
  auto& list = free_blocks();
  while (blocks_ != nullptr) {
    Block* block = std::exchange(blocks_, blocks_->next);
    const bool standard = block->capacity == kBlockBytes - sizeof(Block);
    if (standard && list.count < kMaxFreeBlocks) {
      list.push(block);
    } else {
      std::free(block);
    }
  }
  cursor_ = end_ = nullptr;
  used_ = 0;
}

void Arena::grow(std::size_t bytes) {
  std::size_t total = kBlockBytes;
  void* memory = nullptr;
  if (bytes + sizeof(Block) > kBlockBytes) {
    total = bytes + sizeof(Block);
    memory = std::malloc(total);
  } else if (auto& list = free_blocks(); list.head != nullptr) {
    memory = list.pop();
  } else {
    memory = std::malloc(total);
  }
  TIDEGATE_CHECK(memory != nullptr);
  blocks_ = ::new (memory) Block{blocks_, total - sizeof(Block)};
  cursor_ = reinterpret_cast<char*>(blocks_ + 1);
  end_ = static_cast<char*>(memory) + total;
}

}  // namespace tidegate
