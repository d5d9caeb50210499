// Texts of requests as rules look at them: without escapes, case and disguise, and for some rules
// without what a database or a shell does not see.
//
// Thread: pure functions.   Source: OWASP Core Rule Set, "Transformations"; HTML 13.2.5.72.
#pragma once

#include <string>
#include <string_view>

#include "guard/rule.h"

namespace tidegate::waf {

// What was done to get there.
struct Normalized {
  bool escaped = false;  // escapes behind those of the text's place: it was encoded twice
  bool nul = false;
  bool control = false;  // control characters other than blanks and line breaks
};

// Undoes percent escapes (%uXXXX too), HTML entities and escapes of JavaScript, twice at most, and
// folds the result (guard/normal/fold.h). `out` is not longer than `text`, but for characters that
// fold to several.
Normalized normalize(std::string_view text, std::string& out);

// `text` as normalize() gives it, in a form that some rules look at. Returns whether it differs.
//   kText   as it is
//   kSql    comments are a blank, what MySQL executes in a comment stays; blanks are one blank
//   kShell  without quotes, backslashes, carets and empty expansions; blanks are one blank
//   kPath   with '/' for '\', without "/./" and repeated slashes
bool to_form(guard::Form form, std::string_view text, std::string& out);

}  // namespace tidegate::waf
