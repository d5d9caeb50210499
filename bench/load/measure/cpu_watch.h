// CPU time of other processes: user + system of all their threads, ended ones included, in
// nanoseconds.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <string_view>
#include <vector>

#include "bench/load/instant.h"

namespace tidegate::bench {

class CpuWatch {
 public:
  // `pids` is a list such as "311,312". Ends the process if one of them does not exist.
  explicit CpuWatch(std::string_view pids);

  // CPU time used so far, summed over the processes. It is the kernel's own run-time account (the
  // figure that utime+stime are scaled to), read through the process CPU clock, so it is exact at
  // the moment of the call.
  Duration used() const;

 private:
  std::vector<clockid_t> clocks_;
};

}  // namespace tidegate::bench
