// What kind of model call a request is, from its method and path alone.
//
// Thread: pure functions.   Source: OpenAI API reference (Chat, Completions, Embeddings, Responses,
// Models); Anthropic API reference (Messages, Count tokens).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidegate::llm {

// The wire format of a call: whose bodies, errors and events.
enum class Dialect : std::uint8_t { kOpenAi, kAnthropic };

enum class Operation : std::uint8_t {
  kChatCompletions,  // POST /chat/completions
  kCompletions,      // POST /completions
  kEmbeddings,       // POST /embeddings
  kResponses,        // POST /responses
  kMessages,         // POST /v1/messages (Anthropic)
  kCountTokens,      // POST /v1/messages/count_tokens (Anthropic)
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
// the end do not hide a call, since servers see through them. `path` has no query. GET /models is
// both dialects': it comes back as OpenAI; the caller takes Anthropic where the request has an
// anthropic-version field.
std::optional<Call> find_operation(std::string_view method, std::string_view path);

// Whether a POST to this path would be a call, whatever the method: for 405 instead of 404.
bool is_call_path(std::string_view path);

// Whether requests of this operation have a JSON body that names a model.
bool has_request_body(Operation operation);

// Stable texts for logs and metric labels, after the OpenTelemetry GenAI names where there is one:
// "chat", "text_completion", "embeddings", "responses", "messages", "count_tokens", "models",
// "other".
std::string_view to_string(Operation operation);
// "openai", "anthropic".
std::string_view to_string(Dialect dialect);

}  // namespace tidegate::llm
