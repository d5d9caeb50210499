// Any bytes as a reply of Bedrock, whole and streamed: every split makes the same steps in an order
// that the grammar allows; what is written is valid, and a written stream reads again. The first
// byte says whether the text is the stream itself, or is framed first: few inputs have checksums.
#include <algorithm>
#include <memory>

#include "base/base64.h"
#include "dialect_check.h"
#include "llm/dialect/bedrock/reply.h"
#include "llm/dialect/bedrock/stream_reader.h"
#include "llm/dialect/bedrock/stream_writer.h"
#include "llm/dialect/bedrock/write_frame.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

template <class Reader, class Writer>
void check(std::string_view stream, std::size_t step) {
  const auto make = [] { return std::make_unique<Reader>(); };
  fuzz::check_splits(stream, step, make);
  Writer writer(fuzz::kCaller);
  fuzz::check_readable(fuzz::write_stream(stream, make, writer), make);
}

// "type payload" lines as frames.
std::string frame_lines(std::string_view lines, bool chunks) {
  std::string out;
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const auto type = line.substr(0, line.find(' '));
    const auto payload = line.substr(std::min(line.size(), type.size() + 1));
    if (type.ends_with("Exception")) {
      bedrock::append_exception(out, type, payload);
    } else if (chunks) {
      std::string json = R"({"bytes":")";
      append_base64(json, payload);
      bedrock::append_event(out, "chunk", json + "\"}");
    } else {
      bedrock::append_event(out, type, payload);
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = data[1] % 61 + 1;
  const auto text = fuzz::text_of(data, size, 2);
  const bool framed = data[0] % 2 == 1;
  check<bedrock::ConverseStreamReader, bedrock::ConverseStreamWriter>(
      framed ? frame_lines(text, false) : std::string(text), step);
  check<bedrock::InvokeStreamReader, bedrock::InvokeStreamWriter>(
      framed ? frame_lines(text, true) : std::string(text), step);
  fuzz::check_whole(text, bedrock::read_converse_reply, bedrock::write_converse_reply);
  return 0;
}
