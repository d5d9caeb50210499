// Chunked bodies: the first byte chooses where the rest is cut; cut or whole, the outcome must be
// the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/chunked.h"

namespace {

using namespace tidegate;
using namespace tidegate::http;

struct Outcome {
  std::string payload;
  std::size_t used = 0;
  bool done = false;
  bool failed = false;
  std::size_t trailers = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome decode(std::string_view bytes, std::size_t stride) {
  Arena arena;
  ChunkedDecoder decoder(arena, Origin::kDownstream);
  Outcome out;
  while (out.used < bytes.size() && !decoder.done()) {
    std::string_view part = bytes.substr(out.used, stride);
    const auto step = decoder.next(part);
    if (!step) {
      out.failed = true;
      out.used = 0;
      return out;
    }
    TIDEGATE_CHECK(step->consumed > 0 && step->consumed <= part.size());
    out.payload += step->payload;
    out.used += step->consumed;
  }
  out.done = decoder.done();
  out.trailers = decoder.trailers().size();
  TIDEGATE_CHECK(decoder.payload_bytes() == out.payload.size());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = decode(bytes, bytes.size());
  TIDEGATE_CHECK(decode(bytes, 1U + data[0] % 16U) == whole);

  Arena arena;
  ChunkedDecoder tracker(arena, Origin::kDownstream);
  const auto used = tracker.measure(bytes);
  TIDEGATE_CHECK(used.has_value() == !whole.failed);
  TIDEGATE_CHECK(!used || *used == whole.used);
  return 0;
}
