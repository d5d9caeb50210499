// A schema and a document behind a zero byte: checked within bounds, and what is told has a place
// that is a JSON Pointer.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "schema/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cut = text.find('\0');
  if (cut == text.npos) return 0;
  const auto compiled = schema::Schema::compile(text.substr(0, cut));
  if (!compiled) {
    TIDEGATE_CHECK(!compiled.error().detail.empty());
    return 0;
  }
  const auto violations = compiled->check(text.substr(cut + 1));
  if (!violations) {
    TIDEGATE_CHECK(violations.error().origin == Origin::kUpstream);
    return 0;
  }
  TIDEGATE_CHECK(violations->size() <= schema::kMaxViolations);
  for (const auto& one : *violations) {
    TIDEGATE_CHECK(one.place.empty() || one.place.front() == '/');
    TIDEGATE_CHECK(!one.message.empty());
  }
  return 0;
}
