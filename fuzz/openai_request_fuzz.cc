// Any valid JSON as a chat completion or a response request: read or refused with a reason; what
// was read is written as valid JSON of both formats, and reads again.
#include "dialect_check.h"
#include "llm/dialect/openai/chat/request.h"
#include "llm/dialect/openai/responses/request.h"

using namespace tidegate;
using namespace tidegate::llm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = fuzz::text_of(data, size);
  if (!json::validate(body, Origin::kDownstream)) return 0;
  Target target;
  target.model = "m";
  target.reasoning_field = Target::ReasoningField::kReasoning;
  target.keeps_cache_control = true;
  for (const auto read : {openai::read_chat_request, openai::read_responses_request}) {
    fuzz::check_request(body, read, openai::write_chat_request, openai::read_chat_request, target);
    fuzz::check_request(body, read, openai::write_responses_request, openai::read_responses_request,
                        target);
  }
  return 0;
}
