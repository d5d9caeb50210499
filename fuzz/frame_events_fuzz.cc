// Events of AWS event streams: the first byte chooses the size of the pieces, and whether the input
// is a stream or the payload of a chunk, which checksums else keep out. Pieces or whole, the events
// are the same, and written anew they are read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "llm/call.h"
#include "llm/text/frame_events.h"
#include "llm/text/stream_texts.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

struct Read {
  std::vector<std::string> events;
  std::string again;
  bool failed = false;
};

Read read(std::string_view stream, std::size_t stride) {
  FrameEvents frames;
  Read out;
  for (std::size_t at = 0; at < stream.size() && !out.failed; at += stride) {
    const std::string piece(stream.substr(at, stride));
    frames.feed(piece);
    FrameEvent event;
    while (true) {
      const auto more = frames.next(event);
      out.failed = !more;
      if (!more || !*more) break;
      out.events.emplace_back(event.type);
      out.events.emplace_back(event.data);
      append_frame_event(out.again, event, event.data);
    }
  }
  return out;
}

// The payload as the model's event, in a frame of InvokeModelWithResponseStream; with its base64 as
// it is where `raw`.
std::string as_chunk(std::string_view payload, bool raw) {
  std::string out;
  if (!raw) {
    append_stream_event({Dialect::kBedrock, Operation::kInvokeModel}, {}, payload, out);
    return out;
  }
  append_stream_event({Dialect::kBedrock, Operation::kConverse}, "chunk", payload, out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const unsigned mode = data[0] >> 6U;
  const std::string stream = mode == 0 ? std::string(bytes) : as_chunk(bytes, mode == 1);
  const Read whole = read(stream, stream.size());
  const Read pieces = read(stream, 1U + (data[0] & 63U));
  TIDEGATE_CHECK(whole.events == pieces.events && whole.failed == pieces.failed);
  const Read again = read(whole.again, whole.again.size() + 1);
  TIDEGATE_CHECK(again.events == whole.events && !again.failed);
  return 0;
}
