// Which of the simulated services a request is for, from its method, path, query and fields.
//
// Thread: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "http/message.h"
#include "llm/call.h"
#include "simulator/format.h"

namespace tidegate::simulator {

struct Endpoint {
  llm::Call call;
  std::string_view model;  // where the path names it, decoded; else empty
  bool stream = false;     // where the path says so
  Framing framing = Framing::kSse;
};

// Empty: the simulator has no such endpoint. Beyond what llm::find_operation() knows, it serves
// Cohere chat (/v2/chat) and Anthropic's models on Vertex AI (:rawPredict, :streamRawPredict).
// Views point into `head` or `arena`.
std::optional<Endpoint> find_endpoint(const http::RequestHead& head, Arena& arena);

// Whether find_endpoint() knows the path with another method.
bool has_other_method(const http::RequestHead& head);

// Whose errors a request expects that is for no endpoint.
llm::Dialect guess_dialect(const http::RequestHead& head);

}  // namespace tidegate::simulator
