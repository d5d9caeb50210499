// The free text of a custom tool's call, for streams of dialects whose tools take JSON alone:
// pieces of {"input":"..."}.   Thread: pure functions.
#pragma once

#include <string>

#include "json/escaped_text.h"
#include "json/text.h"

namespace tidegate::llm {

// What stands before and behind the text, as the inside of a JSON string.
inline constexpr json::EscapedText kCustomInputBegin{R"({\"input\":\")"};
inline constexpr json::EscapedText kCustomInputEnd{R"(\"})"};

// A piece of the text between them: JSON text within JSON text, so escaped once more. `out` holds
// it.
inline json::EscapedText wrap_custom_input(json::EscapedText piece, std::string& out) {
  out.clear();
  json::append_escaped(out, piece.bytes);
  return {out};
}

}  // namespace tidegate::llm
