// Edge-triggered epoll: each descriptor is registered once, for both directions.
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "async/descriptor.h"
#include "async/reactor.h"
#include "base/check.h"

namespace tidegate::async {
namespace {

class EpollPoller final : public Poller {
 public:
  EpollPoller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) { TIDEGATE_CHECK(epoll_ >= 0); }
  ~EpollPoller() override { ::close(epoll_); }

  Result<void> add(Descriptor& descriptor) override {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &descriptor;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor.fd(), &event) != 0) {
      return fail(ErrorCode::kIo, Origin::kInternal, std::strerror(errno));
    }
    return {};
  }

  void remove(Descriptor& descriptor, Unsent) override {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor.fd(), nullptr);
    // Events of this batch that are still to come must not reach a dead descriptor.
    for (int i = next_; i < count_; ++i) {
      auto& event = events_[static_cast<std::size_t>(i)];
      if (event.data.ptr == &descriptor) event.data.ptr = nullptr;
    }
  }

  void wait(Reactor& reactor, std::chrono::milliseconds timeout) override {
    const int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()),
                                 static_cast<int>(timeout.count()));
    count_ = count > 0 ? count : 0;
    reactor.begin_batch();
    for (next_ = 0; next_ < count_;) {
      const epoll_event& event = events_[static_cast<std::size_t>(next_++)];
      if (event.data.ptr == nullptr) continue;
      reactor.dispatch(*static_cast<Descriptor*>(event.data.ptr), translate(event.events));
    }
    count_ = next_ = 0;
  }

 private:
  static std::uint32_t translate(std::uint32_t events) {
    std::uint32_t bits = 0;
    if ((events & EPOLLIN) != 0) bits |= Descriptor::kReadable;
    if ((events & EPOLLOUT) != 0) bits |= Descriptor::kWritable;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      bits |= Descriptor::kHungUp | Descriptor::kReadable | Descriptor::kWritable;
    }
    return bits;
  }

  int epoll_;
  std::array<epoll_event, 256> events_{};
  int count_ = 0;
  int next_ = 0;
};

}  // namespace

std::unique_ptr<Poller> make_epoll_poller() { return std::make_unique<EpollPoller>(); }

}  // namespace tidegate::async
