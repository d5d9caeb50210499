// What each character is folded to before rules look at it: compatibility forms, case, accents of
// Latin, Greek and Cyrillic, invisible characters, and letters that look like ASCII.
//
// The table is made when the project is built (make_fold_table.cc), out of ICU's data: nothing of
// ICU is needed to run.   Thread: constants.
// Source: Unicode 15.0; UAX #15 (NFKC_Casefold), UTS #39 (confusables).
#pragma once

#include <cstdint>
#include <string_view>

namespace tidegate::guard {

enum class Twin : std::uint8_t {
  kNone,
  kStrong,  // cannot be told from the ASCII letter
  kWeak,    // resembles it: taken for it only in a word that has ASCII letters too
};

struct Fold {
  enum class Kind : std::uint8_t {
    kText,       // `text` stands for it
    kSame,       // it stands for itself
    kInvisible,  // nothing is left of it: zero width, directions, soft hyphens
    kTag,        // a character of the tag block, which nobody sees: `text` is what it says
    kAccent,     // a combining mark, left out
  };
  Kind kind = Kind::kSame;
  Twin twin = Twin::kNone;
  char ascii = 0;  // what it looks like, in lower case
  bool is_letter = false;
  std::string_view text;
};

// For a character above U+007F.
Fold find_fold(char32_t character);

namespace fold_table {

// Made at build time. Pages of 128 characters; an entry is a position in kRecords.
struct Record {
  std::uint32_t offset;  // of the text in kTexts
  std::uint8_t length;
  std::uint8_t kind;
  std::uint8_t twin;
  char ascii;
  std::uint8_t is_letter;
};
inline constexpr char32_t kEnd = 0xE1000;  // what is above is folded to itself
extern const std::uint16_t kPages[];
extern const std::uint16_t kEntries[];
extern const Record kRecords[];
extern const char kTexts[];

}  // namespace fold_table

inline Fold find_fold(char32_t character) {
  if (character >= fold_table::kEnd) return {};
  const auto page = fold_table::kPages[character >> 7U];
  const auto& record = fold_table::kRecords[fold_table::kEntries[page * 128U + (character & 127U)]];
  return {static_cast<Fold::Kind>(record.kind),
          static_cast<Twin>(record.twin),
          record.ascii,
          record.is_letter != 0,
          {fold_table::kTexts + record.offset, record.length}};
}

}  // namespace tidegate::guard
