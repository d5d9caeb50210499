// The wire formats of model providers, one name for each wherever it is spoken of: in resources, in
// the data plane's configuration and in the code that reads and writes them (llm/call.h).
#pragma once

#include <cstdint>

namespace tidegate {

// Whose bodies, errors and events.
enum class Dialect : std::uint8_t {
  kOpenAi,     // chat completions, completions, Responses, embeddings, ...
  kAnthropic,  // Messages
  kGemini,     // generateContent, of the Gemini API and of Vertex AI
  kBedrock,    // Converse and InvokeModel of the Amazon Bedrock runtime
  kCohere,     // rerank, embed
};

}  // namespace tidegate
