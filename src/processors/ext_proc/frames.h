// Messages of gRPC within a body: a flag, a length, the bytes.
// Source: gRPC over HTTP/2, "Length-Prefixed-Message".   Thread: one owner.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidegate::processors::ext_proc {

std::string make_frame(std::string_view message);

class FrameReader {
 public:
  explicit FrameReader(std::size_t max_message_bytes) : max_(max_message_bytes) {}

  // Takes any split of the body.
  void feed(std::string_view bytes) { held_.append(bytes); }
  // The next whole message, valid until the next call; empty: more bytes are needed.
  // Errors: kLimit; kUnsupported: compressed, though nobody said that we could read it. Both origin
  //         upstream.
  Result<std::optional<std::string_view>> next();
  // Whether next() has something to tell, if only an error.
  bool has_message() const;
  // Whether a message has begun that is not whole.
  bool is_inside() const { return at_ < held_.size(); }

 private:
  std::size_t max_;
  std::string held_;
  std::size_t at_ = 0;  // behind the message that was given out
};

// What "grpc-status" means for the request that it ends; success for 0.
// Errors: kUnavailable: no room or not there (RESOURCE_EXHAUSTED, UNAVAILABLE); kTimeout
//         (DEADLINE_EXCEEDED); kMalformed: anything else. Origin upstream.
Result<void> check_status(std::string_view status, std::string_view message);

}  // namespace tidegate::processors::ext_proc
