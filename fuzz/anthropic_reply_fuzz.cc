// Any bytes as a reply of Anthropic's Messages API, whole and streamed: every split makes the same
// steps in an order that the grammar allows; what is written is valid, and a written stream reads
// as one that is complete or failed.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "json/scan.h"
#include "llm/conversation/steps_fixture.h"
#include "llm/dialect/anthropic/reply.h"
#include "llm/dialect/anthropic/stream_reader.h"
#include "llm/dialect/anthropic/stream_writer.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string read(std::string_view text, std::size_t step) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size(); at += step) pieces.push_back(text.substr(at, step));
  anthropic::MessagesStreamReader reader;
  const auto steps = read_pieces(reader, pieces);
  require(!steps.starts_with("grammar: "));
  return steps;
}

std::string write(std::string_view text) {
  anthropic::MessagesStreamReader reader;
  anthropic::MessagesStreamWriter writer(Caller{.model = "m", .fallback_id = "id"});
  std::vector<ReplyStep> steps;
  std::string out;
  const bool good = reader.feed(text, steps).has_value();
  for (const auto& step : steps) writer.write(step, out);
  steps.clear();
  if (good && reader.finish(steps)) {
    for (const auto& step : steps) writer.write(step, out);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t step = data[0] % 61 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  require(read(text, step) == read(text, text.size() + 1));
  const auto written = write(text);
  anthropic::MessagesStreamReader reader;
  std::vector<ReplyStep> steps;
  require(reader.feed(written, steps).has_value() && reader.finish(steps).has_value());

  Arena arena;
  const auto reply = anthropic::read_messages_reply(text, arena);
  if (!reply) return 0;
  std::string out;
  anthropic::write_messages_reply(*reply, Caller{.model = "m", .fallback_id = "id"}, out);
  require(json::validate(out, Origin::kInternal).has_value());
  return 0;
}
