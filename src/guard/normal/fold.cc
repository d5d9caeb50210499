#include "guard/normal/fold.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/utf8.h"
#include "guard/normal/fold_table.h"

namespace tidegate::guard {
namespace {

enum class Ascii : std::uint8_t { kOther, kLetter, kBlank, kBreak, kControl };

constexpr auto kAscii = [] {
  std::array<Ascii, 128> table{};
  for (std::size_t c = 0; c < 128; ++c) {
    if (c < 32 || c == 127) table[c] = Ascii::kControl;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) table[c] = Ascii::kLetter;
  }
  table[' '] = table['\t'] = table['\f'] = table['\v'] = Ascii::kBlank;
  table['\n'] = table['\r'] = Ascii::kBreak;
  return table;
}();

class Folder {
 public:
  Folder(std::string& out, FoldCounts& counts, Offsets* offsets)
      : out_(out), counts_(counts), offsets_(offsets) {}

  void fold(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      if (static_cast<unsigned char>(text[at]) < 128) {
        take_ascii(text[at], at);
        ++at;
        continue;
      }
      std::size_t length = 0;
      const auto character = decode_utf8(text.substr(at), length);
      take_other(character, text.substr(at, length), at);
      at += length;
    }
    end_word();
    if (offsets_ != nullptr) offsets_->push_back(static_cast<std::uint32_t>(text.size()));
  }

 private:
  // A letter of the current word that looks like one of ASCII.
  struct Foreign {
    std::size_t at;
    std::uint8_t length;
    Twin twin;
    char ascii;
  };

  void put(std::string_view bytes, std::size_t from) {
    out_ += bytes;
    if (offsets_ != nullptr)
      offsets_->insert(offsets_->end(), bytes.size(), static_cast<std::uint32_t>(from));
  }

  void take_ascii(char c, std::size_t at) {
    const auto kind = kAscii[static_cast<unsigned char>(c)];
    switch (kind) {
      case Ascii::kLetter:
        has_ascii_ = true;
        break;
      case Ascii::kOther:
        if (!foreign_.empty() || has_ascii_) end_word();
        break;
      case Ascii::kBlank:
      case Ascii::kBreak:
        return take_blank(kind == Ascii::kBreak ? '\n' : ' ', at);
      case Ascii::kControl:
        if (has_ascii_) ++counts_.invisible;
        return;
    }
    blanks_ = 0;
    out_ += to_lower(c);
    if (offsets_ != nullptr) offsets_->push_back(static_cast<std::uint32_t>(at));
  }

  void take_blank(char blank, std::size_t at) {
    end_word();
    if (blanks_ != 0 && out_.back() == '\n') return;
    if (blank == '\n') {
      const auto extra = static_cast<std::size_t>(blanks_);
      out_.resize(out_.size() - extra);
      if (offsets_ != nullptr) offsets_->resize(offsets_->size() - extra);
      blanks_ = 0;
    }
    if (blanks_ == 2) return;
    ++blanks_;
    put({&blank, 1}, at);
  }

  void take_other(char32_t character, std::string_view bytes, std::size_t at) {
    ++counts_.foreign;
    const auto fold = find_fold(character);
    switch (fold.kind) {
      case Fold::Kind::kInvisible:
        if (has_ascii_) ++counts_.invisible;
        return;
      case Fold::Kind::kAccent:
        return;
      case Fold::Kind::kTag:
        ++counts_.tags;
        break;
      case Fold::Kind::kText:
      case Fold::Kind::kSame:
        break;
    }
    const auto text = fold.kind == Fold::Kind::kSame ? bytes : fold.text;
    if (text == " " || text == "\n") return take_blank(text[0], at);
    const bool is_ascii = static_cast<unsigned char>(text[0]) < 128;
    const bool letter =
        is_ascii ? kAscii[static_cast<unsigned char>(text[0])] == Ascii::kLetter : fold.is_letter;
    if (!letter) {
      end_word();
    } else if (is_ascii) {
      has_ascii_ = true;
    } else {
      foreign_.push_back(
          {out_.size(), static_cast<std::uint8_t>(text.size()), fold.twin, fold.ascii});
    }
    blanks_ = 0;
    put(text, at);
  }

  // Letters that look like ASCII are taken for it where the whole word then is ASCII.
  void end_word() {
    if (!foreign_.empty()) replace_twins();
    foreign_.clear();
    has_ascii_ = false;
  }

