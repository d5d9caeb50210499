// Texts in disguise: parts of a text that say something once they are read in another way.
//
// A reading is made only where the text has the marks of it, so that plain prose costs one look.
// What was read may be in disguise itself; whoever calls decides how deep to go.
// Thread: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::guard {

enum class Disguise : std::uint8_t {
  kNone,
  kSpaced,    // i g n o r e, i.g.n.o.r.e
  kLeet,      // 1gn0r3
  kRot13,     // vtaber
  kReversed,  // erongi
  kEscapes,   // %69, &#105;, &lt;, \x69, \u0069
  kBase64,
  kHex,  // 69676e6f7265, with or without separators
};
std::string_view to_string(Disguise disguise);

struct Reading {
  Disguise disguise = Disguise::kNone;
  std::string text;
  // What was read, of the text that was given.
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// Readings of a raw text: escapes, base64, hex. They want to be folded. Appends to `out`; those of
// all of a text are not longer than the text.
void read_encodings(std::string_view raw, std::vector<Reading>& out);

// Readings of a folded text: spaced, leet, rot13, reversed. They are folded.
void read_spellings(std::string_view folded, std::vector<Reading>& out);

}  // namespace tidegate::guard
