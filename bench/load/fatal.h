// Ends the process when a benchmark cannot be what it claims to be (bad argument, no port, no
// socket).
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tidegate::bench {

// Prints one line to standard error and exits with status 2.
[[noreturn]] inline void fatal(std::string_view reason) {
  fmt::print(stderr, "tidegate_bench_load: {}\n", reason);
  std::exit(2);
}

}  // namespace tidegate::bench
