// Documents cut into passages: at headings, then at paragraphs, then at sentences, so that each is
// about one thing and short enough to be put before a model.
//
// Markdown and plain text are the same here: a text without headings is one section.
// Thread: pure functions.   Source: CommonMark 0.31, ATX headings and fenced code blocks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::retrieval {

struct ChunkOptions {
  std::size_t target_bytes = 1000;  // paragraphs are put together up to this; none is longer
  std::size_t overlap_bytes = 150;  // of the end of a chunk at the beginning of the next one
};

struct Chunk {
  std::string title;  // "Handbook / Leave / Parents"; empty: no heading
  std::string text;
};

// `text`: UTF-8. REQUIRES: target_bytes is at least 64, overlap_bytes at most half of it.
// Returns: chunks without blanks at their ends, none of them empty, in order. Overlaps stay within
// a section. Limits: time is linear in the text.
std::vector<Chunk> split_document(std::string_view text, const ChunkOptions& options);

// The first heading of a document, without its mark; empty: there is none.
std::string_view find_title(std::string_view text);

}  // namespace tidegate::retrieval
