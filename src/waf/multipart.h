// Parts of multipart/form-data bodies.
//
// Readers of multipart differ, and what they differ about is a way around rules. So this one takes
// what RFC 7578 says, and tells a body that another reader could take differently: it is judged by
// a rule, and its parts are looked at all the same.   Thread: pure functions.
// Source: RFC 7578; RFC 2046 5.1; RFC 2183 2.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "waf/part.h"

namespace tidegate::waf {

// Fields of one body; more are not looked at, and told.
inline constexpr std::size_t kMaxFormParts = 256;

// The boundary parameter of a Content-Type; nothing: it has none, or one that RFC 2046 forbids.
std::optional<std::string_view> find_boundary(std::string_view content_type);

// Adds fields (kField), names (kName), names of files (kFileName) and uploads.
// Returns whether every reader would read the same.
bool read_multipart(std::string_view body, std::string_view boundary, Arena& arena, Parts& out);

}  // namespace tidegate::waf
