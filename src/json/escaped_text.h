// The inside of a JSON string as it stands in JSON text: without quotes, its escapes as they came.
//
// Text on its way from one JSON document into another needs neither decoding nor encoding, and
// comes out byte for byte as it went in. Decode only what must be understood.   Thread: any.
#pragma once

#include <string_view>

#include "base/arena.h"

namespace tidegate::json {

struct EscapedText {
  std::string_view bytes;

  bool empty() const { return bytes.empty(); }
  friend bool operator==(const EscapedText&, const EscapedText&) = default;
};

// Plain text as it must stand inside a JSON string; the view itself where nothing needs an escape.
// Bytes that are not UTF-8 become U+FFFD.
EscapedText escape(std::string_view plain, Arena& arena);

// The plain text; the view itself where nothing is escaped. Lone surrogates become U+FFFD.
std::string_view unescape(EscapedText text, Arena& arena);

}  // namespace tidegate::json
