#include "h2/body_queue.h"

#include <utility>

#include "io/inbound.h"

namespace tidegate::h2 {

using stream::End;
using stream::Piece;

void BodyQueue::push(std::string_view bytes) {
  // With the slack that whole() needs, a body of one frame is allocated and copied once.
  if (received_.empty()) received_.reserve(bytes.size() + io::kSlackBytes);
  received_.append(bytes);
  readable_.set();
}

void BodyQueue::push_end() {
  ended_ = true;
  readable_.set();
}

void BodyQueue::close() {
  closed_ = true;
  readable_.set();
}

void BodyQueue::cancel() {
  cancelled_ = true;
  readable_.cancel();
}

void BodyQueue::release() {
  const std::size_t held = std::exchange(held_, 0);
  if (held != 0 && !closed_) session_.consume(id_, held);
}

std::optional<Piece> BodyQueue::next_now() {
  if (received_.empty() && !ended_) return std::nullopt;
  release();
  given_ = std::exchange(received_, std::string());
  given_total_ += given_.size();
  held_ = given_.size();
  return Piece{given_, ended_ ? End::kYes : End::kNo};
}

async::Task<Result<Piece>> BodyQueue::next() {
  release();
  while (received_.empty() && !ended_) {
    if (closed_) co_return fail(ErrorCode::kConnectionReset, origin_, "stream was reset");
    if (cancelled_) co_return fail(ErrorCode::kCancelled, origin_, "body cancelled");
    const async::Outcome outcome = co_await readable_.wait(idle_);
    if (outcome != async::Outcome::kDone) {
      co_return std::unexpected(async::Operation::error_of(outcome, origin_, "body"));
    }
  }
  co_return *next_now();
}

std::optional<std::string_view> BodyQueue::whole() {
  if (!ended_) return std::nullopt;
  std::string* text = nullptr;
  if (given_total_ == 0) {
    text = &received_;
  } else if (given_total_ == given_.size() && received_.empty()) {
    text = &given_;
  }
  if (text == nullptr) return std::nullopt;
  text->reserve(text->size() + io::kSlackBytes);
  return *text;
}

bool BodyQueue::rewind() {
  cancelled_ = false;
  if (given_total_ == 0) return true;
  if (!ended_ || given_total_ != given_.size() || !received_.empty()) return false;
  release();
  received_ = given_;
  given_total_ = 0;
  return true;
}

}  // namespace tidegate::h2
