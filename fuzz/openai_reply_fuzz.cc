// Any bytes as a reply or a stream of chat completions and of Responses: read or refused; what was
// read is written as valid JSON of both formats; every split of a stream makes the same steps in an
// order that the grammar allows, and a written stream reads again.
#include <memory>

#include "dialect_check.h"
#include "llm/dialect/openai/chat/reply.h"
#include "llm/dialect/openai/chat/stream_reader.h"
#include "llm/dialect/openai/chat/stream_writer.h"
#include "llm/dialect/openai/responses/reply.h"
#include "llm/dialect/openai/responses/stream_reader.h"
#include "llm/dialect/openai/responses/stream_writer.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

std::unique_ptr<StreamReader> make_chat() { return std::make_unique<openai::ChatStreamReader>(); }
std::unique_ptr<StreamReader> make_responses() {
  return std::make_unique<openai::ResponsesStreamReader>();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto text = fuzz::text_of(data, size, 1);
  for (const auto read : {openai::read_chat_reply, openai::read_responses_reply}) {
    fuzz::check_whole(text, read, openai::write_chat_reply);
    fuzz::check_whole(text, read, openai::write_responses_reply);
  }
  for (const auto make : {make_chat, make_responses}) {
    fuzz::check_splits(text, data[0] % 61 + 1, make);
    openai::ChatStreamWriter chat(fuzz::kCaller);
    fuzz::check_readable(fuzz::write_stream(text, make, chat), make_chat);
    openai::ResponsesStreamWriter responses(fuzz::kCaller);
    fuzz::check_readable(fuzz::write_stream(text, make, responses), make_responses);
  }
  return 0;
}
