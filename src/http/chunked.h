// The chunked transfer coding: framing off, framing on, and framing counted while it passes
// through.
//
// The decoder keeps its place over any split of the bytes and never copies payload. Strict:
// hexadecimal size at once at the start of the line, CRLF only, no space around the size, at most
// 2^63-1 bytes a chunk. Chunk extensions are checked, bounded and dropped; framing and routing
// fields in trailers are an error. Thread: owner only.   Source: RFC 9112 7.1, RFC 9110 6.5.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/limits.h"
#include "http/header_map.h"

namespace tidegate::http {

struct ChunkedLimits {
  std::size_t max_line_bytes = limits::kMaxChunkLineBytes;  // size and extensions of one chunk
  std::size_t max_trailer_bytes = 16 * 1024;
  std::size_t max_trailer_fields = 64;
};

class ChunkedDecoder {
 public:
  // Trailers are kept in `arena`, which must outlive the decoder. Errors carry `origin`.
  ChunkedDecoder(Arena& arena, Origin origin, ChunkedLimits limits = {})
      : trailers_(arena), limits_(limits), origin_(origin) {}

  struct Step {
    std::string_view payload;  // part of one chunk, a view into the given bytes; may be empty
    std::size_t consumed = 0;  // bytes to take off the front: framing and payload
  };

  // Reads up to the end of the first run of payload in `bytes`; call again with what is left, until
  // nothing is left or done(). Consumes at least one byte when there is one and the message is not
  // done. Errors: kMalformed, kLimit (chunk line), kHeadTooLarge (trailers), kProtocolViolation
  // (forbidden trailer).
  Result<Step> next(std::string_view bytes);

  // How many of `bytes` belong to the message, for a relay that forwards the framing as it came.
  // Less than all only when done(). Errors as next(): nothing of `bytes` should be forwarded then.
  Result<std::size_t> measure(std::string_view bytes);

  // The last chunk and the trailers have been read.
  bool done() const { return state_ == State::kDone; }
  // Whole only when done().
  const HeaderMap& trailers() const { return trailers_; }
  HeaderMap& trailers() { return trailers_; }
  // Payload seen so far, without framing.
  std::uint64_t payload_bytes() const { return payload_bytes_; }

 private:
  enum class State : std::uint8_t {
    kSizeStart,  // a digit must come
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailers,
    kDone,
  };
  const char* take_plain_line(const char* at, const char* end);
  std::string_view take_payload(const char* at, const char* end);
  Result<void> take_framing(char c);
  Result<void> take_size_byte(char c);
  Result<void> take_trailer_byte(char c);
  Result<void> finish_trailers();

  HeaderMap trailers_;
  std::string trailer_text_;  // empty unless trailers came
  ChunkedLimits limits_;
  std::uint64_t remaining_ = 0;  // of the current chunk; while reading its size, the value so far
  std::uint64_t payload_bytes_ = 0;
  std::size_t line_bytes_ = 0;
  Origin origin_;
  State state_ = State::kSizeStart;
};

// Fields that must not come as trailers, since they would change framing, routing or the
// connection.
bool is_forbidden_trailer(HeaderId id);

// "1f4\r\n", what stands before `bytes` of payload; kChunkEnd stands behind them.
class ChunkPrefix {
 public:
  explicit ChunkPrefix(std::uint64_t bytes);
  std::string_view view() const { return {text_.data() + start_, text_.size() - start_}; }

 private:
  std::array<char, 18> text_;
  std::size_t start_;
};
inline ChunkPrefix format_chunk_prefix(std::uint64_t bytes) { return ChunkPrefix(bytes); }

inline constexpr std::string_view kChunkEnd = "\r\n";
// Ends a body that has no trailers; format_trailers() in h1_format.h ends one that has.
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace tidegate::http
