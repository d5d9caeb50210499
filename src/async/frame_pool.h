// Coroutine frames come from a per-thread free list by size class, so a steady worker allocates
// none. Under AddressSanitizer frames come from malloc, so that use after free is seen. Thread: a
// frame is freed on the thread that made it (tasks never migrate).
#pragma once

#include <cstddef>

namespace tidegate::async {

void* allocate_frame(std::size_t bytes);
void free_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace tidegate::async
