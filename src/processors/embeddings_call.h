// Vectors of texts from a Backend that speaks OpenAI's embeddings.
//
//   {"model":"text-embedding-3-small","input":["...","..."],"encoding_format":"float"}
//   {"data":[{"index":0,"embedding":[0.1,-0.2]},{"index":1,"embedding":[0.3,0.1]}]}
//
// Thread: the worker's.   Source: OpenAI API reference, Create embeddings (2026-11).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "pipeline/processor.h"
#include "processors/embeddings.h"

namespace tidegate::processors {

// Numbers of one vector; one with more is refused.
inline constexpr std::size_t kMaxDimension = 16'384;
// Texts of one call.
inline constexpr std::size_t kMaxEmbeddedTexts = 64;

using Vector = std::vector<float>;

// `dimensions`: how many numbers are asked for; 0: as many as the model has.
std::string format_embeddings_request(std::string_view model, std::uint64_t dimensions,
                                      std::span<const std::string_view> texts);

// The vector of the first text as it stands, a JSON list of numbers.
// Returns: a view of `body`.   Errors:  kMalformed, origin upstream.
Result<std::string_view> parse_embedding(std::string_view body);
// The vectors of `count` texts in their order, each of length one (or all zeros), all of one
// dimension. Errors: kMalformed, origin upstream.
Result<std::vector<Vector>> parse_embeddings(std::string_view body, std::size_t count);

// Asks the processor's Backend. `choice` is of type kBackend and outlives the task, as `texts` do,
// of which there are at most kMaxEmbeddedTexts.
// Errors: of Caller::call(); kMalformed, origin upstream.
async::Task<Result<std::vector<Vector>>> embed_texts(pipeline::Turn& turn, const Embeddings& choice,
                                                     std::span<const std::string_view> texts);

}  // namespace tidegate::processors
