// Any valid JSON as a chat completion or a response request: read or refused with a reason; what
// was read is written as valid JSON of both formats, and reads again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/scan.h"
#include "llm/dialect/openai/chat/request.h"
#include "llm/dialect/openai/responses/request.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

using Read = Result<void> (*)(std::string_view, const PathFacts&, Conversation&, Arena&);
using Write = void (*)(const Conversation&, const Target&, std::string&, Losses&);

void require(bool condition) {
  if (!condition) std::abort();
}

// What is wrapped grows deeper, and may reach the limit of depth.
bool is_deep(std::string_view body) { return body.size() > json::kMaxDepth; }

void cross(std::string_view body, Read read, Write write, Read read_again) {
  Arena arena;
  Conversation conversation;
  if (const auto result = read(body, {}, conversation, arena); !result) {
    require(!result.error().detail.empty());
    return;
  }
  Target target;
  target.model = "m";
  target.reasoning_field = Target::ReasoningField::kReasoning;
  target.keeps_cache_control = true;
  std::string out;
  Losses losses;
  write(conversation, target, out, losses);
  if (!json::validate(out, Origin::kInternal)) {
    require(is_deep(body));
    return;
  }
  Conversation again;
  require(read_again(out, {}, again, arena).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (!json::validate(body, Origin::kDownstream)) return 0;
  for (const auto read : {openai::read_chat_request, openai::read_responses_request}) {
    cross(body, read, openai::write_chat_request, openai::read_chat_request);
    cross(body, read, openai::write_responses_request, openai::read_responses_request);
  }
  return 0;
}
