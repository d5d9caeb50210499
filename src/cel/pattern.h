// A regular expression as matches() means it: anywhere in the text, in time linear in the text.
// Thread: matches() may be called from any thread at once.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace tidegate::cel {

class Pattern {
 public:
  // The error is in RE2's words; also when the program would exceed 1 MiB.
  static std::expected<Pattern, std::string> make(std::string_view pattern);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  bool matches(std::string_view text) const;

 private:
  explicit Pattern(std::unique_ptr<re2::RE2> program);

  std::unique_ptr<re2::RE2> program_;
};

}  // namespace tidegate::cel
