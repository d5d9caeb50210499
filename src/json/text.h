// Characters of JSON strings: decoding escapes, and encoding text.   Source: RFC 8259 section 7,
// RFC 3629.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidegate::json {

// Length in bytes of the escape at the start of `text` (which begins with a backslash): 2, or 6 for
// \uXXXX. 0: not an escape.
std::size_t escape_length(std::string_view text);

// Decodes the inside of a valid JSON string into `out`, which has room for raw.size() bytes and may
// be raw.data() itself. Returns the number of bytes written. Lone surrogates become U+FFFD, as no
// UTF-8 can carry them.
std::size_t decode_escapes(std::string_view raw, char* out);

// Appends `text` as the inside of a JSON string (without quotes): control characters, quote and
// backslash escaped; bytes that are not UTF-8 become U+FFFD, so that the result is always valid
// JSON.
void append_escaped(std::string& out, std::string_view text);

// Whether `text` is ASCII that stands for itself in a JSON string: no control character, quote,
// backslash or byte above 0x7F. About two instructions a byte.
bool is_plain_ascii(std::string_view text);

// Offset of the first byte that is not part of valid UTF-8; text.size() when all is well.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace tidegate::json
