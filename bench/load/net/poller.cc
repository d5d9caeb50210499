#include "bench/load/net/poller.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include "bench/load/fatal.h"

namespace tidegate::bench {

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) fatal("epoll_create1 failed");
  // Without this the kernel may round every timed wait up by 50 us, which would show up as latency.
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

Poller::~Poller() { close(epoll_); }

void Poller::add(int socket, EventHandler& handler) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &handler;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) fatal("epoll_ctl failed");
}

void Poller::wait(std::optional<Instant> due) {
  std::array<epoll_event, 256> events;
  timespec timeout{};
  if (due) {
    const Duration left = std::max(Duration(0), Duration(*due - Clock::now()));
    timeout.tv_sec = left.count() / 1'000'000'000;
    timeout.tv_nsec = left.count() % 1'000'000'000;
  }
  const int ready = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()),
                                 due ? &timeout : nullptr, nullptr);
  if (ready < 0 && errno != EINTR) fatal("epoll_pwait2 failed");
  for (const epoll_event& event :
       std::span(events).first(static_cast<std::size_t>(std::max(ready, 0)))) {
    static_cast<EventHandler*>(event.data.ptr)->on_ready(event.events);
  }
}

}  // namespace tidegate::bench
