// The vector of a question from a Backend that speaks OpenAI's embeddings.
//
//   {"model":"text-embedding-3-small","input":"...","encoding_format":"float"}
//   {"data":[{"embedding":[0.1,-0.2]}]}
//
// Thread: pure functions.   Source: OpenAI API reference, Create embeddings (2026-11).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidegate::processors::retrieval {

// Numbers of one vector; one with more is refused.
inline constexpr std::size_t kMaxDimension = 16'384;

std::string format_embeddings_request(std::string_view model, std::string_view question);

// The vector as it stands, a JSON list of numbers.
// Returns: a view of `body`.   Errors:  kMalformed, origin upstream.
Result<std::string_view> parse_embedding(std::string_view body);

}  // namespace tidegate::processors::retrieval
