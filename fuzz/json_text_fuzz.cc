// Characters of JSON strings: what is escaped is valid, reads back as it was, and valid text is
// never changed.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "json/peek.h"
#include "json/scan.h"
#include "json/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string escaped = "\"";
  json::append_escaped(escaped, text);
  escaped += '"';
  TIDEGATE_CHECK(json::validate(escaped, Origin::kUpstream).has_value());

  std::string decoded(escaped.size(), '\0');
  decoded.resize(json::decode_escapes(escaped.substr(1, escaped.size() - 2), decoded.data()));
  TIDEGATE_CHECK(json::find_invalid_utf8(decoded) == decoded.size());
  const std::size_t valid = json::find_invalid_utf8(text);
  TIDEGATE_CHECK(valid <= text.size() && decoded.substr(0, valid) == text.substr(0, valid));
  if (valid == text.size()) TIDEGATE_CHECK(decoded == text);

  // In place, as the simulator and the request reader do it.
  const std::string quoted = "\"" + std::string(text) + "\"";
  if (json::validate(quoted, Origin::kUpstream)) {
    std::string apart(text.size(), '\0');
    apart.resize(json::decode_escapes(text, apart.data()));
    std::string in_place(text);
    in_place.resize(json::decode_escapes(in_place, in_place.data()));
    TIDEGATE_CHECK(in_place == apart);
  }
  if (!text.empty() && text.front() == '\\') {
    const std::size_t length = json::escape_length(text);
    TIDEGATE_CHECK(length == 0 || length == 2 || length == 6);
  }
  const std::size_t line = json::find_line_end(text);
  TIDEGATE_CHECK(line == std::min(text.find_first_of("\r\n"), text.size()));
  return 0;
}
