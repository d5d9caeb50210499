#include "app/startup_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace tidegate::app {
namespace {

constexpr std::uintptr_t kPageBytes = 4096;

// Segments that are mapped from a file and can never have been written to.
int drop_pages(dl_phdr_info* object, std::size_t, void*) {
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
    const std::uintptr_t first = begin / kPageBytes * kPageBytes;
    // The last page may be shared with the segment behind, which may be writable.
    const std::uintptr_t end = (begin + segment.p_memsz) / kPageBytes * kPageBytes;
    if (end <= first) continue;
    // A failure leaves the pages where they are.
    madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void give_back_startup_memory() {
  malloc_trim(0);
  dl_iterate_phdr(drop_pages, nullptr);
}

}  // namespace tidegate::app
