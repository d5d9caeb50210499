// Any valid JSON as a Gemini request: read or refused with a reason; what was read is written as
// valid JSON for Gemini, and reads and writes the same again.
#include "dialect_check.h"
#include "llm/dialect/gemini/request.h"

using namespace tidegate::llm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const PathFacts path{.model = "gemini-3-flash", .stream = false};
  fuzz::check_own_request(fuzz::text_of(data, size), gemini::read_generate_content_request,
                          gemini::write_generate_content_request, "gemini-3-flash", path);
  return 0;
}
