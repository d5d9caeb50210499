// Any valid JSON as a request of Anthropic's Messages API: read or refused with a reason; what was
// read is written as valid JSON, and reads and writes the same again.
#include "dialect_check.h"
#include "llm/dialect/anthropic/request.h"

using namespace tidegate::llm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::check_own_request(fuzz::text_of(data, size), anthropic::read_messages_request,
                          anthropic::write_messages_request, "claude-sonnet-4-5");
  return 0;
}
