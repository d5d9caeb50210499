// Edge-triggered epoll: each descriptor is registered once, for both directions. Small sends are
// kept back for a batch (deferred_sends.h).
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "async/deferred_sends.h"
#include "async/descriptor.h"
#include "async/reactor.h"
#include "base/check.h"

namespace tidegate::async {
namespace {

class EpollPoller final : public Poller {
 public:
  EpollPoller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), sends_(epoll_) {
    TIDEGATE_CHECK(epoll_ >= 0);
  }
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

  void remove(Descriptor& descriptor, Unsent unsent) override {
    sends_.forget(descriptor, unsent);
    epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor.fd(), nullptr);
    // Events of this batch that are still to come must not reach a dead descriptor.
    for (int i = next_; i < count_; ++i) {
      auto& event = events_[static_cast<std::size_t>(i)];
      if (event.data.ptr == &descriptor) event.data.ptr = nullptr;
    }
  }

  bool send(Descriptor& descriptor, std::span<const std::string_view> pieces) override {
    sends_.add(descriptor, pieces);
    return true;
  }

  std::size_t kept_back(const Descriptor& descriptor) const override {
    return sends_.kept_back(descriptor);
  }

  // What the sends let go on may send again.
  void flush(Reactor& reactor) override {
    while (!sends_.empty()) {
      sends_.flush();
      reactor.resume_ready();
    }
  }

  void wait(Reactor& reactor, std::chrono::milliseconds timeout) override {
    const bool lingers = sends_.lingers();
    if (lingers && (timeout.count() < 0 || timeout > kLingeringLook)) timeout = kLingeringLook;
    const int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()),
                                 static_cast<int>(timeout.count()));
    count_ = count > 0 ? count : 0;
    reactor.begin_batch();
    for (next_ = 0; next_ < count_;) {
      dispatch(reactor, events_[static_cast<std::size_t>(next_++)]);
      if (sends_.full()) flush(reactor);
    }
    count_ = next_ = 0;
    flush(reactor);
    if (lingers) sends_.expire(reactor.now());
  }

 private:
  // How often closed descriptors' bytes are looked after.
  static constexpr std::chrono::milliseconds kLingeringLook{1000};

  void dispatch(Reactor& reactor, const epoll_event& event) {
    if (event.data.ptr == nullptr) return;
    if ((event.data.u64 & DeferredSends::kLingeringTag) != 0) {
      const std::uint64_t remainder = event.data.u64 & ~std::uint64_t{DeferredSends::kLingeringTag};
      return sends_.on_lingering(reinterpret_cast<DeferredSends::Remainder*>(remainder));
    }
    auto& descriptor = *static_cast<Descriptor*>(event.data.ptr);
    if ((event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) sends_.on_writable(descriptor);
    reactor.dispatch(descriptor, translate(event.events));
  }

  static std::uint32_t translate(std::uint32_t events) {
    std::uint32_t bits = 0;
    if ((events & EPOLLIN) != 0) bits |= Descriptor::kReadable;
    if ((events & EPOLLOUT) != 0) bits |= Descriptor::kWritable;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      bits |= Descriptor::kHungUp | Descriptor::kReadable | Descriptor::kWritable;
    }
    return bits;
  }

  const int epoll_;
  DeferredSends sends_;
  std::array<epoll_event, 256> events_{};
  int count_ = 0;
  int next_ = 0;
};

}  // namespace

std::unique_ptr<Poller> make_epoll_poller() { return std::make_unique<EpollPoller>(); }

}  // namespace tidegate::async
