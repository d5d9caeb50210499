// RequestHeaderModifier and ResponseHeaderModifier.
//
// Edits of a rule and of the chosen backend do not exclude each other: on the request apply those
// of the rule, then those of the backend; on the response the reverse. Thread: owning worker only.
// Source: Gateway API v1.6.1, HTTPHeaderFilter.
#pragma once

#include <string_view>

#include "config/filters.h"
#include "http/header_map.h"

namespace tidegate::route {

// Whether configuration may touch the field: not when it frames the message, belongs to the
// connection or is Host (UrlRewrite is for that), and not when it is no field name at all.
bool is_editable_header(std::string_view name);
// Whether the text may stand in a field: no control characters.
bool is_safe_header_value(std::string_view value);

// Sets, adds, then removes. `add` appends ",value" to the last field of that name, or makes a new
// field when there is none (always for Set-Cookie, which cannot be joined). Edits that are not
// allowed are skipped. The edits must outlive the map, which keeps views of them.
void apply_header_edits(const config::HeaderEdits& edits, http::HeaderMap& fields);

}  // namespace tidegate::route
