// The body of a request that is written while it is on its way. What was given out is kept until it
// is known to have arrived, so that the request can be sent again.   Thread: the worker's.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include "async/event.h"
#include "stream/body.h"

namespace tidegate::proxy {

class OutgoingBody final : public stream::BodySource {
 public:
  explicit OutgoingBody(async::Reactor& reactor) : changed_(reactor) {}

  void push(std::string bytes) {
    waiting_bytes_ += bytes.size();
    pieces_.push_back(std::move(bytes));
    changed_.set();
  }
  void end() {
    ended_ = true;
    changed_.set();
  }
  // Nothing is sent again.
  void forget() { keeps_ = false; }
  bool ended() const { return ended_; }
  std::size_t waiting() const { return waiting_bytes_; }

  async::Task<Result<stream::Piece>> next() override {
    while (given_ == pieces_.size() && !ended_ && !cancelled_) {
      [[maybe_unused]] const async::Outcome outcome = co_await changed_.wait();
    }
    if (cancelled_) co_return fail(ErrorCode::kCancelled, Origin::kInternal, "a stream");
    if (!keeps_) drop_given();
    if (given_ == pieces_.size()) co_return stream::Piece(std::string_view(), stream::End::kYes);
    const std::string& piece = pieces_[given_++];
    waiting_bytes_ -= piece.size();
    const bool last = ended_ && given_ == pieces_.size();
    co_return stream::Piece(piece, last ? stream::End::kYes : stream::End::kNo);
  }
  bool ready() const override { return given_ < pieces_.size() || ended_; }
  bool rewind() override {
    if (!keeps_) return false;
    while (given_ > 0) waiting_bytes_ += pieces_[--given_].size();
    cancelled_ = false;
    return true;
  }
  void cancel() override {
    cancelled_ = true;
    changed_.set();
  }

 private:
  void drop_given() {
    for (; given_ > 0; --given_) pieces_.pop_front();
  }

  async::Event changed_;
  std::deque<std::string> pieces_;  // what was given out stays where it is
  std::size_t given_ = 0;
  std::size_t waiting_bytes_ = 0;  // of those behind
  bool keeps_ = true;
  bool ended_ = false;
  bool cancelled_ = false;
};

}  // namespace tidegate::proxy
