// Methods and paths of model calls: spelling tricks neither hide a call nor make one.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/uri.h"
#include "llm/call.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view path(reinterpret_cast<const char*>(data), size);
  const auto call = llm::find_operation("POST", path);
  TIDEGATE_CHECK(llm::is_call_path(path) == call.has_value());
  static_cast<void>(llm::find_operation("GET", path));
  if (call) {
    TIDEGATE_CHECK(!llm::to_string(call->operation).empty());
    // Behind any prefix it is the same call.
    if (path.starts_with('/')) {
      TIDEGATE_CHECK(llm::find_operation("POST", "/team" + std::string(path)) == call);
    }
  }
  Arena arena;
  const auto normal = http::normalize_path(path, http::PathPolicy(), arena);
  if (normal && call) TIDEGATE_CHECK(llm::find_operation("POST", *normal) == call);
  return 0;
}
