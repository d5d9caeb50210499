// A piece of a document that may answer a question.   Thread: plain values.
#pragma once

#include <optional>
#include <string_view>

namespace tidegate::retrieval {

struct Passage {
  std::string_view text;
  std::string_view source;      // where it is from: a path, an address, an id; may be empty
  std::string_view title;       // may be empty
  std::optional<double> score;  // the more the better, as its retriever counts
};

}  // namespace tidegate::retrieval
