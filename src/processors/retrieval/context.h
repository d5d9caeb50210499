// Which passages a model gets to see, and the text that it sees them in.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "processors/retrieval/config.h"
#include "processors/retrieval/passage_guard.h"

namespace tidegate::processors::retrieval {

struct Context {
  std::string text;           // empty: there is no passage
  std::vector<Passage> used;  // in the order of their numbers, from 1
  std::size_t guarded = 0;    // passages that the guard did not let pass
};

// Takes of `found`, best first, what is not blank, not below the score, not there already and what
// the guard (may be null) lets pass, until there are as many as are wanted; then, what fits the
// tokens. A first passage that does not fit is cut, later ones are left out.
// Returns: passages are views of `found` and `arena`.
// Errors:  of the guard.
Result<Context> build_context(const Config& config, const PassageGuard* guard,
                              const std::vector<Passage>& found, Arena& arena);

// For a field of the response, as a list of RFC 9651: "leave.md";index=1;title="Leave";score=0.713.
// Bytes beyond visible ASCII are percent-encoded; what does not fit is left out.
std::string format_citations(const std::vector<Passage>& used);

}  // namespace tidegate::processors::retrieval
