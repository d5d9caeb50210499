#include "bench/load/measure/cpu_watch.h"

#include <charconv>
#include <ranges>

#include "bench/load/fatal.h"

namespace tidegate::bench {

CpuWatch::CpuWatch(std::string_view pids) {
  for (auto part : pids | std::views::split(',')) {
    const std::string_view word(part.begin(), part.end());
    pid_t pid = 0;
    clockid_t clock = 0;
    auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), pid);
    if (error != std::errc{} || stop != word.data() + word.size() ||
        clock_getcpuclockid(pid, &clock) != 0) {
      fatal(fmt::format("no process '{}' to watch", word));
    }
    clocks_.push_back(clock);
  }
}

Duration CpuWatch::used() const {
  Duration sum{0};
  for (clockid_t clock : clocks_) {
    timespec now{};
    if (clock_gettime(clock, &now) != 0) fatal("a watched process ended during the measurement");
    sum += std::chrono::seconds(now.tv_sec) + Duration(now.tv_nsec);
  }
  return sum;
}

}  // namespace tidegate::bench
