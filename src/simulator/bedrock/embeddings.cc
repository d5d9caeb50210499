// Embeddings and reranking by InvokeModel.   Source: Amazon Bedrock User Guide, Amazon Titan Text
// Embeddings, Cohere Embed, Cohere Rerank (2026-11).
#include "simulator/embeddings.h"

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "simulator/format.h"
#include "simulator/vectors.h"

namespace tidegate::simulator {
namespace {

std::expected<Computed, Refusal> make_titan_embedding(std::string_view body, Arena& arena) {
  if (const auto valid = json::validate(body, Origin::kDownstream); !valid) {
    return std::unexpected(Refusal{400, arena.copy(valid.error().detail), {}, {}});
  }
  std::string_view text;
  std::uint64_t dimensions = kDefaultDimensions;
  json::ObjectCursor cursor(body);
  while (const auto item = cursor.next()) {
    if (item->name == "inputText") {
      text = item->value;
    } else if (item->name == "dimensions") {
      dimensions = json::parse_uint(item->value).value_or(0);
    } else if (item->name != "normalize" && item->name != "embeddingTypes") {
      return std::unexpected(
          Refusal{400,
                  arena.concat({"Malformed input request: #: extraneous key [", item->name,
                                "] is not permitted, please reformat your input and try again."}),
                  {},
                  {}});
    }
  }
  if (!json::is_string(text) || dimensions == 0 || dimensions > 1024) {
    return std::unexpected(
        Refusal{400, "Malformed input request, please reformat your input and try again.", {}, {}});
  }
  Computed made;
  made.prompt_tokens = count_tokens(text.size());
  made.body = R"({"embedding":)";
  append_floats(made.body, make_vector(text, dimensions));
  made.body += R"(,"inputTextTokenCount":)";
  append_number(made.body, made.prompt_tokens);
  made.body += "}";
  return made;
}

}  // namespace

std::optional<std::expected<Computed, Refusal>> make_invoked_embeddings(std::string_view model,
                                                                        std::string_view body,
                                                                        Arena& arena) {
  if (model.contains("titan-embed")) return make_titan_embedding(body, arena);
  if (model.contains("cohere.embed")) return make_cohere_embeddings(body, arena, ModelIn::kPath);
  if (model.contains("cohere.rerank")) return make_cohere_ranking(body, arena, ModelIn::kPath);
  return std::nullopt;
}

}  // namespace tidegate::simulator
