// Assertions about our own code. Never used on network input or configuration: those fail with an
// Error.
#pragma once

namespace tidegate {

// Prints what was violated and where, then aborts. Never returns.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace tidegate

#define TIDEGATE_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::tidegate::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define TIDEGATE_DCHECK(condition) static_cast<void>(sizeof(!(condition)))
#else
#define TIDEGATE_DCHECK(condition) TIDEGATE_CHECK(condition)
#endif
