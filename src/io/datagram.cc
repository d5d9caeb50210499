#include "io/datagram.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace tidegate::io {

using async::Outcome;

Result<std::unique_ptr<DatagramSocket>> DatagramSocket::bind(async::Reactor& reactor,
                                                             const Address& address) {
  const auto failed = [&] {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                fmt::format("cannot bind UDP {}: {}", address.to_string(), std::strerror(errno)));
  };
  const int fd = ::socket(address.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed();
  auto socket = std::make_unique<DatagramSocket>(reactor, fd, Origin::kDownstream);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (address.family() == AF_INET6) {
    const int off = 0;
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (::bind(fd, address.data(), address.size()) != 0) return failed();
  TIDEGATE_TRY_VOID(socket->descriptor_.watch());
  return socket;
}

Result<std::unique_ptr<DatagramSocket>> DatagramSocket::connect(async::Reactor& reactor,
                                                                const Address& peer) {
  const auto failed = [&] {
    return fail(ErrorCode::kConnectFailed, Origin::kUpstream,
                fmt::format("UDP to {}: {}", peer.to_string(), std::strerror(errno)), Retry::kSafe);
  };
  const int fd = ::socket(peer.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed();
  auto socket = std::make_unique<DatagramSocket>(reactor, fd, Origin::kUpstream);
  if (::connect(fd, peer.data(), peer.size()) != 0) return failed();
  TIDEGATE_TRY_VOID(socket->descriptor_.watch());
  return socket;
}

Address DatagramSocket::local_address() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(descriptor_.fd(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return Address::from(reinterpret_cast<sockaddr*>(&storage), size);
}

// The number received, or minus errno.
int DatagramSocket::receive_into(DatagramBatch& batch) {
  constexpr std::size_t kMax = DatagramBatch::kMax;
  std::array<mmsghdr, kMax> messages{};
  std::array<iovec, kMax> pieces;
  std::array<sockaddr_storage, kMax> peers;
  for (std::size_t i = 0; i < kMax; ++i) {
    pieces[i] = {batch.bytes_.get() + i * DatagramBatch::kMaxBytes, DatagramBatch::kMaxBytes};
    messages[i].msg_hdr.msg_iov = &pieces[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = &peers[i];
    messages[i].msg_hdr.msg_namelen = sizeof peers[i];
  }
  batch.size_ = 0;
  const int count = ::recvmmsg(descriptor_.fd(), messages.data(), kMax, MSG_DONTWAIT, nullptr);
  if (count < 0) return -errno;
  batch.size_ = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < batch.size_; ++i) {
    const msghdr& header = messages[i].msg_hdr;
    batch.lengths_[i] = messages[i].msg_len;
    batch.peers_[i] = Address::from(reinterpret_cast<sockaddr*>(&peers[i]), header.msg_namelen);
  }
  return count;
}

ssize_t DatagramSocket::send_once(std::string_view text, const Address* peer) const {
  const ssize_t sent =
      ::sendto(descriptor_.fd(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
               peer != nullptr ? peer->data() : nullptr, peer != nullptr ? peer->size() : 0);
  return sent < 0 ? -errno : sent;
}

bool DatagramSocket::try_send(std::string_view text, const Address* peer) {
  return is_open() && send_once(text, peer) >= 0;
}

DatagramSocket::Receive DatagramSocket::receive(DatagramBatch& batch, async::TimeoutList* timeout) {
  return Receive(*this, batch, timeout);
}
DatagramSocket::Send DatagramSocket::send(std::string_view text, const Address* peer,
                                          async::TimeoutList* timeout) {
  return Send(*this, text, peer, timeout);
}

bool DatagramSocket::Receive::await_ready() {
  if (!socket_.is_open()) error_ = ECANCELED;
  return error_ != 0 || (socket_.descriptor_.readable() && perform());
}

void DatagramSocket::Receive::await_suspend(std::coroutine_handle<> handle) {
  socket_.descriptor_.set_reader(this);
  start_waiting(handle);
}

bool DatagramSocket::Receive::perform() {
  const int received = socket_.receive_into(batch_);
  if (received == -EAGAIN || received == -EINTR) {
    socket_.descriptor_.clear_readable();
    return false;
  }
  // A batch that is not full has drained the socket.
  if (received > 0 && batch_.size() < DatagramBatch::kMax) socket_.descriptor_.clear_readable();
  if (received < 0) error_ = -received;
  return true;
}

Result<std::size_t> DatagramSocket::Receive::await_resume() {
  if (outcome() == Outcome::kTimeout || outcome() == Outcome::kCancelled) {
    return std::unexpected(error_of(outcome(), socket_.side_, "datagram"));
  }
  if (error_ == 0) return batch_.size();
  if (error_ == ECANCELED) return fail(ErrorCode::kCancelled, socket_.side_, "socket closed");
  const auto code = error_ == ECONNREFUSED ? ErrorCode::kConnectionRefused : ErrorCode::kIo;
  return fail(code, socket_.side_, fmt::format("receive: {}", std::strerror(error_)));
}

bool DatagramSocket::Send::await_ready() {
  if (!socket_.is_open()) {
    error_ = ECANCELED;
    return true;
  }
  if (perform()) return true;
  kept_ = text_;
  text_ = kept_;
  if (peer_ != nullptr) kept_peer_ = *peer_;
  if (peer_ != nullptr) peer_ = &kept_peer_;
  return false;
}

void DatagramSocket::Send::await_suspend(std::coroutine_handle<> handle) {
  socket_.descriptor_.set_writer(this);
  start_waiting(handle);
}

bool DatagramSocket::Send::perform() {
  const ssize_t sent = socket_.send_once(text_, peer_);
  if (sent == -EAGAIN || sent == -EINTR) {
    socket_.descriptor_.clear_writable();
    return false;
  }
  if (sent < 0) error_ = static_cast<int>(-sent);
  return true;
}

Result<void> DatagramSocket::Send::await_resume() {
  if (outcome() == Outcome::kTimeout || outcome() == Outcome::kCancelled) {
    return std::unexpected(error_of(outcome(), socket_.side_, "datagram"));
  }
  if (error_ == 0) return {};
  if (error_ == ECANCELED) return fail(ErrorCode::kCancelled, socket_.side_, "socket closed");
  const auto code = error_ == ECONNREFUSED ? ErrorCode::kConnectionRefused : ErrorCode::kIo;
  return fail(code, socket_.side_, fmt::format("send: {}", std::strerror(error_)));
}

}  // namespace tidegate::io
