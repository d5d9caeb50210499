// Requests for embeddings, between dialects.
//
//   OpenAI   {"model":"m","input":"text" | ["text"] | [1,2] | [[1,2]],"dimensions":256,
//             "encoding_format":"float"|"base64","user":"..."}
//   Cohere   {"model":"m","texts":["text"],"input_type":"search_document","output_dimension":256,
//             "embedding_types":["float"],"truncate":"NONE"|"START"|"END"}             (v2)
//   Gemini   {"requests":[{"model":"models/m","content":{"parts":[{"text":"text"}]},
//             "taskType":"RETRIEVAL_DOCUMENT","outputDimensionality":256}]}   (batchEmbedContents)
//            or the inside of one of these   (embedContent)
//   Bedrock  Titan: {"inputText":"text","dimensions":256,"normalize":true}   one text for each call
//            Cohere: as Cohere's own, without the model
// Source: the providers' API references of 2026-11.   Thread: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "json/escaped_text.h"
#include "llm/conversation/conversation.h"
#include "llm/conversation/losses.h"
#include "llm/embed/embedding.h"

namespace tidegate::llm {

struct EmbedRequest {
  std::string_view model;
  std::vector<EscapedText> texts;        // or
  std::vector<std::string_view> tokens;  // raw arrays of token ids
  std::optional<std::uint64_t> dimensions;
  EmbeddingEncoding encoding = EmbeddingEncoding::kFloat;
  EscapedText purpose;   // Cohere's input_type; empty: not told
  bool one = false;      // Gemini's embedContent: its answer is no list
  EscapedText truncate;  // Cohere's
  EscapedText user;
  std::vector<UnknownMember> unknown;
};

// Which wire format a provider takes.
enum class EmbedFormat : std::uint8_t { kOpenAi, kCohere, kGemini, kTitan, kBedrockCohere };

// Readers of callers' requests, whose bodies were validated. Errors: kMalformed, origin downstream,
// naming the member; kUnsupported for encodings that no other provider has (int8, binary).
Result<EmbedRequest> read_openai_embed_request(std::string_view body, Arena& arena);
Result<EmbedRequest> read_cohere_embed_request(std::string_view body, Arena& arena);
// The model is that of the path. All texts must have one purpose and one dimension.
Result<EmbedRequest> read_gemini_embed_request(std::string_view body);

// Cohere's input_type and Gemini's taskType; empty where the other has no word for it.
std::string_view task_of_purpose(std::string_view purpose);
std::string_view purpose_of_task(std::string_view task);

// Appends the body for a provider that calls the model `model`. Errors: kUnsupported, origin
// downstream, naming the member: token arrays where only text is taken, more than one text for
// Titan.
Result<void> write_embed_request(const EmbedRequest& request, EmbedFormat format,
                                 std::string_view model, std::string& out, Losses& losses);

}  // namespace tidegate::llm
