// What kind of file an upload is, by how it begins, and whether its name and its declared type say
// the same.
//
// Thread: pure functions.   Source: the formats' own documents; WHATWG MIME Sniffing 6.
#pragma once

#include <span>
#include <string_view>

namespace tidegate::waf {

struct Format {
  std::string_view name;        // "png", as configuration spells it
  std::string_view extensions;  // with a blank before and behind each: " jpg jpeg "
  std::string_view types;       // media types, likewise
  bool executable = false;
};

// All that are known. The one named "text" is whatever has no magic and no byte 0.
std::span<const Format> formats();

// Null: none that is known. An empty file is of no format.
const Format* find_format(std::string_view content);

// Whether a file of this format (null: of none that is known) may be called so. Names and types
// that no format has fit all.
bool fits_name(const Format* format, std::string_view file_name);
bool fits_type(const Format* format, std::string_view media_type);

}  // namespace tidegate::waf
