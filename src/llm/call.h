// What kind of model call a request is, from its method and path alone.
//
// Thread: pure functions.   Source: OpenAI, Anthropic, Gemini, Vertex AI, Amazon Bedrock runtime
// and Cohere API references (2026-11).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/dialect.h"

namespace tidegate::llm {

using tidegate::Dialect;

enum class Operation : std::uint8_t {
  kChatCompletions,  // POST /chat/completions
  kCompletions,      // POST /completions
  kEmbeddings,       // POST /embeddings; Gemini :embedContent, :batchEmbedContents; Cohere /embed
  kResponses,        // POST /responses
  kStoredResponse,   // GET, DELETE /responses/{id}, POST /responses/{id}/cancel, ...
  kMessages,         // POST /v1/messages (Anthropic)
  kCountTokens,      // POST /v1/messages/count_tokens; Gemini :countTokens; Bedrock /count-tokens
  kGenerateContent,  // POST /models/{model}:generateContent, :streamGenerateContent (Gemini)
  kConverse,         // POST /model/{id}/converse, /converse-stream (Bedrock)
  kInvokeModel,      // POST /model/{id}/invoke, /invoke-with-response-stream (Bedrock)
  kRerank,           // POST /rerank (Cohere)
  kModerations,      // POST /moderations
  kImages,           // POST /images/generations, /images/edits, /images/variations
  kAudio,            // POST /audio/speech, /audio/transcriptions, /audio/translations
  kFiles,            // whatever is below /v1/files
  kBatches,          // whatever is below /v1/batches or /v1/messages/batches
  kModels,           // GET /models
  kModel,            // GET /models/{id}
  kOther,            // a POST with a JSON body that names a model and has no token usage we know of
};

struct Call {
  Dialect dialect = Dialect::kOpenAi;
  Operation operation = Operation::kOther;
  friend bool operator==(const Call&, const Call&) = default;
};

// The call that a request makes, or empty when it is no model call. The paths above count behind
// any prefix ("/v1", "/openai/v1", "/team-a/v1"); percent-escapes, double slashes and a slash at
// the end do not hide a call, since servers see through them. `path` has no query. GET /models,
// files and batches are more than one dialect's: they come back as OpenAI (below /v1beta as
// Gemini); the caller takes Anthropic where the request has an anthropic-version field.
std::optional<Call> find_operation(std::string_view method, std::string_view path);

// Whether a POST to this path would be a call, whatever the method: for 405 instead of 404.
bool is_call_path(std::string_view path);

// Whether requests of this operation have a JSON body that says something of the call: the model
// where the path does not name it, the limit of tokens.
bool has_request_body(Operation operation);

// What the path says of a call, for dialects that put it there.
struct PathFacts {
  std::string_view model;      // decoded; empty: the body names it
  std::optional<bool> stream;  // empty: the body says it
};

// Reads the path of a call that find_operation() found. `arena` gets a decoded model name. Gemini
// and Vertex AI: "/models/{model}:{verb}"; Bedrock: "/model/{id}/{verb}", where the id may be an
// ARN; Azure: "/deployments/{name}/...", which counts where the body names no model.
PathFacts read_path_facts(Call call, std::string_view path, Arena& arena);

// The part of a call's path behind the base of its API: "/embeddings" of "/openai/v1/embeddings",
// "/files/file-1", ":countTokens". Empty where the path is spelled so that it cannot be told.
std::string_view api_path(Call call, std::string_view path);

// Stable texts for logs and metric labels, after the OpenTelemetry GenAI names where there is one:
// "chat", "text_completion", "embeddings", "responses", "messages", "count_tokens",
// "generate_content", "converse", "invoke_model", "rerank", "moderations", "images", "audio",
// "files", "batches", "models", "other".
std::string_view to_string(Operation operation);
// "openai", "anthropic", "gemini", "bedrock", "cohere".
std::string_view to_string(Dialect dialect);

}  // namespace tidegate::llm
