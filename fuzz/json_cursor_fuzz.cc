// Cursors over valid documents: every element lies within the text, in order, and is a document
// itself.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "json/cursor.h"
#include "json/scan.h"

namespace {

using namespace tidegate;

bool within(std::string_view part, std::string_view text) {
  return part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size();
}

void walk(std::string_view text, int depth) {
  if (depth == 0) return;
  json::ArrayCursor array(text);
  const char* last = text.data();
  while (const auto element = array.next()) {
    TIDEGATE_CHECK(within(*element, text) && !element->empty() && element->data() >= last);
    last = element->data() + element->size();
    TIDEGATE_CHECK(json::validate(*element, Origin::kUpstream).has_value());
    walk(*element, depth - 1);
  }
  json::ObjectCursor object(text);
  while (const auto item = object.next()) {
    TIDEGATE_CHECK(within(item->name, text) && within(item->value, text) && !item->value.empty());
    TIDEGATE_CHECK(json::validate(item->value, Origin::kUpstream).has_value());
    walk(item->value, depth - 1);
  }
  TIDEGATE_CHECK(within(json::unquote(text), text) || json::unquote(text).empty());
  if (const auto found = json::find_member(text, "a")) TIDEGATE_CHECK(within(*found, text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (json::validate(text, Origin::kUpstream)) walk(text, 8);
  return 0;
}
