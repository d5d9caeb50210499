// Paths, queries and authorities: a normal path is stable, has no dot segment and stays below the
// root.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "http/authority.h"
#include "http/uri.h"

namespace {

using namespace tidegate;
using namespace tidegate::http;

void check_path(std::string_view text, PathPolicy policy) {
  Arena arena;
  const auto path = normalize_path(text, policy, arena);
  if (!path || *path == "*") return;
  TIDEGATE_CHECK(path->starts_with('/'));
  TIDEGATE_CHECK(path->find("/../") == std::string_view::npos && !path->ends_with("/.."));
  TIDEGATE_CHECK(path->find("/./") == std::string_view::npos && !path->ends_with("/."));
  if (policy.repeated_slash == RepeatedSlash::kMerge) {
    TIDEGATE_CHECK(path->find("//") == std::string_view::npos);
  }
  const auto again = normalize_path(*path, policy, arena);
  TIDEGATE_CHECK(again && *again == *path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_path(text, {});
  check_path(text,
             {.encoded_slash = EncodedSlash::kReject, .repeated_slash = RepeatedSlash::kKeep});
  Arena arena;
  static_cast<void>(find_query_parameter(text, "a", arena));
  const auto host = find_match_host(text, arena);
  TIDEGATE_CHECK(host.has_value() == parse_authority(text).has_value());
  return 0;
}
