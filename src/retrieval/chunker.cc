#include "retrieval/chunker.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/utf8.h"

namespace tidegate::retrieval {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::size_t kLevels = 6;

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string_view take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

struct Heading {
  std::size_t level = 0;  // from 1
  std::string_view text;
};

std::optional<Heading> parse_heading(std::string_view line) {
  line = trim(line);
  const auto marks = std::min(line.find_first_not_of('#'), line.size());
  if (marks == 0 || marks > kLevels) return std::nullopt;
  if (marks < line.size() && line[marks] != ' ' && line[marks] != '\t') return std::nullopt;
  auto text = trim(line.substr(marks));
  // Marks at the end are decoration, where a blank stands before them.
  const auto last = text.find_last_not_of('#');
  if (last == text.npos) {
    text = {};
  } else if (last + 1 < text.size() && (text[last] == ' ' || text[last] == '\t')) {
    text = trim(text.substr(0, last));
  }
  return Heading{marks, text};
}

// Fenced code: what looks like a heading within is none.
class Fence {
 public:
  bool inside() const { return !mark_.empty(); }
  void pass(std::string_view line) {
    line = trim(line);
    const bool is_mark = line.starts_with("```") || line.starts_with("~~~");
    if (!is_mark) return;
    const auto mark = line.substr(0, 3);
    if (mark_.empty()) {
      mark_ = mark;
    } else if (mark == mark_) {
      mark_ = {};
    }
  }

 private:
  std::string_view mark_;
};

bool ends_sentence(std::string_view text, std::size_t at) {
  return (text[at] == '.' || text[at] == '!' || text[at] == '?') && at + 1 < text.size() &&
         kBlank.find(text[at + 1]) != kBlank.npos;
}

// Where to cut a text that is longer than `most`: behind the last sentence of its second half, else
// behind its last word, else before a whole character.
std::size_t find_cut(std::string_view text, std::size_t most) {
  for (std::size_t at = most; at-- > most / 2;) {
    if (ends_sentence(text, at)) return at + 1;
  }
  const auto blank = text.find_last_of(kBlank, most);
  if (blank != text.npos && blank > most / 2) return blank;
  std::size_t at = most;
  while (at > 0 && is_continuation(text[at])) --at;
  return at == 0 ? most : at;
}

// The end of a text, from the beginning of a sentence or else of a word on.
std::string_view find_tail(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::size_t from = text.size() - most;
  for (std::size_t at = from; at < text.size(); ++at) {
    if (ends_sentence(text, at)) return trim(text.substr(at + 1));
  }
  const auto blank = text.find_first_of(kBlank, from);
  return blank == text.npos ? std::string_view() : trim(text.substr(blank));
}

class Splitter {
 public:
  explicit Splitter(const ChunkOptions& options) : options_(options) {}

  std::vector<Chunk> split(std::string_view text) {
    std::string_view rest = text;
    const char* paragraph = rest.data();
    while (!rest.empty()) {
      const char* begin = rest.data();
      const auto line = take_line(rest);
      const bool was_inside = fence_.inside();
      fence_.pass(line);
      if (was_inside || fence_.inside()) continue;
      const auto heading = parse_heading(line);
      if (!heading && !trim(line).empty()) continue;
      add({paragraph, begin});
      paragraph = rest.data();
      if (heading) enter(*heading);
    }
    add({paragraph, rest.data()});
    emit();
    return std::move(chunks_);
  }

 private:
  // One paragraph, or a block of code.
  void add(std::string_view paragraph) {
    paragraph = trim(paragraph);
    while (!paragraph.empty()) {
      std::size_t size = paragraph.size();
      if (size > options_.target_bytes) size = find_cut(paragraph, options_.target_bytes);
      put(trim(paragraph.substr(0, size)));
      paragraph = trim(paragraph.substr(size));
    }
  }

  void put(std::string_view piece) {
    if (!text_.empty() && text_.size() + 2 + piece.size() > options_.target_bytes) {
      std::string tail(find_tail(text_, options_.overlap_bytes));
      emit();
      // No overlap where it would make the chunk too long.
      if (tail.size() + 2 + piece.size() <= options_.target_bytes) text_ = std::move(tail);
    }
    if (!text_.empty()) text_ += "\n\n";
    text_ += piece;
    has_new_ = true;
  }

  void emit() {
    if (has_new_) chunks_.push_back({title(), text_});
    text_.clear();
    has_new_ = false;
  }

  void enter(const Heading& heading) {
    emit();
    headings_.resize(heading.level);
    headings_.back() = heading.text;
  }

  std::string title() const {
    std::string out;
    for (const std::string_view heading : headings_) {
      if (heading.empty()) continue;
      if (!out.empty()) out += " / ";
      out += heading;
    }
    return out;
  }

  const ChunkOptions& options_;
  Fence fence_;
  std::vector<std::string_view> headings_;  // by level
  std::string text_;
  bool has_new_ = false;  // text_ is not only the tail of the chunk before
  std::vector<Chunk> chunks_;
};

}  // namespace

std::vector<Chunk> split_document(std::string_view text, const ChunkOptions& options) {
  return Splitter(options).split(text);
}

std::string_view find_title(std::string_view text) {
  Fence fence;
  while (!text.empty()) {
    const auto line = take_line(text);
    const bool was_inside = fence.inside();
    fence.pass(line);
    if (was_inside || fence.inside()) continue;
    if (const auto heading = parse_heading(line); heading && !heading->text.empty()) {
      return heading->text;
    }
  }
  return {};
}

}  // namespace tidegate::retrieval
