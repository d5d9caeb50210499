// Images, documents and sounds in what the model is given.
//
// Thread: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidegate::simulator {

// The simulated model's price of one image, document or sound, whatever its size.
inline constexpr std::uint64_t kMediaTokens = 256;

struct Media {
  std::uint64_t images = 0;
  std::uint64_t documents = 0;
  std::uint64_t sounds = 0;
  std::size_t bytes = 0;  // of their JSON text, which counts for nothing else

  std::uint64_t tokens() const { return (images + documents + sounds) * kMediaTokens; }
  friend bool operator==(const Media&, const Media&) = default;
};

// Counts the parts of messages that are media, in any dialect: {"type":"image"|"image_url"|
// "input_image"|"document"|"file"|"input_file"|"input_audio"} (OpenAI, Anthropic, Cohere),
// {"inlineData"|"fileData":{"mimeType"}} (Gemini), {"image"|"document"|"audio"} (Bedrock).
// `messages` is validated JSON.
Media count_media(std::string_view messages);

}  // namespace tidegate::simulator
