// Writes fold_table.cc: runs when the project is built, with ICU's data.
#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "guard/normal/fold_table.h"

namespace {

using icu::Normalizer2;
using icu::UnicodeString;
using tidegate::guard::Fold;
using tidegate::guard::Twin;
namespace fold_table = tidegate::guard::fold_table;

struct Folding {
  Fold::Kind kind = Fold::Kind::kSame;
  Twin twin = Twin::kNone;
  char ascii = 0;
  bool is_letter = false;
  std::string text;
  auto operator<=>(const Folding&) const = default;
};

// What ICU has no word for: small capitals, letters in black squares and circles, flags; quotes and
// dashes.
const std::map<UChar32, std::string>& own_folds() {
  static const auto all = [] {
    std::map<UChar32, std::string> out;
    const auto range = [&](UChar32 first) {
      for (int i = 0; i < 26; ++i) out[first + i] = std::string(1, static_cast<char>('a' + i));
    };
    range(0x1F150);  // negative circled
    range(0x1F170);  // negative squared
    range(0x1F1E6);  // regional indicators
    const std::vector<std::pair<UChar32, char>> capitals = {
        {0x1D00, 'a'}, {0x0299, 'b'}, {0x1D04, 'c'}, {0x1D05, 'd'}, {0x1D07, 'e'},
        {0xA730, 'f'}, {0x0262, 'g'}, {0x029C, 'h'}, {0x026A, 'i'}, {0x1D0A, 'j'},
        {0x1D0B, 'k'}, {0x029F, 'l'}, {0x1D0D, 'm'}, {0x0274, 'n'}, {0x1D0F, 'o'},
        {0x1D18, 'p'}, {0xA7AF, 'q'}, {0x0280, 'r'}, {0xA731, 's'}, {0x1D1B, 't'},
        {0x1D1C, 'u'}, {0x1D20, 'v'}, {0x1D21, 'w'}, {0x028F, 'y'}, {0x1D22, 'z'}};
    for (const auto& [c, letter] : capitals) out[c] = std::string(1, letter);
    for (const UChar32 c : {0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212}) out[c] = "-";
    for (const UChar32 c : {0x2018, 0x2019, 0x201A, 0x201B, 0x2032, 0x02BC}) out[c] = "'";
    for (const UChar32 c : {0x201C, 0x201D, 0x201E, 0x201F, 0x00AB, 0x00BB}) out[c] = "\"";
    for (const UChar32 c : {0x0085, 0x2028, 0x2029}) out[c] = "\n";
    return out;
  }();
  return all;
}

// Resemblances that UTS #39 does not list, since they fool nobody who looks twice.
const std::map<UChar32, char>& own_twins() {
  static const std::map<UChar32, char> all = {
      {U'в', 'b'}, {U'г', 'r'}, {U'з', '3'}, {U'и', 'n'}, {U'к', 'k'}, {U'м', 'm'}, {U'н', 'h'},
      {U'п', 'n'}, {U'т', 't'}, {U'ш', 'w'}, {U'я', 'r'}, {U'β', 'b'}, {U'γ', 'y'}, {U'δ', 'd'},
      {U'ε', 'e'}, {U'η', 'n'}, {U'κ', 'k'}, {U'λ', 'l'}, {U'μ', 'u'}, {U'ι', 'i'}, {U'π', 'n'},
      {U'σ', 'o'}, {U'τ', 't'}, {U'υ', 'u'}, {U'χ', 'x'}, {U'ω', 'w'}, {U'α', 'a'}, {U'ь', 'b'},
      {U'л', 'n'}, {U'ч', '4'}, {U'б', '6'}, {U'д', 'd'}};
  return all;
}

void require(UErrorCode status, const char* what) {
  if (U_SUCCESS(status)) return;
  fmt::print(stderr, "{}: {}\n", what, u_errorName(status));
  std::exit(1);
}

class Folder {
 public:
  Folder() {
    UErrorCode status = U_ZERO_ERROR;
    casefold_ = Normalizer2::getNFKCCasefoldInstance(status);
    decompose_ = Normalizer2::getNFDInstance(status);
    spoof_.reset(uspoof_open(&status));
    require(status, "ICU");
  }

  Folding fold(UChar32 c) const {
    Folding out;
    if (c >= 0xE0020 && c <= 0xE007E) {
      out.kind = Fold::Kind::kTag;
      out.text = static_cast<char>(u_tolower(c - 0xE0000));
      return out;
    }
    if (const auto own = own_folds().find(c); own != own_folds().end()) {
      out.kind = Fold::Kind::kText;
      out.text = own->second;
      return out;
    }
    const auto block = ublock_getCode(c);
    if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 ||
        u_charType(c) == U_FORMAT_CHAR || u_charType(c) == U_CONTROL_CHAR) {
      out.kind = Fold::Kind::kInvisible;
      return out;
    }
    if (is_accent(c, block)) {
      out.kind = Fold::Kind::kAccent;
      return out;
    }
    const auto folded = plain_form(c);
    out.is_letter = u_isalpha(c) != 0;
    std::string utf8;
    folded.toUTF8String(utf8);
    if (folded != UnicodeString(c)) {
      out.kind = Fold::Kind::kText;
      out.text = utf8;
    }
    find_twin(c, folded, out);
    return out;
  }

