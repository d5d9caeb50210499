// Sockets whose reads and writes the poller completes (io_uring): plain streams only.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/inbound.h"
#include "io/socket.h"

namespace tidegate::io {

void Socket::ask_to_receive() {
  if (!is_open()) return;
  if (reads_ == Reads::kUndecided) {
    received_ = std::make_unique<Received>();
    reads_ = Reads::kReceived;
    descriptor_.set_receiving();
  }
  if (!received_->ended && received_->error == 0) reactor().poller().receive(descriptor_);
}

Attempt Socket::take_received(char* data, std::size_t size) {
  Received& received = *received_;
  std::string_view next = std::string_view(received.kept).substr(received.kept_used);
  const bool from_kept = !next.empty();
  if (!from_kept) next = received.incoming;
  if (next.empty()) {
    if (received.error != 0) return {Attempt::Kind::kFailed, 0, received.error};
    return {received.ended ? Attempt::Kind::kEnd : Attempt::Kind::kWouldBlock, 0, 0};
  }
  const std::size_t taken = std::min(size, next.size());
  std::memcpy(data, next.data(), taken);
  if (!from_kept) {
    received.incoming.remove_prefix(taken);
  } else if (taken < next.size()) {
    received.kept_used += taken;
  } else {
    received.kept = std::string();  // its memory too: an idle connection holds none
    received.kept_used = 0;
  }
  return {Attempt::Kind::kBytes, taken, 0};
}

void Socket::on_received(std::string_view bytes, int error) {
  received_->incoming = bytes;
  received_->error = error;
  received_->ended = bytes.empty() && error == 0;
}

void Socket::release() {
  if (received_->borrower != nullptr) received_->borrower->keep_borrowed();
  received_->kept.append(received_->incoming);
  received_->incoming = {};
}

bool Socket::send_by_poller(const Parts& parts) {
  if (sending_ || parts.bytes() > async::Poller::kMaxSendBytes) return false;
  sending_ = reactor().poller().send(descriptor_, parts.pieces());
  return sending_;
}

void Socket::on_sent(int error) {
  sending_ = false;
  send_error_ = error;
  if (shutdown_after_send_) ::shutdown(descriptor_.fd(), SHUT_WR);
  shutdown_after_send_ = false;
}

}  // namespace tidegate::io
