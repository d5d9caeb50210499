// Usage of a reply that is one JSON document (not a stream), read while its bytes are relayed.
// Gemini streams are such a document where the client did not ask for events: an array of chunks.
//
// feed() each piece as it goes out; nothing is held back and nothing is copied but the usage object
// itself. Thread: one owner.   Source: dialect/openai/usage.h, dialect/anthropic/usage.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "json/member_scanner.h"
#include "llm/call.h"
#include "llm/dialect/gemini/chunk_scanner.h"
#include "llm/usage.h"

namespace tidegate::llm {

// Whether more of the body follows a piece.
enum class Rest : std::uint8_t { kNone, kMayFollow };

class ReplyMeter {
 public:
  explicit ReplyMeter(Call call);

  // Takes the next piece of the body, split anywhere. A body that comes as one piece with
  // Rest::kNone is not validated where the usage object can be told without.
  void feed(std::string_view piece, Rest rest = Rest::kMayFollow);

  // What the reply reported; empty when it has not (an error, another format, usage null). Final
  // once the whole body was fed.
  const std::optional<Usage>& usage() const { return usage_; }
  // True once the JSON document is complete: a body that ends earlier was cut.
  bool complete() const { return complete_; }

 private:
  bool read_in_place(std::string_view text);
  bool read_whole(std::string_view text);
  std::optional<Usage> parse(std::string_view usage) const;
  void read_chunks(std::string_view piece);

  Call call_;
  std::optional<Usage> usage_;
  std::optional<json::MemberScanner> scanner_;  // of a reply that does not come in one piece
  std::optional<gemini::ChunkScanner> chunks_;  // of an array
  bool complete_ = false;
};

}  // namespace tidegate::llm
