// Host names to numbers: exact names, wildcards, and one entry for every host.
//
// "*.example.com" holds for every name that ends in ".example.com", over any number of labels, and
// not for "example.com" itself. More specific means: exact, then the wildcard with the longest
// suffix, then the catch-all. The same table chooses listeners by SNI or Host and groups a
// listener's routes by hostname. Thread: immutable after the last add(); then free to share.
// Source: Gateway API v1.6.1, Hostname.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "route/flat_index.h"
#include "route/text_hash.h"

namespace tidegate::route {

// Longest host name that can match anything but a catch-all (RFC 1035: 253 characters in text
// form).
inline constexpr std::size_t kMaxHostBytes = 255;

// The name part of an authority for matching: lower case, without port and without one trailing
// dot. `buffer` holds the copy when one is needed and must have kMaxHostBytes. Longer names come
// back empty.
std::string_view normalize_host(std::string_view authority, std::span<char> buffer);

class HostTable {
 public:
  static constexpr std::uint32_t kAbsent = FlatIndex::kAbsent;

  // Makes room for `count` names.
  void reserve(std::size_t count);
  // Maps a hostname (lower case; "" for every host) to `value`; the text must outlive the table.
  // Returns the value that the name has now: an earlier one for the same name stays.
  std::uint32_t add(std::string_view hostname, std::uint32_t value);

  // Value of the most specific entry for `host` (normalised); kAbsent when none holds.
  std::uint32_t find(std::string_view host) const;

  // Calls `visit(value)` for every entry that holds for `host`, most specific first, until it
  // returns true. Returns whether some call did.
  template <class Visitor>
  bool walk(std::string_view host, const Visitor& visit) const;

  std::size_t size() const { return entries_.size() + (catch_all_ == kAbsent ? 0 : 1); }
  // Heap bytes held.
  std::size_t bytes() const { return index_.bytes() + entries_.capacity() * sizeof(Entry); }

 private:
  struct Entry {
    std::string_view text;  // whole name, or for a wildcard what follows "*."
    std::uint32_t value = 0;
    bool wildcard = false;
  };
  static std::uint64_t hash_of(std::string_view text, bool wildcard) {
    return hash_text(text, wildcard ? ~kHashSeed : kHashSeed);
  }
  std::uint32_t find_entry(std::string_view text, bool wildcard) const {
    const std::uint32_t at = index_.find(hash_of(text, wildcard), [&](std::uint32_t i) {
      return entries_[i].wildcard == wildcard && entries_[i].text == text;
    });
    return at == kAbsent ? kAbsent : entries_[at].value;
  }

  FlatIndex index_;
  std::vector<Entry> entries_;
  std::uint32_t catch_all_ = kAbsent;
  std::size_t exact_count_ = 0;
  std::size_t longest_suffix_ = 0;  // bytes of the longest wildcard's suffix; 0: no wildcards
};

template <class Visitor>
bool HostTable::walk(std::string_view host, const Visitor& visit) const {
  if (exact_count_ > 0) {
    const std::uint32_t value = find_entry(host, false);
    if (value != kAbsent && visit(value)) return true;
  }
  if (longest_suffix_ > 0) {
    for (std::size_t dot = host.find('.'); dot != std::string_view::npos;
         dot = host.find('.', dot + 1)) {
      const std::string_view suffix = host.substr(dot + 1);
      if (suffix.size() > longest_suffix_ || dot == 0) continue;
      const std::uint32_t value = find_entry(suffix, true);
      if (value != kAbsent && visit(value)) return true;
    }
  }
  return catch_all_ != kAbsent && visit(catch_all_);
}

}  // namespace tidegate::route
