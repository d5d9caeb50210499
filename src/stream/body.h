// Bodies are pulled: whoever wants bytes asks for the next piece, so a slow reader slows the source
// and no watermarks are needed. A transform is a source that owns a source.
//
// Lifetime of a piece: its bytes may lie in a shared read buffer and are valid only until the
// coroutine that got it suspends. Writers copy what they cannot send at once. Thread: the
// reactor's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "async/task.h"
#include "base/error.h"
#include "http/header_map.h"

namespace tidegate::stream {

// Whether more follows.
enum class End : std::uint8_t { kNo, kYes };

struct Piece {
  std::string_view bytes;  // may be empty
  End end = End::kNo;      // kYes: nothing follows; the source is not asked again
};

class BodySource {
 public:
  virtual ~BodySource() = default;

  // The next bytes, as soon as there are any. Fails when the body cannot be had whole: cut,
  // malformed, idle for too long, cancelled.
  virtual async::Task<Result<Piece>> next() = 0;
  // The next bytes when they are here already: next() without a coroutine, for the hot path. Empty
  // when next() must be awaited, which also tells of failures.
  virtual std::optional<Piece> next_now() { return std::nullopt; }
  // Whether next() would complete without waiting. A writer flushes before it waits.
  virtual bool ready() const = 0;

  // The whole body, when it is here already and nothing of it was taken. Valid until a suspension;
  // may be asked again afterwards. Does not take it. 64 readable bytes follow the view (for
  // simdjson).
  virtual std::optional<std::string_view> whole() { return std::nullopt; }
  // Waits until whole() has the body, where the source can keep it without a copy. Elsewhere, and
  // when nothing of it may be missing, completes at once: ask whole(). Errors: as next().
  virtual async::Task<Result<void>> gather() { co_return Result<void>(); }
  // Starts again from the first byte, for another try. False when bytes are gone.
  virtual bool rewind() { return false; }
  // Ends a next() that waits, and any that would wait, with kCancelled, until rewind().
  virtual void cancel() {}
  // Bytes of the body that were given out since its beginning, or are all here already.
  virtual std::uint64_t bytes_read() const { return 0; }
  // Trailer fields, once next() has returned the end; null when there are none.
  virtual const http::HeaderMap* trailers() const { return nullptr; }
};

}  // namespace tidegate::stream
