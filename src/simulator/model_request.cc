#include "simulator/model_request.h"

#include "simulator/turns.h"

namespace tidegate::simulator {
namespace {

std::optional<Refusal> read_body(std::string_view body, Arena& arena, ModelRequest& request) {
  switch (request.call.dialect) {
    case llm::Dialect::kGemini:
      return read_gemini_request(body, arena, request);
    case llm::Dialect::kBedrock:
      return read_bedrock_request(body, arena, request);
    case llm::Dialect::kOpenAi:
    case llm::Dialect::kAnthropic:
    case llm::Dialect::kCohere:
      return read_flat_request(body, arena, request);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> read_request(std::string_view body, Arena& arena, ModelRequest& request) {
  if (auto refusal = read_body(body, arena, request)) return refusal;
  request.media = count_media(request.input);
  if (const auto problem = find_turn_problem(request)) {
    return Refusal{400, arena.copy(*problem), {}, {}};
  }
  return std::nullopt;
}

std::uint64_t count_prompt_tokens(const ModelRequest& request) {
  return count_tokens(request.input.size() - request.media.bytes) + request.media.tokens() +
         count_tokens(request.system.size()) + count_tokens(request.tools.size());
}

}  // namespace tidegate::simulator
