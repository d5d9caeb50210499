// One pass over a whole JSON document: checks all of it and notes where selected members stand.
//
// This is how the gateway reads payloads it forwards. The text itself stays the truth: a scan
// yields byte ranges in it, so that an edit is a splice (json/edit.h) and everything else goes out
// as it came. The whole document is validated (grammar, depth, UTF-8, nothing behind it), because
// two parsers that read one text differently are a way around a policy; for the same reason a
// selected name may stand only once, and a name that differs from it only in case is refused (some
// parsers ignore case). Names are compared after decoding escapes. The text needs no padding behind
// it. Cost: about 200 ns for a 700-byte chat request.   Thread: any; scratch space is thread-local.
// Source: RFC 8259.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"

namespace tidegate::json {

// Containers within containers; a document that is deeper is refused.
inline constexpr std::size_t kMaxDepth = 256;

enum class Kind : std::uint8_t { kAbsent, kObject, kArray, kString, kNumber, kTrue, kFalse, kNull };

// Bytes [begin, end) of the scanned text. Documents of 4 GiB and more are refused.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t size() const { return end - begin; }
  std::string_view of(std::string_view text) const { return text.substr(begin, size()); }
  friend bool operator==(const Range&, const Range&) = default;
};

// Where one selected member stands. A string's range includes its quotes.
struct Member {
  Kind kind = Kind::kAbsent;
  bool escaped = false;  // a string that contains at least one escape
  Range name;
  Range value;

  bool present() const { return kind != Kind::kAbsent; }
  bool is_string() const { return kind == Kind::kString; }
  bool is_bool() const { return kind == Kind::kTrue || kind == Kind::kFalse; }
};

// Which members to note, as paths: {"model", "usage", "usage.prompt_tokens"}. Made at compile time.
// A path with a dot must follow the path of its parent. Members of objects inside arrays cannot be
// selected.
class Selection {
 public:
  static constexpr std::size_t kMaxPaths = 32;

  consteval Selection(std::initializer_list<std::string_view> paths) {
    for (const auto path : paths) add(path);
  }
  constexpr std::size_t size() const { return size_; }

 private:
  friend class Walker;
  friend class MemberScanner;
  // Container 0 is the root object; container i + 1 is the value of path i.
  consteval void add(std::string_view path) {
    std::size_t container = 0;
    const auto dot = path.rfind('.');
    for (std::size_t i = 0; dot != path.npos && i < size_; ++i) {
      if (full_[i] == path.substr(0, dot)) container = i + 1;
    }
    if (dot != path.npos && container == 0) throw "the parent path must come first";
    full_[size_] = path;
    names_[size_] = dot == path.npos ? path : path.substr(dot + 1);
    children_[container] |= 1U << size_;
    lengths_[container] |= std::uint64_t{1} << (names_[size_].size() & 63U);
    ++size_;
  }

  std::array<std::string_view, kMaxPaths> full_{};
  std::array<std::string_view, kMaxPaths> names_{};
  std::array<std::uint32_t, kMaxPaths + 1>
      children_{};  // bit i: path i is a member of the container
  std::array<std::uint64_t, kMaxPaths + 1> lengths_{};  // bit n: a member's name has n bytes
  std::size_t size_ = 0;
};

// Scans a document whose root is an object. Fills members[i] for path i; absent ones get kAbsent.
// Input:   `members` has at least selection.size() elements.
// Returns: the range of the root object, braces included.
// Errors:  kMalformed with the given origin; detail "JSON error at byte 17: ...".
Result<Range> scan_object(std::string_view text, const Selection& selection,
                          std::span<Member> members, Origin origin);

// The same check without selecting anything; the root may be any value. Returns its range.
Result<Range> validate(std::string_view text, Origin origin);

// The text of a string member. Without escapes: a view into `text`; otherwise decoded into the
// arena. Empty optional when the member is absent or not a string. Lone surrogates become U+FFFD.
std::optional<std::string_view> find_string(std::string_view text, const Member& member,
                                            Arena& arena);
// A number that is a whole one, not negative and below 2^63; also as 12.0 or 1e3.
std::optional<std::uint64_t> find_uint(std::string_view text, const Member& member);
std::optional<bool> find_bool(const Member& member);

}  // namespace tidegate::json
