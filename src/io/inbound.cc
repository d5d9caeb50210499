#include "io/inbound.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace tidegate::io {

using async::Outcome;

namespace {

// From here on a connection keeps the whole block: copying a payload of 100 KiB costs a seventh of
// relaying it. Less is copied, so that many slow connections do not hold a block each.
constexpr std::size_t kTooManyToCopy = limits::kReadBufferBytes / 8;
// Free blocks kept: as many as there are large messages at a time on a busy worker, 4 MiB.
constexpr std::size_t kMaxFreeBlocks = 32;

}  // namespace

SharedBuffer::SharedBuffer()
    : bytes_(std::make_unique_for_overwrite<char[]>(kBlockBytes + kSlackBytes)) {}

SharedBuffer::Block SharedBuffer::replace() {
  Block block;
  if (free_.empty()) {
    block = std::make_unique_for_overwrite<char[]>(kBlockBytes + kSlackBytes);
  } else {
    block = std::move(free_.back());
    free_.pop_back();
  }
  return std::exchange(bytes_, std::move(block));
}

void SharedBuffer::give_back(Block block) {
  if (free_.size() < kMaxFreeBlocks) free_.push_back(std::move(block));
}

Inbound::~Inbound() {
  if (shared_.owner_ == this) shared_.owner_ = nullptr;
  drop_own();
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
  if (size_ == 0) {
    data_ = nullptr;
  } else if (size_ < kTooManyToCopy) {
    grow_own(std::max(size_, expected_));
  } else {
    drop_own();
    own_ = shared_.replace();
    own_capacity_ = SharedBuffer::kBlockBytes;
  }
}

void Inbound::drop_own() {
  if (own_ == nullptr) return;
  if (own_capacity_ == SharedBuffer::kBlockBytes) shared_.give_back(std::move(own_));
  own_.reset();
  own_capacity_ = 0;
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
    drop_own();
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
  drop_own();
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
    drop_own();
    data_ = shared_.bytes_.get();
    attempt = socket_.try_read(shared_.bytes_.get(), limits::kReadBufferBytes);
  } else {
    attempt = try_fill_behind();
  }
  if (attempt.kind == Attempt::Kind::kBytes) size_ += attempt.bytes;
  if (attempt.kind == Attempt::Kind::kEnd) ended_ = true;
  return attempt;
}

// Reads behind what is there: in the shared buffer while that lies there and what is wanted fits.
Attempt Inbound::try_fill_behind() {
  const std::size_t wanted = wanted_bytes();
  char* base = shared_.bytes_.get();
  std::size_t capacity = SharedBuffer::kBlockBytes;
  if (shared_.owner_ != this || static_cast<std::size_t>(data_ - base) + wanted > capacity) {
    stash();
    grow_own(wanted);
    base = own_.get();
    capacity = own_capacity_;
  }
  const auto end = static_cast<std::size_t>(data_ - base) + size_;
  return socket_.try_read(base + end, capacity - end);
}

// Doubling keeps a long message linear; the kernel is asked for at least a page.
std::size_t Inbound::wanted_bytes() const {
  return size_ < expected_ ? expected_ : size_ + std::max<std::size_t>(size_, 4096);
}

// Uses the bytes of the completion that is being handled where they lie. False: there is none, or
// others come first.
bool Inbound::take_incoming(Attempt& attempt) {
  Socket::Received& received = *socket_.received_;
  if (size_ != 0 || received.incoming.empty() || received.kept_used != received.kept.size()) {
    return false;
  }
  stash();
  drop_own();
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
    grow_own(std::max(size_, expected_));
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
