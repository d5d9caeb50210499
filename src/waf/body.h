// All texts of a request that rules look at: of its head, and of its body by its media type.
//
//   application/x-www-form-urlencoded   names and values
//   multipart/form-data                 names, values, names of files, and files for themselves
//   JSON (also +json)                   names of members and strings, in any depth
//   text/*, XML, no media type          the whole as one text
//   anything else                       nothing
//
// Thread: pure functions.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "http/message.h"
#include "waf/part.h"

namespace tidegate::waf {

// The path, the query, cookies and the other fields. Names of fields are none of the texts, and of
// credentials and of what the gateway reads itself (lengths, hosts) there is nothing to look at.
void read_head(const http::RequestHead& request, Arena& arena, Parts& out);

void read_body(const http::RequestHead& request, std::string_view body, Arena& arena, Parts& out);

}  // namespace tidegate::waf
