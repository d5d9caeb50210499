// Places in a document, as JSON Pointers: "/hits/hits", "/items/0/name", "" for the whole.
//
// Only for text that was validated (json/scan.h).   Thread: immutable.   Source: RFC 6901.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::json {

class Pointer {
 public:
  // Steps into a document that is deeper than these cannot be.
  static constexpr std::size_t kMaxSteps = 32;

  // The whole document.
  Pointer() = default;
  // Nothing: `text` is no pointer, or has more steps.
  static std::optional<Pointer> parse(std::string_view text);

  // The raw text of the value it points to within `value`; nothing: there is none. Of members of
  // one name the first.
  std::optional<std::string_view> find(std::string_view value) const;

 private:
  std::vector<std::string> steps_;  // decoded
};

}  // namespace tidegate::json
