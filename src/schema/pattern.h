// A regular expression of a schema, anywhere in a text, in time linear in the text.
//
// ECMA-262 as far as RE2 has it: no look-around and no back references, which are refused. "\s" is
// RE2's (ASCII), "\d" and "\w" are the same in both.   Thread: matches() from any thread at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace re2 {
class RE2;
}

namespace tidegate::schema {

class Pattern {
 public:
  // Errors: kUnsupported, in RE2's words; also where the program would be too large.
  static Result<Pattern> make(std::string_view expression);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  bool matches(std::string_view text) const;
  const std::string& expression() const { return expression_; }

 private:
  Pattern(std::unique_ptr<re2::RE2> program, std::string_view expression);

  std::unique_ptr<re2::RE2> program_;
  std::string expression_;
};

}  // namespace tidegate::schema
