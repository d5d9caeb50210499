// The chunks of a streamGenerateContent reply, whatever frames them.
//
//   alt=sse        data: {"candidates":[...]} and a blank line for each chunk
//   without it     one JSON array, [{...},\r\n{...}], whose elements arrive as they are made
//   and besides    an error as plain JSON behind the events of a stream that had begun well; a
//   whole
//                  JSON reply where a stream was asked
// Thread: one owner.   Source: Gemini API reference, streamGenerateContent (2026-11).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"
#include "http/sse.h"

namespace tidegate::llm::gemini {

// More than other streams' events may have (limits::kMaxSseEventBytes): an image that the model
// made comes whole, in base64, within one chunk.
inline constexpr std::size_t kMaxChunkBytes = 16 * 1024 * 1024;

class ChunkScanner {
 public:
  explicit ChunkScanner(std::size_t max_chunk_bytes = kMaxChunkBytes)
      : max_chunk_bytes_(max_chunk_bytes), sse_(max_chunk_bytes) {}

  // Takes more of the stream; `piece` must stay alive until next() has said false and for as long
  // as its chunks are looked at.
  void feed(std::string_view piece);
  // The next chunk: JSON text, not yet validated. Empty: none is left. Views point into the piece
  // or into what the scanner keeps until the next feed(). Errors: kLimit, origin upstream.
  Result<std::string_view> next();
  // The stream ended: what is left of it, the same way.
  Result<std::string_view> finish();

  // Whether the first byte told an array, and whether that array is closed.
  bool is_array() const { return framing_ == Framing::kArray; }
  bool closed() const { return closed_; }

 private:
  enum class Framing : std::uint8_t { kUnknown, kSse, kArray };

  void find_framing(std::string_view piece);
  Result<std::string_view> next_event();
  Result<std::string_view> next_element();
  std::string_view chunk_of(const http::SseEvent& event);
  std::string_view keep(std::string_view text);
  // Offset behind the element that ends in `text`, or npos.
  std::size_t find_element_end(std::string_view text);

  std::size_t max_chunk_bytes_;
  Framing framing_ = Framing::kUnknown;
  http::SseScanner sse_;
  std::string_view piece_;  // fed
  std::string_view rest_;   // kArray: not yet read
  std::string carry_;       // kArray: an element that came in pieces
  Arena kept_;              // chunks that the next event would overwrite
  std::size_t depth_ = 0;   // kArray: within the element
  bool in_string_ = false;
  bool escaped_ = false;
  bool closed_ = false;
};

}  // namespace tidegate::llm::gemini
