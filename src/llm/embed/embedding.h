// One embedding on its way between dialects: numbers as JSON, or as base64 of 32-bit floats.
//
// OpenAI's SDKs ask for base64 of little-endian float32 by default; other providers answer in JSON
// numbers.   Source: OpenAI API reference, Create embeddings, encoding_format (2026-11).
// Thread: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"

namespace tidegate::llm {

enum class EmbeddingEncoding : std::uint8_t { kFloat, kBase64 };

struct Embedding {
  EmbeddingEncoding encoding = EmbeddingEncoding::kFloat;
  std::string_view text;  // kFloat: a raw JSON array of numbers; kBase64: the base64
};

// The same embedding in that encoding; as it came where it is that already. Numbers become the
// nearest float32, and floats the shortest text that reads back as the same float32.
// Errors: kMalformed, origin upstream: no numbers, or no base64 of whole floats.
Result<Embedding> encode(const Embedding& embedding, EmbeddingEncoding encoding, Arena& arena);

}  // namespace tidegate::llm
