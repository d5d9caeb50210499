#include "processors/ext_proc/frames.h"

#include <cstdint>

namespace tidegate::processors::ext_proc {
namespace {

constexpr std::size_t kPrefix = 5;

std::uint32_t read_length(std::string_view prefix) {
  std::uint32_t length = 0;
  for (std::size_t i = 1; i < kPrefix; ++i) {
    length = length << 8U | static_cast<unsigned char>(prefix[i]);
  }
  return length;
}

}  // namespace

std::string make_frame(std::string_view message) {
  std::string frame;
  frame.reserve(kPrefix + message.size());
  frame += '\0';
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame += static_cast<char>(message.size() >> static_cast<unsigned>(shift) & 0xffU);
  }
  frame += message;
  return frame;
}

bool FrameReader::has_message() const {
  const auto rest = std::string_view(held_).substr(at_);
  if (rest.size() < kPrefix) return false;
  const std::size_t length = read_length(rest);
  return rest[0] != '\0' || length > max_ || rest.size() >= kPrefix + length;
}

Result<std::optional<std::string_view>> FrameReader::next() {
  held_.erase(0, at_);
  at_ = 0;
  if (held_.size() < kPrefix) return std::nullopt;
  if (held_[0] != '\0') {
    return fail(ErrorCode::kUnsupported, Origin::kUpstream, "a compressed gRPC message");
  }
  const std::size_t length = read_length(held_);
  if (length > max_) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "a gRPC message that is too long");
  }
  if (held_.size() < kPrefix + length) return std::nullopt;
  at_ = kPrefix + length;
  return std::string_view(held_).substr(kPrefix, length);
}

Result<void> check_status(std::string_view status, std::string_view message) {
  if (status == "0") return {};
  ErrorCode code = ErrorCode::kMalformed;
  if (status == "8" || status == "14") code = ErrorCode::kUnavailable;
  if (status == "4") code = ErrorCode::kTimeout;
  constexpr std::size_t kShown = 200;
  return fail(code, Origin::kUpstream,
              "grpc-status " + std::string(status.substr(0, 8)) + ": " +
                  std::string(message.substr(0, kShown)));
}

}  // namespace tidegate::processors::ext_proc
