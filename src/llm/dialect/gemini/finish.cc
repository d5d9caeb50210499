#include "llm/dialect/gemini/finish.h"

#include <array>
#include <utility>

namespace tidegate::llm::gemini {
namespace {

constexpr std::array<std::pair<std::string_view, FinishReason>, 17> kReasons = {{
    {"STOP", FinishReason::kStop},
    {"MAX_TOKENS", FinishReason::kLength},
    {"SAFETY", FinishReason::kContentFilter},
    {"RECITATION", FinishReason::kContentFilter},
    {"LANGUAGE", FinishReason::kContentFilter},
    {"BLOCKLIST", FinishReason::kContentFilter},
    {"PROHIBITED_CONTENT", FinishReason::kContentFilter},
    {"SPII", FinishReason::kContentFilter},
    {"MODEL_ARMOR", FinishReason::kContentFilter},
    {"IMAGE_SAFETY", FinishReason::kContentFilter},
    {"IMAGE_PROHIBITED_CONTENT", FinishReason::kContentFilter},
    {"IMAGE_RECITATION", FinishReason::kContentFilter},
    {"MALFORMED_FUNCTION_CALL", FinishReason::kMalformedCall},
    {"UNEXPECTED_TOOL_CALL", FinishReason::kMalformedCall},
    {"TOO_MANY_TOOL_CALLS", FinishReason::kMalformedCall},
    {"MISSING_THOUGHT_SIGNATURE", FinishReason::kMalformedCall},
    {"MALFORMED_RESPONSE", FinishReason::kMalformedCall},
}};

}  // namespace

FinishReason read_finish(std::string_view reason, HasCalls calls) {
  auto found = FinishReason::kStop;
  for (const auto& [name, value] : kReasons) {
    if (reason == name) found = value;
  }
  return found == FinishReason::kStop && calls == HasCalls::kYes ? FinishReason::kToolCalls : found;
}

std::string_view write_finish(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop:
    case FinishReason::kStopSequence:
    case FinishReason::kToolCalls:
    case FinishReason::kPause:
      return "STOP";
    case FinishReason::kLength:
    case FinishReason::kContextWindow:
      return "MAX_TOKENS";
    case FinishReason::kContentFilter:
    case FinishReason::kRefusal:
      return "SAFETY";
    case FinishReason::kMalformedCall:
      return "MALFORMED_FUNCTION_CALL";
  }
  return "OTHER";
}

}  // namespace tidegate::llm::gemini
