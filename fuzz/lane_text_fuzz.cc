// Any arguments of a tool call, in pieces: what nobody replaces goes out as it came, and what is
// plain does not depend on the pieces.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "llm/text/lane_text.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tidegate::llm::LaneText;
  if (size < 1) return 0;
  const std::size_t step = data[0] % 31 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto outside = data[0] < 128 ? LaneText::Outside::kShown : LaneText::Outside::kHidden;
  LaneText whole(true, 0, outside);
  whole.append(text);
  whole.finish();
  LaneText pieces(true, 4, outside);
  std::string plain;
  std::string out;
  const auto tell = [&] {
    plain += pieces.plain().substr(pieces.told());
    pieces.tell(pieces.plain().size(), out);
    pieces.compact();
  };
  for (std::size_t at = 0; at < text.size(); at += step) {
    pieces.append(text.substr(at, step));
    tell();
  }
  pieces.finish();
  tell();
  require(plain == whole.plain());
  require(out == text);
  return 0;
}
