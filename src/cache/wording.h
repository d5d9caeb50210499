// Whether two questions are one in other words that say nothing: case, punctuation, politeness,
// articles, which of two parts comes first.
//
// A text becomes the list of what carries meaning in it. Everything does that is not known to carry
// none: numbers, names, units, negations, opposites, question words, prepositions that turn a
// meaning round; another word in one place is another question. So it answers less than vectors
// would, and nothing wrong that they would: "order 48213" and "order 48231" are as near to each
// other as two questions can be. The words without meaning are English; in other languages all
// words count.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tidegate::cache {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

// Words that mean the same wherever they stand, spelling variants among them: those that everybody
// agrees on, and those of the operator.   Thread: immutable.
class Synonyms {
 public:
  // `more`: lists of words that are one, in lower case. A word in two lists makes them one list.
  explicit Synonyms(std::span<const std::vector<std::string>> more = {});

  // The word that stands for it; itself where it has no others.
  std::string_view of(std::string_view word) const;

 private:
  void join(std::string_view a, std::string_view b);
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> first_;
};

class Wording {
 public:
  // Longer texts, those that are about words or bring material behind a colon, and those of several
  // lines (code, lists, documents), are compared by their bytes alone.
  static constexpr std::size_t kMaxBytes = 2048;

  // Empty where the text is not to be compared so, or where nothing in it carries meaning.
  static std::optional<Wording> read(std::string_view text, const Synonyms& synonyms);

  // The same list, or the same with its first part put last.
  bool says_the_same_as(const Wording& other) const;
  // Equal for all that says_the_same_as(): what may be looked up. Not the reverse.
  std::string to_key() const;
  // Equal for those that say the same, and for no others.
  std::string to_exact_key() const;

  // For tests: the list, with blanks between.
  std::string to_string() const;

 private:
  std::vector<std::string> words_;
  bool asks_ = false;  // ends with a question mark, or begins with a word of questions
};

}  // namespace tidegate::cache
