// The canonical form of a document is a document, and its own canonical form.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "cache/canonical.h"
#include "json/scan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!json::validate(text, Origin::kUpstream)) return 0;
  std::string once;
  if (!cache::append_canonical(text, {}, once)) return 0;
  TIDEGATE_CHECK(json::validate(once, Origin::kUpstream).has_value());
  std::string twice;
  TIDEGATE_CHECK(cache::append_canonical(once, {}, twice));
  TIDEGATE_CHECK(once == twice);
  return 0;
}
