// Objects of counters in any text: what is read lies within it, and of a valid document it is what
// the cursor reads.
#include <charconv>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "json/counts.h"
#include "json/cursor.h"
#include "json/scan.h"

namespace {

using namespace tidegate;

void check_values(std::string_view object, const json::Counts& counts) {
  for (const json::Count& count : counts.items()) {
    if (!count.value || !count.group.empty()) continue;
    bool found = false;
    json::ObjectCursor cursor(object);
    while (const auto item = cursor.next()) {
      if (item->name != count.name) continue;
      std::uint64_t value = 0;
      const char* end = item->value.data() + item->value.size();
      const auto read = std::from_chars(item->value.data(), end, value);
      found = found || (read.ec == std::errc() && read.ptr == end && value == *count.value);
    }
    TIDEGATE_CHECK(found);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool valid = json::validate(text, Origin::kUpstream).has_value();
  json::Counts counts;
  for (std::size_t at = 0; at < text.size() && at < 64; ++at) {
    if (text[at] != '{' || !json::read_counts(text, at, counts)) continue;
    TIDEGATE_CHECK(counts.end > at && counts.end <= text.size());
    TIDEGATE_CHECK(counts.size <= json::Counts::kMax);
    if (valid && at == 0) check_values(text.substr(at, counts.end - at), counts);
  }
  if (!valid) return 0;
  const std::size_t only = json::find_only_object(text, "\"usage\"");
  if (only != std::string_view::npos) {
    TIDEGATE_CHECK(only < text.size() && text[only] == '{');
    static_cast<void>(json::is_in_root(text.substr(only), 0));
  }
  return 0;
}
