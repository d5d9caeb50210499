#include "yaml/split.h"

#include <algorithm>
#include <cstddef>

namespace tidegate::yaml {
namespace {

enum class Line { kBlank, kDirective, kStart, kStartWithContent, kEnd, kContent };

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Whether only blanks and a comment follow.
bool is_blank(std::string_view line) {
  std::size_t i = 0;
  while (i < line.size() && is_space(line[i])) ++i;
  return i == line.size() || line[i] == '#';
}

Line classify(std::string_view line) {
  if (line.empty()) return Line::kBlank;
  const char first = line.front();
  if (first == '%') return Line::kDirective;
  if (first == '-' || first == '.') {
    const bool marker =
        line.starts_with(first == '-' ? "---" : "...") && (line.size() == 3 || is_space(line[3]));
    if (!marker) return Line::kContent;
    if (first == '.') return Line::kEnd;
    return is_blank(line.substr(3)) ? Line::kStart : Line::kStartWithContent;
  }
  return is_blank(line) ? Line::kBlank : Line::kContent;
}

// The first line from `at` (itself the start of a line) that might be a marker, looking only at
// lines after the current one. Adds the lines passed over to `lines`. Blocks are scanned without
// branches, so that the compiler can use vectors: most of a file is content in which nothing can
// happen.
std::size_t find_marker_line(std::string_view text, std::size_t at, std::uint32_t& lines) {
  constexpr std::size_t kBlock = 64;
  while (at + kBlock < text.size()) {
    const char* bytes = text.data() + at;
    std::uint8_t found = 0;
    std::uint8_t newlines = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      const auto newline = static_cast<std::uint8_t>(bytes[i] == '\n');
      const auto marker = static_cast<std::uint8_t>((bytes[i + 1] == '-') | (bytes[i + 1] == '.'));
      newlines = static_cast<std::uint8_t>(newlines + newline);
      found = static_cast<std::uint8_t>(found | (newline & marker));
    }
    if (found != 0) break;
    lines += newlines;
    at += kBlock;
  }
  for (; at < text.size(); ++at) {
    if (text[at] != '\n') continue;
    ++lines;
    if (at + 1 == text.size() || text[at + 1] == '-' || text[at + 1] == '.') return at + 1;
  }
  return at;
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  std::vector<DocumentText> run() {
    std::size_t at = text_.starts_with("\xef\xbb\xbf") ? 3 : 0;
    start_ = at;
    while (at < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      take(classify(text_.substr(at, end - at)), at, end);
      if (content_) {
        // Only a marker matters from here on.
        at = find_marker_line(text_, at, line_);
      } else {
        at = end + 1;
        ++line_;
      }
    }
    cut(text_.size(), line_);
    return std::move(documents_);
  }

 private:
  void take(Line line, std::size_t begin, std::size_t end) {
    switch (line) {
      case Line::kBlank:
        return;
      case Line::kDirective:
        // A directive stands only before `---`; elsewhere the parser says what is wrong with it.
        if (marked_) content_ = true;
        return;
      case Line::kStart:
      case Line::kStartWithContent:
        if (content_ || marked_) cut(begin, line_);
        marked_ = true;
        content_ = line == Line::kStartWithContent;
        return;
      case Line::kEnd:
        cut(end, line_ + 1);
        return;
      case Line::kContent:
        content_ = true;
        return;
    }
  }

  // Ends the current document before `end`; the next begins there, on line `next_line`.
  void cut(std::size_t end, std::uint32_t next_line) {
    if (content_) documents_.push_back({text_.substr(start_, end - start_), first_line_});
    start_ = end < text_.size() && text_[end] == '\n' ? end + 1 : end;
    first_line_ = next_line;
    content_ = false;
    marked_ = false;
  }

  std::string_view text_;
  std::vector<DocumentText> documents_;
  std::size_t start_ = 0;
  std::uint32_t first_line_ = 1;
  std::uint32_t line_ = 1;
  bool content_ = false;  // something but blanks, comments and the marker
  bool marked_ = false;   // its `---` line was seen
};

}  // namespace

std::vector<DocumentText> split_documents(std::string_view text) { return Splitter(text).run(); }

}  // namespace tidegate::yaml
