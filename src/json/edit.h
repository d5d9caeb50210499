// Edits of a text as splices: what is not touched goes out byte for byte, and nothing is copied.
//
// An Edit holds a few replacements over one original text; pieces() lists views of the original and
// of the inserted texts in order, ready for one writev. Order of members, white space and unknown
// members survive. Thread: one owner. The original and every inserted text must outlive the pieces.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "json/scan.h"

namespace tidegate::json {

class Edit {
 public:
  // Replacements that one Edit holds. Callers make a fixed handful, so more is a bug.
  static constexpr std::size_t kMaxSplices = 8;
  static constexpr std::size_t kMaxPieces = 2 * kMaxSplices + 1;

  explicit Edit(std::string_view original) : original_(original) {}

  // Puts `text` in place of `range`. Ranges of one Edit must not overlap; insertions at one place
  // keep the order in which they were made.
  void replace(Range range, std::string_view text);
  void insert(std::uint32_t at, std::string_view text) { replace({at, at}, text); }

  bool empty() const { return count_ == 0; }
  // Length of the edited text in bytes.
  std::size_t size() const { return size_change_ + original_.size(); }
  // The edited text in order, without empty pieces. Valid until the next change.
  std::span<const std::string_view> pieces();
  // The edited text in one string, for what cannot write pieces.
  std::string to_string();

 private:
  struct Splice {
    Range range;
    std::string_view text;
  };

  std::string_view original_;
  std::array<Splice, kMaxSplices> splices_{};  // sorted by range
  std::array<std::string_view, kMaxPieces> pieces_{};
  std::size_t count_ = 0;
  std::size_t size_change_ = 0;  // modulo 2^64: may be a decrease
};

// Inserts `member` (as in `"name":value`) at the end of the object that stands at `object` in
// `text`, which was scanned. `storage` gets the inserted text with its comma and must outlive the
// pieces.
void append_member(Edit& edit, std::string_view text, Range object, std::string_view member,
                   Arena& storage);
// The bytes to leave out so that a scanned member is gone: the member and one comma beside it.
Range member_with_comma(std::string_view text, const Member& member);
// Removes a scanned member together with one comma beside it. Removing two neighbours is two Edits.
void remove_member(Edit& edit, std::string_view text, const Member& member);

}  // namespace tidegate::json
