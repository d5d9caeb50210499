#include "llm/dialect/bedrock/read_frame.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/crc32.h"

namespace tidegate::llm::bedrock {
namespace {

constexpr std::size_t kPreludeBytes = 12;  // two lengths and their checksum
constexpr std::size_t kAround = kPreludeBytes + 4;

std::unexpected<Error> refuse(std::string detail) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream, "event stream: " + std::move(detail));
}

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// Takes bytes off the front; empty optional: there are not so many.
class ByteCursor {
 public:
  explicit ByteCursor(std::string_view bytes) : bytes_(bytes) {}

  bool done() const { return bytes_.empty(); }
  std::optional<std::string_view> take(std::size_t size) {
    if (size > bytes_.size()) return std::nullopt;
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  // A number of `size` bytes.
  std::optional<std::size_t> number(std::size_t size) {
    const auto taken = take(size);
    if (!taken) return std::nullopt;
    std::size_t value = 0;
    for (const char c : *taken) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }

 private:
  std::string_view bytes_;
};

constexpr std::size_t kBytesType = 6;
constexpr std::size_t kStringType = 7;
// Sizes of the values that have a fixed one.
constexpr std::array<std::size_t, 10> kValueBytes{0, 0, 1, 2, 4, 8, 0, 0, 8, 16};

void put_header(Frame& frame, std::string_view name, std::string_view value) {
  if (name == ":message-type") frame.message_type = value;
  if (name == ":event-type") frame.event_type = value;
  if (name == ":exception-type") frame.exception_type = value;
  if (name == ":error-code") frame.error_code = value;
  if (name == ":error-message") frame.error_message = value;
  if (name == ":content-type") frame.content_type = value;
}

bool read_headers(std::string_view headers, Frame& frame) {
  ByteCursor cursor(headers);
  while (!cursor.done()) {
    const auto name_size = cursor.number(1);
    const auto name = cursor.take(name_size.value_or(0));
    const auto type = cursor.number(1);
    if (!name || !type || *type >= kValueBytes.size()) return false;
    auto size = std::optional(kValueBytes[*type]);
    if (*type == kBytesType || *type == kStringType) size = cursor.number(2);
    if (!size) return false;
    const auto value = cursor.take(*size);
    if (!value) return false;
    if (*type == kStringType) put_header(frame, *name, *value);
  }
  return true;
}

// `bytes` is one message, whose prelude was checked.
Result<void> read_frame(std::string_view bytes, Frame& frame) {
  const auto body = bytes.substr(0, bytes.size() - 4);
  if (crc32(body) != read_u32(bytes.substr(body.size()))) {
    return refuse("wrong checksum of a message");
  }
  const std::size_t headers = read_u32(bytes.substr(4));
  if (headers > bytes.size() - kAround) return refuse("headers longer than their message");
  frame = {};
  if (!read_headers(body.substr(kPreludeBytes, headers), frame)) return refuse("bad header");
  frame.headers = body.substr(kPreludeBytes, headers);
  frame.payload = body.substr(kPreludeBytes + headers);
  return {};
}

}  // namespace

void FrameReader::feed(std::string_view bytes) {
  if (carry_spent_) carry_.clear();
  carry_spent_ = false;
  rest_ = bytes;
}

// Size of the message that begins with `bytes`; 0: not enough of it is here to tell.
Result<std::size_t> FrameReader::frame_bytes(std::string_view bytes) const {
  if (bytes.size() < kPreludeBytes) return std::size_t{0};
  if (crc32(bytes.substr(0, 8)) != read_u32(bytes.substr(8))) {
    return refuse("wrong checksum of a prelude");
  }
  const std::size_t size = read_u32(bytes);
  if (size < kAround) return refuse("impossible length of a message");
  if (size > max_frame_bytes_) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "event stream: message too large");
  }
  return size;
}

Result<bool> FrameReader::next(Frame& frame) {
  if (carry_spent_) carry_.clear();
  carry_spent_ = false;
  if (!carry_.empty()) return next_carried(frame);
  TIDEGATE_TRY(size, frame_bytes(rest_));
  if (size == 0 || size > rest_.size()) {
    carry_ = rest_;
    rest_ = {};
    return false;
  }
  TIDEGATE_TRY_VOID(read_frame(rest_.substr(0, size), frame));
  rest_.remove_prefix(size);
  return true;
}

Result<bool> FrameReader::next_carried(Frame& frame) {
  const auto fill = [&](std::size_t size) {
    const auto missing = size - std::min(size, carry_.size());
    const auto part = rest_.substr(0, missing);
    carry_ += part;
    rest_.remove_prefix(part.size());
    return carry_.size() >= size;
  };
  if (!fill(kPreludeBytes)) return false;
  TIDEGATE_TRY(size, frame_bytes(carry_));
  if (!fill(size)) return false;
  carry_spent_ = true;
  TIDEGATE_TRY_VOID(read_frame(carry_, frame));
  return true;
}

}  // namespace tidegate::llm::bedrock
