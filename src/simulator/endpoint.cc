#include "simulator/endpoint.h"

#include <algorithm>

namespace tidegate::simulator {
namespace {

using llm::Dialect;
using llm::Operation;

constexpr std::string_view kCohereChat = "/v2/chat";

bool is_played(const llm::Call& call) {
  switch (call.operation) {
    case Operation::kChatCompletions:
    case Operation::kCompletions:
    case Operation::kEmbeddings:
    case Operation::kResponses:
    case Operation::kModerations:
    case Operation::kMessages:
    case Operation::kCountTokens:
    case Operation::kGenerateContent:
    case Operation::kConverse:
    case Operation::kInvokeModel:
    case Operation::kRerank:
    case Operation::kModels:
    case Operation::kModel:
      return true;
    case Operation::kStoredResponse:
    case Operation::kImages:
    case Operation::kAudio:
    case Operation::kFiles:
    case Operation::kBatches:
    case Operation::kOther:
      return false;
  }
  return false;
}

// ".../publishers/anthropic/models/{model}:rawPredict"
std::optional<Endpoint> find_raw_predict(std::string_view path) {
  constexpr std::string_view kModels = "/publishers/anthropic/models/";
  const auto at = path.find(kModels);
  if (at == path.npos) return std::nullopt;
  const auto name = path.substr(at + kModels.size());
  for (const std::string_view verb : {":rawPredict", ":streamRawPredict"}) {
    if (!name.ends_with(verb)) continue;
    return Endpoint{.call = {Dialect::kAnthropic, Operation::kMessages},
                    .model = name.substr(0, name.size() - verb.size())};
  }
  return std::nullopt;
}

std::string_view name_behind_models(std::string_view path) {
  constexpr std::string_view kModels = "/models/";
  return path.substr(std::min(path.size(), path.find(kModels) + kModels.size()));
}

// The list of models stands on one path in several APIs: the client's fields tell them apart.
void tell_dialect(const http::RequestHead& head, llm::Call& call) {
  if (head.fields.find("anthropic-version")) call.dialect = Dialect::kAnthropic;
  if (head.fields.find("x-goog-api-key")) call.dialect = Dialect::kGemini;
}

}  // namespace

std::optional<Endpoint> find_endpoint(const http::RequestHead& head, Arena& arena) {
  const auto path = head.path();
  const bool is_post = head.method == "POST";
  if (is_post && path.ends_with(kCohereChat)) {
    return Endpoint{.call = {Dialect::kCohere, Operation::kChatCompletions}};
  }
  if (is_post) {
    if (auto predict = find_raw_predict(path)) return predict;
  }
  const auto call = llm::find_operation(head.method, path);
  if (!call || !is_played(*call)) return std::nullopt;
  Endpoint endpoint{.call = *call};
  const auto facts = llm::read_path_facts(*call, path, arena);
  endpoint.model = facts.model;
  endpoint.stream = facts.stream.value_or(false);
  const bool is_array = call->operation == Operation::kGenerateContent &&
                        head.query().find("alt=sse") == std::string_view::npos;
  if (is_array) endpoint.framing = Framing::kJsonArray;
  if (call->operation == Operation::kModel) endpoint.model = name_behind_models(path);
  const bool lists = call->operation == Operation::kModels || call->operation == Operation::kModel;
  if (lists) tell_dialect(head, endpoint.call);
  return endpoint;
}

bool has_other_method(const http::RequestHead& head) {
  const auto path = head.path();
  if (llm::find_operation(head.method, path)) return false;  // a call that nobody plays
  return llm::is_call_path(path) || path.ends_with(kCohereChat) || find_raw_predict(path);
}

Dialect guess_dialect(const http::RequestHead& head) {
  const auto path = head.path();
  const auto has = [path](std::string_view part) { return path.find(part) != path.npos; };
  if (head.fields.find("anthropic-version") || has("/v1/messages")) return Dialect::kAnthropic;
  if (has("/v1beta/")) return Dialect::kGemini;
  if (path.starts_with("/model/")) return Dialect::kBedrock;
  return path.starts_with("/v2/") ? Dialect::kCohere : Dialect::kOpenAi;
}

}  // namespace tidegate::simulator
