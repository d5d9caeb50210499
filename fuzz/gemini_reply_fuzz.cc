// Any bytes as a reply of Gemini, whole and streamed: every split makes the same steps in an order
// that the grammar allows, and what is written is valid.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "json/scan.h"
#include "llm/conversation/steps_fixture.h"
#include "llm/dialect/gemini/reply.h"
#include "llm/dialect/gemini/stream_reader.h"
#include "llm/dialect/gemini/stream_writer.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string read(std::string_view text, std::size_t step) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size(); at += step) pieces.push_back(text.substr(at, step));
  gemini::GenerateContentStreamReader reader("exchange");
  return read_pieces(reader, pieces);
}

void check_grammar(std::string_view text) {
  gemini::GenerateContentStreamReader reader("exchange");
  StepGrammar grammar;
  std::vector<ReplyStep> steps;
  const bool fed = reader.feed(text, steps).has_value();
  grammar.add(steps);
  steps.clear();
  if (fed && reader.finish(steps)) grammar.add(steps);
  require(grammar.problem().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t step = data[0] % 61 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  require(read(text, step) == read(text, text.size() + 1));
  check_grammar(text);

  Arena arena;
  const auto reply = gemini::read_generate_content_reply(text, "exchange", arena);
  if (!reply) return 0;
  std::string out;
  gemini::write_generate_content_reply(*reply, Caller{.model = "m", .fallback_id = "id"}, out);
  require(json::validate(out, Origin::kInternal).has_value());
  return 0;
}
