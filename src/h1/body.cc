#include "h1/body.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tidegate::h1 {

using stream::End;
using stream::Piece;
using Kind = http::BodyLength::Kind;

Body::Body(io::Inbound& inbound, http::BodyLength length, Arena& arena, async::TimeoutList* idle,
           Retain retain)
    : inbound_(inbound),
      length_(length),
      remaining_(length.bytes),
      idle_(idle),
      retain_(retain),
      done_(length.is_empty()) {
  if (length.kind == Kind::kChunked) chunked_.emplace(arena, inbound.socket().side());
}

bool Body::is_whole() const {
  return length_.kind == Kind::kKnown && bytes_read_ == 0 && inbound_.unread().size() >= remaining_;
}

std::optional<std::string_view> Body::whole() {
  if (length_.is_empty()) return std::string_view();
  if (retained_ || is_whole()) return inbound_.unread().substr(0, length_.bytes);
  return std::nullopt;
}

bool Body::rewind() {
  cancelled_ = false;
  if (length_.is_empty()) return true;
  if (!retained_) return bytes_read_ == 0;
  retained_ = false;
  done_ = false;
  bytes_read_ = 0;
  return true;
}

bool Body::ready() const { return done_ || !inbound_.empty() || inbound_.ready(); }

std::optional<Piece> Body::next_now() {
  if (done_) return Piece{std::string_view(), End::kYes};
  if (retain_ == Retain::kWhenWhole && is_whole()) {
    retained_ = done_ = true;
    bytes_read_ = length_.bytes;
    return Piece{inbound_.unread().substr(0, length_.bytes), End::kYes};
  }
  if (inbound_.empty() || malformed_) return std::nullopt;
  const std::string_view bytes = chunked_ ? take_chunked() : take_known();
  bytes_read_ += bytes.size();
  if (bytes.empty() && !done_) return std::nullopt;
  return Piece{bytes, done_ ? End::kYes : End::kNo};
}

async::Task<Result<Piece>> Body::next() {
  while (true) {
    if (auto piece = next_now()) co_return *piece;
    if (malformed_) co_return std::unexpected(*malformed_);
    if (cancelled_) co_return cancelled();
    if (is_first_wait()) {
      TIDEGATE_CO_TRY_VOID(before_first_wait());
    }
    TIDEGATE_CO_TRY(got, inbound_.fill(idle_));
    if (got != 0) continue;
    if (length_.kind != Kind::kUntilClose) co_return cut_short();
    done_ = true;
  }
}

async::Task<Result<void>> Body::gather() {
  const bool stays = retain_ == Retain::kWhenWhole && length_.kind == Kind::kKnown;
  if (!stays || bytes_read_ != 0) co_return Result<void>();
  while (!is_whole()) {
    if (cancelled_) co_return cancelled();
    if (is_first_wait()) {
      TIDEGATE_CO_TRY_VOID(before_first_wait());
    }
    inbound_.expect(length_.bytes);
    auto got = co_await inbound_.fill(idle_);
    inbound_.expect(0);
    if (!got) co_return std::unexpected(std::move(got).error());
    if (*got == 0) co_return cut_short();
  }
  co_return Result<void>();
}

bool Body::is_first_wait() {
  if (waited_ || inbound_.ready()) return false;
  waited_ = true;
  return true;
}

std::string_view Body::take_known() {
  const std::string_view unread = inbound_.unread();
  if (length_.kind == Kind::kUntilClose) {
    inbound_.consume(unread.size());
    return unread;
  }
  const auto bytes = unread.substr(0, std::min<std::uint64_t>(unread.size(), remaining_));
  remaining_ -= bytes.size();
  done_ = remaining_ == 0;
  inbound_.consume(bytes.size());
  return bytes;
}

// Takes the framing off everything that is here, and closes the gaps in place: many chunks that
// came in one read leave as one piece.
std::string_view Body::take_chunked() {
  char* start = nullptr;
  std::size_t size = 0;
  while (!inbound_.empty() && !chunked_->done()) {
    const auto step = chunked_->next(inbound_.unread());
    if (!step) {
      malformed_ = step.error();  // what came before it is still good
      break;
    }
    inbound_.consume(step->consumed);
    if (step->payload.empty()) continue;
    // The bytes are the read buffer's, which is ours to write; what lies before the payload was
    // consumed.
    char* payload = const_cast<char*>(step->payload.data());
    if (start == nullptr) start = payload;
    if (start + size != payload) std::memmove(start + size, payload, step->payload.size());
    size += step->payload.size();
  }
  done_ = chunked_->done();
  return std::string_view(start, size);
}

std::unexpected<Error> Body::cut_short() const {
  return fail(ErrorCode::kEndOfStream, inbound_.socket().side(),
              "connection closed before the end of the body");
}

std::unexpected<Error> Body::cancelled() const {
  return fail(ErrorCode::kCancelled, inbound_.socket().side(), "body cancelled");
}

const http::HeaderMap* Body::trailers() const {
  if (!chunked_ || !chunked_->done() || chunked_->trailers().empty()) return nullptr;
  return &chunked_->trailers();
}

void Body::cancel() {
  cancelled_ = true;
  inbound_.socket().descriptor().cancel_reader();
}

bool Body::release() {
  if (retained_ || (!done_ && is_whole())) {
    inbound_.consume(length_.bytes);
    retained_ = false;
    done_ = true;
    length_ = http::BodyLength::none();
  }
  return done_ && length_.kind != Kind::kUntilClose;
}

async::Task<Result<void>> Body::before_first_wait() { co_return Result<void>(); }

}  // namespace tidegate::h1
