// Any text as a document: chunks are never empty or longer than was asked for, and whole UTF-8
// where the text is.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "retrieval/chunker.h"

namespace {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto point = tidegate::decode_point(text);
    if (!point.valid) return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate::retrieval;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool valid = is_utf8(text);
  for (const ChunkOptions& options : {ChunkOptions{64, 32}, ChunkOptions{1000, 0}}) {
    for (const Chunk& chunk : split_document(text, options)) {
      TIDEGATE_CHECK(!chunk.text.empty() && chunk.text.size() <= options.target_bytes);
      TIDEGATE_CHECK(!valid || is_utf8(chunk.text));
    }
  }
  TIDEGATE_CHECK(find_title(text).size() <= size);
  return 0;
}
