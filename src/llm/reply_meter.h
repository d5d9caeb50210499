// Usage of a reply that is one JSON document (not a stream), read while its bytes are relayed.
//
// feed() each piece as it goes out; nothing is held back and nothing is copied but the usage object
// itself. Thread: one owner.   Source: dialect/openai/usage.h, dialect/anthropic/usage.h.
#pragma once

#include <optional>
#include <string_view>

#include "json/member_scanner.h"
#include "llm/call.h"
#include "llm/usage.h"

namespace tidegate::llm {

class ReplyMeter {
 public:
  explicit ReplyMeter(Call call);

  // Takes the next piece of the body, split anywhere.
  void feed(std::string_view piece) { scanner_.feed(piece); }

  // What the reply reported; empty when it has not (an error, another format, usage null). Final
  // once the whole body was fed.
  std::optional<Usage> usage() const;
  // True once the JSON document is complete: a body that ends earlier was cut.
  bool complete() const { return scanner_.finished(); }

 private:
  Call call_;
  json::MemberScanner scanner_;
};

}  // namespace tidegate::llm
