// Replies that are computed from texts without generating any: vectors, rankings, moderations.
// Vectors are those of vectors.h.
// Thread: pure functions.   Source: the providers' API references (2026-11).
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/model_request.h"

namespace tidegate::simulator {

struct Computed {
  std::string body;
  std::uint64_t prompt_tokens = 0;
};

// OpenAI: {"object":"list","data":[...],"model":..,"usage":{...}}. `quoted_model` is the model's
// name as inside a JSON string.
Computed make_embeddings(const ModelRequest& request, std::string_view quoted_model);
// OpenAI: {"id","model","results":[{"flagged","categories","category_scores"}]}. A text is flagged
// when it contains the name of a category.
Computed make_moderations(const ModelRequest& request, std::string_view quoted_model);

// The same for bodies that are no ModelRequest; refusals as read_request().
// Gemini :embedContent {"content"} and :batchEmbedContents {"requests":[{"content"}]}
std::expected<Computed, Refusal> make_gemini_embeddings(std::string_view body, Arena& arena);
// What Bedrock's InvokeModel answers for models that embed or rerank: Titan {"inputText",
// "dimensions"}, Cohere's as below without the model; empty for other models.
std::optional<std::expected<Computed, Refusal>> make_invoked_embeddings(std::string_view model,
                                                                        std::string_view body,
                                                                        Arena& arena);
// Whether a body must name the model, or the path has.
enum class ModelIn : std::uint8_t { kBody, kPath };
// Cohere v2 embed: {"texts"|"inputs","embedding_types","output_dimension"}
std::expected<Computed, Refusal> make_cohere_embeddings(std::string_view body, Arena& arena,
                                                        ModelIn model = ModelIn::kBody);
// Cohere v2 rerank: {"query","documents","top_n"}
std::expected<Computed, Refusal> make_cohere_ranking(std::string_view body, Arena& arena,
                                                     ModelIn model = ModelIn::kBody);

}  // namespace tidegate::simulator
