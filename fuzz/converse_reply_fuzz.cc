// Any bytes as a reply of Bedrock, whole and streamed: every split makes the same steps in an order
// that the grammar allows; what is written is valid, and a written stream reads again. The first
// byte says whether the text is the stream itself, or is framed first: few inputs have checksums.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/base64.h"
#include "json/scan.h"
#include "llm/conversation/steps_fixture.h"
#include "llm/dialect/bedrock/reply.h"
#include "llm/dialect/bedrock/stream_reader.h"
#include "llm/dialect/bedrock/stream_writer.h"
#include "llm/dialect/bedrock/write_frame.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

void require(bool condition) {
  if (!condition) std::abort();
}

template <class Reader>
std::string read(std::string_view stream, std::size_t step) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    pieces.push_back(stream.substr(at, step));
  }
  Reader reader;
  const auto steps = read_pieces(reader, pieces);
  require(!steps.starts_with("grammar: "));
  return steps;
}

template <class Reader, class Writer>
void check(std::string_view stream, std::size_t step) {
  require(read<Reader>(stream, step) == read<Reader>(stream, stream.size() + 1));
  Reader reader;
  Writer writer(Caller{.model = "m", .fallback_id = "id"});
  std::vector<ReplyStep> steps;
  std::string out;
  const bool good = reader.feed(stream, steps).has_value();
  for (const auto& one : steps) writer.write(one, out);
  steps.clear();
  if (good && reader.finish(steps)) {
    for (const auto& one : steps) writer.write(one, out);
  }
  Reader again;
  steps.clear();
  require(again.feed(out, steps).has_value() && again.finish(steps).has_value());
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
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  const bool framed = data[0] % 2 == 1;
  check<bedrock::ConverseStreamReader, bedrock::ConverseStreamWriter>(
      framed ? frame_lines(text, false) : std::string(text), step);
  check<bedrock::InvokeStreamReader, bedrock::InvokeStreamWriter>(
      framed ? frame_lines(text, true) : std::string(text), step);

  Arena arena;
  const auto reply = bedrock::read_converse_reply(text, arena);
  if (!reply) return 0;
  std::string out;
  bedrock::write_converse_reply(*reply, Caller{.model = "m", .fallback_id = "id"}, out);
  require(json::validate(out, Origin::kInternal).has_value());
  return 0;
}
