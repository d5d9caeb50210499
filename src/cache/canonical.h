// A JSON document in one spelling: what says the same gives the same bytes.   Thread: pure
// function.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tidegate::cache {

// Deeper documents have no canonical form: each level is read once more than the one above it.
inline constexpr int kMaxCanonicalDepth = 32;

// Appends `document` without blanks, members in the order of their names (of one name: as they
// came), strings with as few escapes as can be. Numbers stay as they are spelled: 1 and 1.0 differ.
// Members of the outermost object whose plain names are in `left_out` are left out.
// REQUIRES: valid JSON (json/scan.h). Returns false where it is too deep; `out` is of no use then.
bool append_canonical(std::string_view document, std::span<const std::string_view> left_out,
                      std::string& out);

}  // namespace tidegate::cache
