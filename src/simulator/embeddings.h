// Simulated embeddings: texts that share words are near each other.
//
// Feature hashing: each word of a text, in lower case, adds 1 or -1 to one dimension; the vector is
// then scaled to length 1. Token arrays take the place of words. So equal texts have equal vectors
// and texts without a common word are close to orthogonal.
#pragma once

#include <cstdint>
#include <string>

#include "simulator/model_request.h"

namespace tidegate::simulator {

inline constexpr std::uint64_t kDefaultDimensions = 256;

struct Embeddings {
  std::string body;  // {"object":"list","data":[...],"model":..,"usage":{...}}
  std::uint64_t prompt_tokens = 0;
};

// `quoted_model` is the model's name as inside a JSON string.
Embeddings make_embeddings(const ModelRequest& request, std::string_view quoted_model);

}  // namespace tidegate::simulator
