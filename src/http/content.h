// What the fields of a message say of its content.   Thread: pure functions.
// Source: RFC 9110 8.3 (Content-Type), 8.4 (Content-Encoding).
#pragma once

#include <string_view>

#include "http/header_map.h"

namespace tidegate::http {

// Content-Type without its parameters, as it was written; empty: none. Compare with iequals().
std::string_view media_type(const HeaderMap& fields);
// Whether a content coding must be undone before the content can be read.
bool is_encoded(const HeaderMap& fields);

}  // namespace tidegate::http
