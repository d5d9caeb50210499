#include "http/chunked.h"

#include <algorithm>

#include "http/chars.h"
#include "http/h1_fields.h"

namespace tidegate::http {
namespace {

constexpr std::uint64_t kMaxChunkBytes = 0x7fffffffffffffff;

}  // namespace

Result<ChunkedDecoder::Step> ChunkedDecoder::next(std::string_view bytes) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* at = begin;
  Step step;
  while (at != end && state_ != State::kDone) {
    if (state_ == State::kData) {
      step.payload = take_payload(at, end);
      at += step.payload.size();
      break;
    }
    if (const char* const payload = take_plain_line(at, end)) {
      at = payload;
      continue;
    }
    TIDEGATE_TRY_VOID(take_framing(*at));
    ++at;
  }
  step.consumed = static_cast<std::size_t>(at - begin);
  return step;
}

Result<std::size_t> ChunkedDecoder::measure(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && !done()) {
    TIDEGATE_TRY(step, next(bytes.substr(used)));
    used += step.consumed;
  }
  return used;
}

// The usual framing between two chunks, "\r\n1f4\r\n" or "1f4\r\n", when it lies whole in the
// bytes. Returns where the payload starts; null leaves every other case to take_framing().
const char* ChunkedDecoder::take_plain_line(const char* at, const char* end) {
  constexpr std::ptrdiff_t kLongest = 2 + 8 + 2;
  if (end - at < kLongest || (state_ != State::kDataCr && state_ != State::kSizeStart)) {
    return nullptr;
  }
  if (state_ == State::kDataCr) {
    if (at[0] != '\r' || at[1] != '\n') return nullptr;
    at += 2;
  }
  std::uint64_t size = 0;
  const char* const digits = at;
  for (; at != digits + 8; ++at) {
    const int digit = hex_value(*at);
    if (digit < 0) break;
    size = size << 4 | static_cast<std::uint64_t>(digit);
  }
  if (size == 0 || at[0] != '\r' || at[1] != '\n') return nullptr;
  remaining_ = size;
  state_ = State::kData;
  return at + 2;
}

std::string_view ChunkedDecoder::take_payload(const char* at, const char* end) {
  const std::uint64_t take = std::min(remaining_, static_cast<std::uint64_t>(end - at));
  remaining_ -= take;
  payload_bytes_ += take;
  if (remaining_ == 0) state_ = State::kDataCr;
  return {at, static_cast<std::size_t>(take)};
}

Result<void> ChunkedDecoder::take_framing(char c) {
  switch (state_) {
    case State::kDataCr:
      if (c != '\r') return fail(ErrorCode::kMalformed, origin_, "chunk longer than its size");
      state_ = State::kDataLf;
      return {};
    case State::kDataLf:
      if (c != '\n') return fail(ErrorCode::kMalformed, origin_, "bare CR behind a chunk");
      state_ = State::kSizeStart;
      return {};
    case State::kTrailers:
      return take_trailer_byte(c);
    case State::kSizeStart:
    case State::kSize:
    case State::kExtension:
    case State::kSizeLf:
      return take_size_byte(c);
    case State::kData:
    case State::kDone:
      break;
  }
  return {};
}

Result<void> ChunkedDecoder::take_size_byte(char c) {
  if (state_ == State::kSizeLf) {
    if (c != '\n') return fail(ErrorCode::kMalformed, origin_, "bare CR in a chunk size line");
    state_ = remaining_ == 0 ? State::kTrailers : State::kData;
    return {};
  }
  if (state_ == State::kSizeStart) {
    remaining_ = 0;
    line_bytes_ = 0;
  }
  if (++line_bytes_ > limits_.max_line_bytes) {
    return fail(ErrorCode::kLimit, origin_, "chunk size line over the limit");
  }
  if (c == '\r' && state_ != State::kSizeStart) {
    state_ = State::kSizeLf;
    return {};
  }
  if (state_ == State::kExtension) {
    if (!has_class(c, kValueChar)) {
      return fail(ErrorCode::kMalformed, origin_, "invalid byte in a chunk extension");
    }
    return {};
  }
  if (c == ';' && state_ == State::kSize) {
    state_ = State::kExtension;
    return {};
  }
  const int digit = hex_value(c);
  if (digit < 0) return fail(ErrorCode::kMalformed, origin_, "invalid chunk size");
  if (line_bytes_ > 16 || remaining_ > kMaxChunkBytes >> 4) {
    return fail(ErrorCode::kMalformed, origin_, "chunk size overflow");
  }
  remaining_ = remaining_ << 4 | static_cast<std::uint64_t>(digit);
  state_ = State::kSize;
  return {};
}

Result<void> ChunkedDecoder::take_trailer_byte(char c) {
  if (trailer_text_.size() >= limits_.max_trailer_bytes) {
    return fail(ErrorCode::kHeadTooLarge, origin_, "trailers over the limit");
  }
  if (c != '\n' && trailer_text_.ends_with('\r')) {
    return fail(ErrorCode::kMalformed, origin_, "bare CR in the trailers");
  }
  trailer_text_.push_back(c);
  if (c != '\n') return {};
  if (trailer_text_ == kChunkEnd) {
    state_ = State::kDone;
    return {};
  }
  if (!trailer_text_.ends_with("\r\n")) {
    return fail(ErrorCode::kMalformed, origin_, "bare LF in the trailers");
  }
  return trailer_text_.ends_with("\r\n\r\n") ? finish_trailers() : Result<void>();
}

Result<void> ChunkedDecoder::finish_trailers() {
  const std::string_view text = trailers_.arena().copy(trailer_text_);
  const char* const end = text.data() + text.size();
  TIDEGATE_TRY(parsed,
               parse_fields(text.data(), end, limits_.max_trailer_fields, origin_, trailers_));
  if (parsed != end) return fail(ErrorCode::kMalformed, origin_, "malformed trailers");
  for (const Field& field : trailers_.fields()) {
    if (is_forbidden_trailer(field.id)) {
      return fail(ErrorCode::kProtocolViolation, origin_, "forbidden trailer field");
    }
  }
  state_ = State::kDone;
  return {};
}

bool is_forbidden_trailer(HeaderId id) {
  switch (id) {
    case HeaderId::kAuthorization:
    case HeaderId::kConnection:
    case HeaderId::kContentEncoding:
    case HeaderId::kContentLength:
    case HeaderId::kContentType:
    case HeaderId::kCookie:
    case HeaderId::kExpect:
    case HeaderId::kHost:
    case HeaderId::kHttp2Settings:
    case HeaderId::kKeepAlive:
    case HeaderId::kProxyAuthenticate:
    case HeaderId::kProxyAuthorization:
    case HeaderId::kProxyConnection:
    case HeaderId::kTe:
    case HeaderId::kTrailer:
    case HeaderId::kTransferEncoding:
    case HeaderId::kUpgrade:
      return true;
    default:
      return false;
  }
}

ChunkPrefix::ChunkPrefix(std::uint64_t bytes) : start_(16) {
  text_[16] = '\r';
  text_[17] = '\n';
  do {
    text_[--start_] = "0123456789abcdef"[bytes & 0xf];
    bytes >>= 4;
  } while (bytes != 0);
}

}  // namespace tidegate::http
