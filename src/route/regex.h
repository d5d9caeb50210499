// One compiled regular expression of a match. It must hold for the whole text, as anchored at both
// ends.
//
// Linear in the text whatever the pattern (RE2), so a client cannot make matching slow.
// Thread: matches() may be called from any thread at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/error.h"

namespace re2 {
class RE2;
}

namespace tidegate::route {

class Regex {
 public:
  // Errors: kInvalidConfig with RE2's own words; also when the program would exceed 1 MiB.
  static Result<Regex> make(std::string_view pattern);

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  bool matches(std::string_view text) const;
  // How many bytes every matching text begins with: "/v1/[a-z]+" has 4. A measure of how specific
  // it is.
  std::size_t literal_prefix_bytes() const { return literal_prefix_bytes_; }

 private:
  explicit Regex(std::unique_ptr<re2::RE2> program);

  std::unique_ptr<re2::RE2> program_;
  std::size_t literal_prefix_bytes_ = 0;
};

}  // namespace tidegate::route
