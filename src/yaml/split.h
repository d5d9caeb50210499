// Cuts a multi-document YAML file into its documents without parsing them, so that a changed file
// can be compared piece by piece.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tidegate::yaml {

struct DocumentText {
  std::string_view text;         // part of the file's text, with its `---` line if it has one
  std::uint32_t first_line = 1;  // of `text`, counted from 1
};

// Input:   a whole file. A `---` line at column 0 begins a document and a `...` line ends one,
//          wherever they stand (YAML allows neither inside a scalar at column 0); indented ones
//          are content.
// Returns: the documents in order. Those with nothing but blank lines and comments are left out;
//          comments and directives before the first `---` belong to the document after it.
// Source:  YAML 1.2.2 section 9.
std::vector<DocumentText> split_documents(std::string_view text);

}  // namespace tidegate::yaml
