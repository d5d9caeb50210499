// Any bytes as a reply of Gemini, whole and streamed: every split makes the same steps in an order
// that the grammar allows; what is written is valid, and a written stream reads again.
#include <memory>

#include "dialect_check.h"
#include "llm/dialect/gemini/reply.h"
#include "llm/dialect/gemini/stream_reader.h"
#include "llm/dialect/gemini/stream_writer.h"

using namespace tidegate;
using namespace tidegate::llm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto text = fuzz::text_of(data, size, 1);
  const auto make = [] {
    return std::make_unique<gemini::GenerateContentStreamReader>("exchange");
  };
  fuzz::check_splits(text, data[0] % 61 + 1, make);
  gemini::GenerateContentStreamWriter writer(fuzz::kCaller);
  fuzz::check_readable(fuzz::write_stream(text, make, writer), make);
  const auto read = [](std::string_view body, Arena& arena) {
    return gemini::read_generate_content_reply(body, "exchange", arena);
  };
  fuzz::check_whole(text, read, gemini::write_generate_content_reply);
  return 0;
}