  void replace_twins() {
    const auto fits = [this](const Foreign& one) {
      return one.twin == Twin::kStrong || (one.twin == Twin::kWeak && has_ascii_);
    };
    if (!std::ranges::all_of(foreign_, fits)) return;
    if (has_ascii_) counts_.twins += static_cast<std::uint32_t>(foreign_.size());
    std::size_t to = foreign_.front().at;
    std::size_t from = to;
    for (std::size_t i = 0; i < foreign_.size(); ++i) {
      out_[to] = foreign_[i].ascii;
      if (offsets_ != nullptr) (*offsets_)[to] = (*offsets_)[from];
      ++to;
      from += foreign_[i].length;
      const auto next = i + 1 < foreign_.size() ? foreign_[i + 1].at : out_.size();
      for (; from < next; ++from, ++to) {
        out_[to] = out_[from];
        if (offsets_ != nullptr) (*offsets_)[to] = (*offsets_)[from];
      }
    }
    out_.resize(to);
    if (offsets_ != nullptr) offsets_->resize(to);
  }

  std::string& out_;
  FoldCounts& counts_;
  Offsets* offsets_;
  std::vector<Foreign> foreign_;
  bool has_ascii_ = false;
  int blanks_ = 0;  // at the end of out_
};

}  // namespace

char32_t decode_utf8(std::string_view text, std::size_t& length) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  length = 1;
  if (size == 1 || first < 0xC2 || first > 0xF4 || text.size() < size) return first;
  char32_t character = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[i])) return first;
    character = character << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  length = size;
  return character;
}

void fold(std::string_view text, std::string& out, FoldCounts& counts, Offsets* offsets) {
  out.clear();
  out.reserve(text.size());
  if (offsets != nullptr) {
    offsets->clear();
    offsets->reserve(text.size() + 1);
  }
  Folder(out, counts, offsets).fold(text);
}

namespace {

// One element of a pattern that is above U+007F, folded; empty where nothing is left of it.
std::string fold_element(std::string_view bytes, char32_t character) {
  const auto fold = find_fold(character);
  if (fold.kind == Fold::Kind::kText) return std::string(fold.text);
  return fold.kind == Fold::Kind::kSame ? std::string(bytes) : std::string();
}

// A class of characters that has some above U+007F. Patterns match bytes: it becomes a choice of
// texts. Of a class that excludes characters ASCII is kept: the bytes of a gap are not counted by
// whole characters.
std::string fold_class(std::string_view inside) {
  std::string ascii;
  std::string choices;
  for (std::size_t at = 0; at < inside.size();) {
    std::size_t length = 0;
    const auto character = decode_utf8(inside.substr(at), length);
    const auto bytes = inside.substr(at, length);
    at += length;
    if (character < 128) {
      ascii += bytes;
    } else if (const auto folded = fold_element(bytes, character); !folded.empty()) {
      choices += "|" + folded;
    }
  }
  if (inside.starts_with('^')) return ascii == "^" ? "[\\s\\S]" : "[" + ascii + "]";
  if (ascii.empty()) return "(?:" + choices.substr(1) + ")";
  return "(?:[" + ascii + "]" + choices + ")";
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; });
}

bool is_quantifier(std::string_view rest) {
  return !rest.empty() && std::string_view("?*+{").contains(rest[0]);
}

}  // namespace

std::size_t end_of_class(std::string_view pattern, std::size_t at) {
  for (++at; at < pattern.size(); ++at) {
    if (pattern[at] == '\\') {
      ++at;
    } else if (pattern[at] == ']') {
      return at;
    }
  }
  return std::string_view::npos;
}

std::string fold_pattern(std::string_view pattern) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      out += pattern.substr(at, 2);
      at += 2;
      continue;
    }
    const auto end = pattern[at] == '[' ? end_of_class(pattern, at) : pattern.npos;
    if (end != pattern.npos) {
      const auto inside = pattern.substr(at + 1, end - at - 1);
      if (is_ascii(inside)) {
        out += pattern.substr(at, end - at + 1);
      } else {
        out += fold_class(inside);
      }
      at = end + 1;
      continue;
    }
    std::size_t length = 0;
    const auto character = decode_utf8(pattern.substr(at), length);
    const auto bytes = pattern.substr(at, length);
    at += length;
    if (character < 128) {
      out += bytes;
      continue;
    }
    const auto folded = fold_element(bytes, character);
    const bool many = folded.size() > 1 && is_quantifier(pattern.substr(at));
    out += many ? "(?:" + folded + ")" : folded;
  }
  return out;
}

}  // namespace tidegate::guard
