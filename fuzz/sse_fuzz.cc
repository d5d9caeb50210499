// Event streams: the first byte chooses the size of the pieces; pieces or whole, a reader sees the
// same events, and the raw parts are the input.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/sse.h"

namespace {

using namespace tidegate;
using namespace tidegate::http;

struct Seen {
  std::string events;
  std::string raw;
  bool failed = false;
};

void note(const SseEvent& event, Seen& seen) {
  TIDEGATE_CHECK(event.offset == seen.raw.size());
  seen.raw += event.raw;
  if (!event.has_data) return;
  seen.events.append(event.type).append("|").append(event.data).append("|").append(event.id);
  seen.events += event.terminated ? '.' : '!';
}

Seen scan(std::string_view bytes, std::size_t stride) {
  SseScanner scanner(512);
  Seen seen;
  SseEvent event;
  for (std::size_t at = 0; at < bytes.size(); at += stride) {
    const std::string part(bytes.substr(at, stride));
    scanner.feed(part);
    for (;;) {
      const auto more = scanner.next(event);
      if (!more) {
        seen.failed = true;
        return seen;
      }
      if (!*more) break;
      note(event, seen);
    }
  }
  if (scanner.finish(event)) note(event, seen);
  TIDEGATE_CHECK(seen.raw == bytes);
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Seen whole = scan(bytes, bytes.size());
  const Seen pieces = scan(bytes, 1U + data[0] % 32U);
  if (whole.failed || pieces.failed)
    return 0;  // a CR LF cut in two moves one byte to the next event
  TIDEGATE_CHECK(whole.events == pieces.events);
  return 0;
}
