// Replies of Redis out of the bytes of a connection.
//
// The parser is hiredis' reader; this bounds it and gives values.   Thread: one owner.
// Source: Redis serialization protocol specification (RESP2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidegate::redis {

struct Reply {
  enum class Kind : std::uint8_t { kText, kStatus, kNumber, kNil, kError };
  Kind kind = Kind::kNil;
  std::string text;  // of kText and kStatus ("OK"); of kError what the server says
  std::int64_t number = 0;

  // Of kError: its first word, "WRONGPASS"; at most 32 letters, nothing that a client has sent.
  std::string_view error_word() const;
};

class ReplyReader {
 public:
  // Of one reply: its text and what frames it.
  explicit ReplyReader(std::size_t max_reply_bytes);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  // Takes bytes, in any split. Errors: kLimit: a longer reply. All errors have origin upstream;
  // after one the reader is of no use.
  Result<void> feed(std::string_view bytes);
  // The next reply that is whole; empty: it takes more bytes.
  // Errors: kMalformed: no reply, or a list.
  Result<std::optional<Reply>> next();
  // Whether bytes are left that are no whole reply.
  bool has_rest() const { return unread_ != 0; }

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  const std::size_t max_reply_bytes_;
  std::size_t unread_ = 0;  // bytes that no reply was made of
};

}  // namespace tidegate::redis
