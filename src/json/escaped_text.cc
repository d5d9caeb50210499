#include "json/escaped_text.h"

#include <string>

#include "json/text.h"

namespace tidegate::json {

EscapedText escape(std::string_view plain, Arena& arena) {
  std::string escaped;
  escaped.reserve(plain.size() + 16);
  append_escaped(escaped, plain);
  if (escaped == plain) return {plain};
  return {arena.copy(escaped)};
}

std::string_view unescape(EscapedText text, Arena& arena) {
  if (text.bytes.find('\\') == text.bytes.npos) return text.bytes;
  char* out = arena.allocate_array<char>(text.bytes.size());
  return {out, decode_escapes(text.bytes, out)};
}

}  // namespace tidegate::json
