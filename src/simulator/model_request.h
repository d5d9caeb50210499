// A request to the simulated model, checked as the real APIs check theirs.
//
// Thread: any; views point into the body.   Source: the providers' API references, as in
// llm/call.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "json/scan.h"
#include "llm/call.h"
#include "simulator/media.h"

namespace tidegate::simulator {

// A refusal in the words of the API; texts are static or in the request's arena.
struct Refusal {
  std::uint16_t status = 400;
  std::string_view message;
  std::string_view param;
  std::string_view code;
};

enum class ToolUse : std::uint8_t { kNone, kAllowed, kRequired, kNamed };
enum class ContentFormat : std::uint8_t { kText, kJsonObject, kJsonSchema };

struct ModelRequest {
  llm::Call call;
  std::string_view model;
  bool stream = false;
  bool include_usage = false;
  bool ignore_eos = false;  // vLLM: answer up to max_tokens whatever the natural length
  bool parallel_tools = true;
  bool thinking = false;   // the answer shows its reasoning
  bool continues = false;  // of a conversation that the provider keeps (previous_response_id)
  std::uint32_t choices = 1;
  std::optional<std::uint64_t> max_tokens;
  std::optional<std::uint64_t> dimensions;
  bool base64 = false;  // embeddings
  std::uint64_t seed = 0;
  ContentFormat format = ContentFormat::kText;
  ToolUse tool_use = ToolUse::kNone;
  std::string_view tool_name;  // raw, of a named choice

  // Raw JSON of what the model is given; empty when absent.
  std::string_view input;   // messages, prompt or input
  std::string_view system;  // Anthropic system, Responses instructions
  std::string_view tools;
  std::string_view stop;
  std::string_view schema;  // of structured output
  Media media;              // in input
};

// Reads and checks a request body into `request`, whose call is set, and model and stream where the
// path says them. Returns the refusal to answer with when it is wrong.
std::optional<Refusal> read_request(std::string_view body, Arena& arena, ModelRequest& request);

// The same for the bodies of one family of dialects, whatever they say of conversations.
std::optional<Refusal> read_flat_request(std::string_view body, Arena& arena,
                                         ModelRequest& request);  // OpenAI, Anthropic, Cohere
std::optional<Refusal> read_gemini_request(std::string_view body, Arena& arena,
                                           ModelRequest& request);
std::optional<Refusal> read_bedrock_request(std::string_view body, Arena& arena,
                                            ModelRequest& request);

// Tokens of a text of that many bytes: one for every four bytes of JSON text, rounded up. The
// simulator's rule for everything it is given: a request's prompt tokens are those of input, system
// and tools, where each image, document and sound counts kMediaTokens instead of its bytes.
constexpr std::uint64_t count_tokens(std::size_t bytes) { return (bytes + 3) / 4; }
std::uint64_t count_prompt_tokens(const ModelRequest& request);

}  // namespace tidegate::simulator
