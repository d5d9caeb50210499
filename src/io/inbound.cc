#include "io/inbound.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace tidegate::io {

using async::Outcome;

SharedBuffer::SharedBuffer()
    : bytes_(std::make_unique_for_overwrite<char[]>(limits::kReadBufferBytes + kSlackBytes)) {}

Inbound::~Inbound() {
  if (shared_.owner_ == this) shared_.owner_ = nullptr;
  auto* received = socket_.received_.get();
  if (received != nullptr && received->borrower == this) received->borrower = nullptr;
}

void Inbound::consume(std::size_t bytes) {
  TIDEGATE_DCHECK(bytes <= size_);
  data_ += bytes;
  size_ -= bytes;
}

void Inbound::stash() {
  if (shared_.owner_ != this) return;
  shared_.owner_ = nullptr;
  if (size_ != 0) {
    grow_own(size_);
  } else {
    data_ = nullptr;
  }
}

void Inbound::grow_own(std::size_t capacity) {
  const bool in_own = own_ != nullptr && data_ >= own_.get() && data_ < own_.get() + own_capacity_;
  if (in_own && static_cast<std::size_t>(data_ - own_.get()) + capacity <= own_capacity_) return;
  if (own_capacity_ >= capacity) {
    std::memmove(own_.get(), data_, size_);
  } else {
    capacity = std::max<std::size_t>(capacity, 1024);
    auto bigger = std::make_unique_for_overwrite<char[]>(capacity + kSlackBytes);
    if (size_ != 0) std::memcpy(bigger.get(), data_, size_);
    own_ = std::move(bigger);
    own_capacity_ = capacity;
  }
  data_ = own_.get();
}

void Inbound::prepend(std::string_view bytes) {
  stash();
  auto joined = std::make_unique_for_overwrite<char[]>(bytes.size() + size_ + kSlackBytes);
  std::memcpy(joined.get(), bytes.data(), bytes.size());
  if (size_ != 0) std::memcpy(joined.get() + bytes.size(), data_, size_);
  own_ = std::move(joined);
  own_capacity_ = size_ = bytes.size() + size_;
  data_ = own_.get();
}

Attempt Inbound::try_fill() {
  if (ended_) return {Attempt::Kind::kEnd, 0, 0};
  Attempt attempt;
  if (socket_.received_ != nullptr && take_incoming(attempt)) return attempt;
  if (size_ == 0) {
    if (shared_.owner_ != nullptr && shared_.owner_ != this) shared_.owner_->stash();
    shared_.owner_ = this;
    if (own_ != nullptr) {
      own_.reset();
      own_capacity_ = 0;
    }
    data_ = shared_.bytes_.get();
    attempt = socket_.try_read(shared_.bytes_.get(), limits::kReadBufferBytes);
  } else {
    stash();
    // Doubling keeps a long body linear; the kernel is asked for at least a buffer's worth.
    const std::size_t room = std::max<std::size_t>(size_, 4096);
    grow_own(size_ + room);
    const auto offset = static_cast<std::size_t>(data_ - own_.get()) + size_;
    attempt = socket_.try_read(own_.get() + offset, own_capacity_ - offset);
  }
  if (attempt.kind == Attempt::Kind::kBytes) size_ += attempt.bytes;
  if (attempt.kind == Attempt::Kind::kEnd) ended_ = true;
  return attempt;
}

// Uses the bytes of the completion that is being handled where they lie. False: there is none, or
// others come first.
bool Inbound::take_incoming(Attempt& attempt) {
  Socket::Received& received = *socket_.received_;
  if (size_ != 0 || received.incoming.empty() || received.kept_used != received.kept.size()) {
    return false;
  }
  stash();
  own_.reset();
  own_capacity_ = 0;
  data_ = received.incoming.data();
  size_ = received.incoming.size();
  received.borrower = this;
  received.incoming = {};
  attempt = {Attempt::Kind::kBytes, size_, 0};
  return true;
}

void Inbound::keep_borrowed() {
  socket_.received_->borrower = nullptr;
  if (size_ != 0) {
    grow_own(size_);
  } else if (own_ == nullptr) {
    data_ = nullptr;
  }
}

Inbound::Fill Inbound::fill(async::TimeoutList* timeout) { return Fill(*this, timeout); }

void Inbound::Fill::await_suspend(std::coroutine_handle<> handle) {
  inbound_.socket_.expect_data();
  inbound_.socket_.descriptor().set_reader(this);
  start_waiting(handle);
}

bool Inbound::Fill::perform() {
  last_ = inbound_.try_fill();
  return last_.kind != Attempt::Kind::kWouldBlock;
}

Result<std::size_t> Inbound::Fill::await_resume() {
  if (outcome() == Outcome::kTimeout || outcome() == Outcome::kCancelled) {
    return std::unexpected(error_of(outcome(), inbound_.socket_.side(), "read"));
  }
  if (last_.kind == Attempt::Kind::kFailed) {
    return std::unexpected(inbound_.socket_.error_of(last_, "read"));
  }
  return last_.kind == Attempt::Kind::kEnd ? 0 : last_.bytes;
}

}  // namespace tidegate::io