 private:
  static bool is_accent(UChar32 c, UBlockCode block) {
    return block == UBLOCK_COMBINING_DIACRITICAL_MARKS ||
           block == UBLOCK_COMBINING_DIACRITICAL_MARKS_EXTENDED ||
           block == UBLOCK_COMBINING_DIACRITICAL_MARKS_SUPPLEMENT ||
           block == UBLOCK_COMBINING_MARKS_FOR_SYMBOLS || block == UBLOCK_COMBINING_HALF_MARKS ||
           (c >= 0x064B && c <= 0x065F);  // Arabic vowels
  }

  UnicodeString plain_form(UChar32 c) const {
    UErrorCode status = U_ZERO_ERROR;
    auto folded = casefold_->normalize(UnicodeString(c), status);
    const auto script = uscript_getScript(c, &status);
    if (script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC) {
      const auto parts = decompose_->normalize(folded, status);
      folded.remove();
      for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
        const auto part = parts.char32At(i);
        if (u_charType(part) != U_NON_SPACING_MARK) folded.append(part);
      }
    }
    require(status, "normalization");
    return folded;
  }

  std::string skeleton(const UnicodeString& text) const {
    UErrorCode status = U_ZERO_ERROR;
    std::string utf8;
    text.toUTF8String(utf8);
    char buffer[256];
    const auto size =
        uspoof_getSkeletonUTF8(spoof_.get(), 0, utf8.data(), static_cast<int32_t>(utf8.size()),
                               buffer, sizeof(buffer), &status);
    require(status, "skeleton");
    return {buffer, static_cast<std::size_t>(size)};
  }

  // An ASCII letter or digit that the character looks like; capital I has small l as its skeleton.
  void find_twin(UChar32 c, const UnicodeString& folded, Folding& out) const {
    if (!out.is_letter || (out.text.size() == 1 && static_cast<unsigned char>(out.text[0]) < 128))
      return;
    const auto upper = u_isupper(c) != 0;
    for (const auto& one : {skeleton(UnicodeString(c)), skeleton(folded)}) {
      if (one.size() != 1 || std::isalnum(static_cast<unsigned char>(one[0])) == 0) continue;
      const char lower = static_cast<char>(std::tolower(one[0]));
      out.twin = Twin::kStrong;
      out.ascii = upper && one == "l" ? 'i' : lower;
      return;
    }
    if (const auto own = own_twins().find(folded.char32At(0)); own != own_twins().end()) {
      out.twin = Twin::kWeak;
      out.ascii = own->second;
    }
  }

  const Normalizer2* casefold_ = nullptr;
  const Normalizer2* decompose_ = nullptr;
  struct Close {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
  };
  std::unique_ptr<USpoofChecker, Close> spoof_;
};

class Table {
 public:
  Table() { number({}); }  // record 0: itself

  void add(UChar32 c, const Folding& folding) {
    const auto at = static_cast<std::size_t>(c);
    entries_[at] = number(folding);
  }

  void write(std::FILE* out) const {
    std::map<std::vector<std::uint16_t>, std::uint16_t> known;
    std::vector<std::uint16_t> pages;
    std::vector<std::uint16_t> entries;
    for (std::size_t at = 0; at < entries_.size(); at += 128) {
      const auto from = entries_.begin() + static_cast<std::ptrdiff_t>(at);
      const std::vector<std::uint16_t> page(from, from + 128);
      const auto [found, fresh] = known.emplace(page, static_cast<std::uint16_t>(known.size()));
      if (fresh) entries.insert(entries.end(), page.begin(), page.end());
      pages.push_back(found->second);
    }
    fmt::print(out, "// Made by make_fold_table.cc.\n#include \"guard/normal/fold_table.h\"\n\n");
    fmt::print(out, "namespace tidegate::guard::fold_table {{\n\n");
    fmt::print(out, "const std::uint16_t kPages[] = {{{}}};\n", fmt::join(pages, ","));
    fmt::print(out, "const std::uint16_t kEntries[] = {{{}}};\n", fmt::join(entries, ","));
    write_records(out);
    fmt::print(out, "\n}}  // namespace tidegate::guard::fold_table\n");
  }

 private:
  std::uint16_t number(const Folding& folding) {
    const auto [found, fresh] =
        numbers_.emplace(folding, static_cast<std::uint16_t>(records_.size()));
    if (fresh) records_.push_back(folding);
    return found->second;
  }

  void write_records(std::FILE* out) const {
    std::string texts;
    fmt::print(out, "const Record kRecords[] = {{\n");
    for (const auto& one : records_) {
      fmt::print(out, "{{{},{},{},{},{},{}}},\n", texts.size(), one.text.size(),
                 static_cast<int>(one.kind), static_cast<int>(one.twin),
                 static_cast<int>(one.ascii), one.is_letter ? 1 : 0);
      texts += one.text;
    }
    fmt::print(out, "}};\nconst char kTexts[] = {{");
    for (const char c : texts) fmt::print(out, "{},", static_cast<int>(c));
    fmt::print(out, "0}};\n");
  }

  std::vector<std::uint16_t> entries_ = std::vector<std::uint16_t>(fold_table::kEnd);
  std::vector<Folding> records_;
  std::map<Folding, std::uint16_t> numbers_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  const Folder folder;
  Table table;
  for (UChar32 c = 0x80; c < static_cast<UChar32>(fold_table::kEnd); ++c) {
    if (U_IS_SURROGATE(c) || u_charType(c) == U_UNASSIGNED || u_charType(c) == U_PRIVATE_USE_CHAR) {
      continue;
    }
    table.add(c, folder.fold(c));
  }
  std::FILE* out = std::fopen(argv[1], "w");
  if (out == nullptr) return 1;
  table.write(out);
  return std::fclose(out) == 0 ? 0 : 1;
}
