#include "async/deferred_sends.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace tidegate::async {
namespace {

// How long the bytes of a closed descriptor may wait for room in the kernel.
constexpr std::chrono::seconds kLingering(30);

// Bytes that the kernel took; -1 with errno for a failure that waiting does not cure.
ssize_t send_some(int fd, std::string_view text) {
  const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

}  // namespace

DeferredSends::~DeferredSends() {
  for (const auto& remainder : lingering_) ::close(remainder->fd);
}

void DeferredSends::add(Descriptor& descriptor, std::span<const std::string_view> pieces) {
  const std::size_t begin = text_.size();
  if (begin == 0) text_.reserve(kMaxBytes + Poller::kMaxSendBytes);
  for (const std::string_view piece : pieces) text_.append(piece);
  sends_.push_back({&descriptor, begin, text_.size() - begin});
}

std::size_t DeferredSends::kept_back(const Descriptor& descriptor) const {
  const auto send = std::ranges::find(sends_, &descriptor, &Send::descriptor);
  return send == sends_.end() ? 0 : send->size;
}

void DeferredSends::flush() {
  if (sends_.empty()) return;
  // What is told of a send may add the next one.
  std::vector<Send> sends = std::exchange(sends_, {});
  std::string text = std::exchange(text_, {});
  for (const Send& each : sends) {
    if (each.descriptor != nullptr) send(each, text);
  }
  if (!sends_.empty()) return;
  sends.clear();
  text.clear();
  sends_ = std::move(sends);
  text_ = std::move(text);
}

void DeferredSends::send(const Send& send, const std::string& text) {
  Descriptor& descriptor = *send.descriptor;
  const std::string_view bytes = std::string_view(text).substr(send.begin, send.size);
  const ssize_t sent = send_some(descriptor.fd(), bytes);
  if (sent < 0) return descriptor.on_sent(errno);
  if (static_cast<std::size_t>(sent) == bytes.size()) return descriptor.on_sent(0);
  descriptor.clear_writable();
  keep(descriptor, bytes.substr(static_cast<std::size_t>(sent)));
}

void DeferredSends::keep(Descriptor& descriptor, std::string_view rest) {
  auto free = std::ranges::find_if(remainders_, [](const auto& slot) { return slot == nullptr; });
  if (free == remainders_.end()) free = remainders_.emplace(free);
  *free = std::make_unique<Remainder>(std::string(rest));
  descriptor.set_poller_slot(static_cast<std::uint32_t>(free - remainders_.begin()) + 1);
}

void DeferredSends::on_writable(Descriptor& descriptor) {
  if (descriptor.poller_slot() == 0) return;
  auto& slot = remainders_[descriptor.poller_slot() - 1];
  const std::string_view rest = std::string_view(slot->text).substr(slot->sent);
  const ssize_t sent = send_some(descriptor.fd(), rest);
  const int error = sent < 0 ? errno : 0;
  if (sent >= 0) slot->sent += static_cast<std::size_t>(sent);
  if (error == 0 && slot->sent < slot->text.size()) return descriptor.clear_writable();
  slot.reset();
  descriptor.set_poller_slot(0);
  descriptor.on_sent(error);
}

void DeferredSends::forget(Descriptor& descriptor, Unsent unsent) {
  for (Send& each : sends_) {
    if (each.descriptor != &descriptor) continue;
    each.descriptor = nullptr;
    // Also before an abort: it cuts what comes after these bytes.
    const auto bytes = std::string_view(text_).substr(each.begin, each.size);
    const ssize_t sent = send_some(descriptor.fd(), bytes);
    if (sent < 0 || static_cast<std::size_t>(sent) == bytes.size()) continue;
    if (unsent == Unsent::kDrop) continue;
    keep(descriptor, bytes.substr(static_cast<std::size_t>(sent)));
  }
  if (descriptor.poller_slot() == 0) return;
  auto remainder = std::move(remainders_[descriptor.poller_slot() - 1]);
  descriptor.set_poller_slot(0);
  if (unsent == Unsent::kFinish) linger(std::move(remainder), descriptor);
}

void DeferredSends::linger(std::unique_ptr<Remainder> remainder, const Descriptor& descriptor) {
  remainder->fd = ::dup(descriptor.fd());
  if (remainder->fd < 0) return;  // out of descriptors: the peer sees the message cut
  remainder->deadline = descriptor.reactor().now() + kLingering;
  epoll_event event{};
  event.events = EPOLLOUT | EPOLLET;
  event.data.u64 = reinterpret_cast<std::uintptr_t>(remainder.get()) | kLingeringTag;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, remainder->fd, &event) != 0) {
    ::close(remainder->fd);
    return;
  }
  lingering_.push_back(std::move(remainder));
}

void DeferredSends::on_lingering(Remainder* remainder) {
  const auto found = std::ranges::find(lingering_, remainder, &std::unique_ptr<Remainder>::get);
  if (found == lingering_.end()) return;
  const std::string_view rest = std::string_view(remainder->text).substr(remainder->sent);
  const ssize_t sent = send_some(remainder->fd, rest);
  if (sent >= 0 && static_cast<std::size_t>(sent) < rest.size()) {
    remainder->sent += static_cast<std::size_t>(sent);
    return;
  }
  ::close(remainder->fd);
  lingering_.erase(found);
}

void DeferredSends::expire(SteadyTime now) {
  std::erase_if(lingering_, [now](const auto& remainder) {
    if (remainder->deadline > now) return false;
    ::close(remainder->fd);
    return true;
  });
}

}  // namespace tidegate::async
