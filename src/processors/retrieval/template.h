// Texts with variables: "{{question}}". What is put in is written as the place demands (within a
// JSON string, within a URL, as it is), and never looked at again.   Thread: immutable.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::processors::retrieval {

enum class Variable : std::uint8_t {
  kQuestion,
  kCount,   // how many passages are asked for
  kVector,  // of the question: [0.1,-0.2,...]
  kModel,   // that the call names
  kHeader,  // "{{header.x-tenant}}" of the request; empty where it has none
  kText,    // the rest is of passages
  kSource,
  kTitle,
  kIndex,  // from 1
  kMark,   // stands in no passage
};

class Template {
 public:
  // `allowed`: variables that have a meaning here.
  // Returns: what is wrong, as in "has no variable {{x}}"; empty: nothing.
  std::string parse(std::string_view text, std::span<const Variable> allowed);

  bool uses(Variable variable) const {
    return std::ranges::any_of(
        pieces_, [variable](const Piece& piece) { return piece.variable == variable; });
  }

  // `put(Variable, std::string_view argument, std::string& out)` appends the value of a variable.
  template <class Put>
  std::string render(const Put& put) const {
    std::string out;
    for (const Piece& piece : pieces_) {
      out += piece.literal;
      if (piece.variable) put(*piece.variable, std::string_view(piece.argument), out);
    }
    return out;
  }

 private:
  struct Piece {
    std::string literal;
    std::optional<Variable> variable;  // behind the literal
    std::string argument;              // of kHeader: the field's name
  };
  std::vector<Piece> pieces_;
};

}  // namespace tidegate::processors::retrieval
