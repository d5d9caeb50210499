// Any bytes as a reply of Anthropic's Messages API, whole and streamed: every split makes the same
// steps in an order that the grammar allows; what is written is valid, and a written stream reads
// as one that is complete or failed.
#include <memory>

#include "dialect_check.h"
#include "llm/dialect/anthropic/reply.h"
#include "llm/dialect/anthropic/stream_reader.h"
#include "llm/dialect/anthropic/stream_writer.h"

using namespace tidegate::llm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto text = fuzz::text_of(data, size, 1);
  const auto make = [] { return std::make_unique<anthropic::MessagesStreamReader>(); };
  fuzz::check_splits(text, data[0] % 61 + 1, make);
  anthropic::MessagesStreamWriter writer(fuzz::kCaller);
  fuzz::check_readable(fuzz::write_stream(text, make, writer), make);
  fuzz::check_whole(text, anthropic::read_messages_reply, anthropic::write_messages_reply);
  return 0;
}
