// Any multipart body: what is read lies within it, and is bounded. The first line is the boundary.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "waf/multipart.h"

namespace {

using namespace tidegate::waf;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  if (line == text.npos) return 0;
  const auto boundary = find_boundary(text.substr(0, line));
  if (!boundary) return 0;
  const auto body = text.substr(line + 1);
  tidegate::Arena arena;
  Parts parts;
  read_multipart(body, *boundary, arena, parts);
  require(parts.parts.size() <= kMaxParts && parts.uploads.size() <= kMaxFormParts);
  for (const auto& one : parts.parts) require(one.value.size() <= body.size());
  for (const auto& one : parts.uploads) {
    require(one.content.empty() ||
            (one.content.data() >= body.data() &&
             one.content.data() + one.content.size() <= body.data() + body.size()));
  }
  return 0;
}
