// Any valid JSON as a request of Bedrock's Converse: read or refused with a reason; what was read
// is written as valid JSON, and reads and writes the same again.
#include "dialect_check.h"
#include "llm/dialect/bedrock/request.h"

using namespace tidegate::llm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::check_own_request(fuzz::text_of(data, size), bedrock::read_converse_request,
                          bedrock::write_converse_request,
                          "anthropic.claude-sonnet-4-5-20250929-v1:0");
  return 0;
}
