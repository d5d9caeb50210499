// Undoes content codings piece by piece, within limits.
//
//   TIDEGATE_TRY(decoder, make_decoder(codings, limits, Origin::kUpstream));
//   decoder->decode(piece, buffer) until it does not fill the buffer; at the end finish().
//
// What can be said of a piece is said at once: an encoder that flushes after each event of a stream
// has its events decoded without delay. Memory: the window of the coding (32 KiB for gzip and
// deflate, 16 MiB for br, 8 MiB for zstd), whatever comes.   Thread: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "coding/coding.h"

namespace tidegate::coding {

struct Progress {
  std::size_t taken = 0;  // of the input
  std::size_t made = 0;   // of the output
};

class Decoder {
 public:
  virtual ~Decoder() = default;

  // Decodes until all of `in` is taken or all of `out` is filled. A filled `out` may mean that
  // there is more: call again with the rest of the input, be it empty. REQUIRES: !out.empty().
  // Errors: kMalformed for what is not the coding, or follows its end; kBodyTooLarge for more than
  // the limits allow. The decoder is of no use after an error.
  virtual Result<Progress> decode(std::string_view in, std::span<char> out) = 0;
  // Tells that the input has ended. REQUIRES: decode() has left nothing. Errors: kMalformed, when
  // more was due. An empty body decodes to an empty one: many say a coding of nothing.
  virtual Result<void> finish() = 0;
};

// What no honest encoder makes of texts (their events come to 20, pages of spaces to 150), and what
// decodes to so much is made to be. Until the first bytes have come out nothing is judged: a few
// bytes may well stand for a block of zeros.
inline constexpr std::uint64_t kMaxDecodedRatio = 200;
inline constexpr std::uint64_t kFreeDecodedBytes = 1024 * 1024;

struct DecodeLimits {
  // Of each step of several codings. Beside it kMaxDecodedRatio holds.
  std::uint64_t max_output_bytes = std::numeric_limits<std::uint64_t>::max();
};

// `origin`: who has sent what is decoded. REQUIRES: !codings.empty(). Errors: kInternal without
// memory.
Result<std::unique_ptr<Decoder>> make_decoder(std::span<const Coding> codings, DecodeLimits limits,
                                              Origin origin);

// The same for a body that is here whole.
Result<std::string> decode_whole(std::span<const Coding> codings, std::string_view text,
                                 DecodeLimits limits, Origin origin);

}  // namespace tidegate::coding
