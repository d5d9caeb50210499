#include "llm/call.h"

#include <array>
#include <cstddef>

#include "llm/plain_path.h"

namespace tidegate::llm {
namespace {

struct PathRule {
  std::string_view suffix;
  std::string_view method;
  Call call;
};

// Longer suffixes first where one ends with another.
constexpr std::array kRules = {
    PathRule{"/chat/completions", "POST", {Dialect::kOpenAi, Operation::kChatCompletions}},
    PathRule{"/completions", "POST", {Dialect::kOpenAi, Operation::kCompletions}},
    PathRule{"/embeddings", "POST", {Dialect::kOpenAi, Operation::kEmbeddings}},
    PathRule{"/responses", "POST", {Dialect::kOpenAi, Operation::kResponses}},
    PathRule{"/responses/input_tokens", "POST", {Dialect::kOpenAi, Operation::kCountTokens}},
    PathRule{"/responses/compact", "POST", {Dialect::kOpenAi, Operation::kOther}},
    PathRule{"/v1/messages", "POST", {Dialect::kAnthropic, Operation::kMessages}},
    PathRule{"/v1/messages/count_tokens", "POST", {Dialect::kAnthropic, Operation::kCountTokens}},
    PathRule{"/v1beta/models", "GET", {Dialect::kGemini, Operation::kModels}},
    PathRule{"/models", "GET", {Dialect::kOpenAi, Operation::kModels}},
    PathRule{"/moderations", "POST", {Dialect::kOpenAi, Operation::kModerations}},
    PathRule{"/images/generations", "POST", {Dialect::kOpenAi, Operation::kImages}},
    PathRule{"/images/edits", "POST", {Dialect::kOpenAi, Operation::kImages}},
    PathRule{"/images/variations", "POST", {Dialect::kOpenAi, Operation::kImages}},
    PathRule{"/audio/speech", "POST", {Dialect::kOpenAi, Operation::kAudio}},
    PathRule{"/audio/transcriptions", "POST", {Dialect::kOpenAi, Operation::kAudio}},
    PathRule{"/audio/translations", "POST", {Dialect::kOpenAi, Operation::kAudio}},
    PathRule{"/rerank", "POST", {Dialect::kCohere, Operation::kRerank}},
    PathRule{"/v1/embed", "POST", {Dialect::kCohere, Operation::kEmbeddings}},
    PathRule{"/v2/embed", "POST", {Dialect::kCohere, Operation::kEmbeddings}},
    PathRule{"/score", "POST", {Dialect::kOpenAi, Operation::kOther}},
};

// The segments behind the model: "/models/{model}:verb" and "/model/{id}/verb".
struct Verb {
  std::string_view name;
  Call call;
  bool stream = false;
};
constexpr std::array kGeminiVerbs = {
    Verb{":generateContent", {Dialect::kGemini, Operation::kGenerateContent}},
    Verb{":streamGenerateContent", {Dialect::kGemini, Operation::kGenerateContent}, true},
    Verb{":countTokens", {Dialect::kGemini, Operation::kCountTokens}},
    Verb{":embedContent", {Dialect::kGemini, Operation::kEmbeddings}},
    Verb{":batchEmbedContents", {Dialect::kGemini, Operation::kEmbeddings}},
};
constexpr std::array kBedrockVerbs = {
    Verb{"/converse", {Dialect::kBedrock, Operation::kConverse}},
    Verb{"/converse-stream", {Dialect::kBedrock, Operation::kConverse}, true},
    Verb{"/invoke", {Dialect::kBedrock, Operation::kInvokeModel}},
    Verb{"/invoke-with-response-stream", {Dialect::kBedrock, Operation::kInvokeModel}, true},
    Verb{"/count-tokens", {Dialect::kBedrock, Operation::kCountTokens}},
};

// Resources that a provider keeps: any method, and anything below.
struct Tree {
  std::string_view root;
  Call call;
};
constexpr std::array kTrees = {
    Tree{"/v1/messages/batches", {Dialect::kAnthropic, Operation::kBatches}},
    Tree{"/v1/batches", {Dialect::kOpenAi, Operation::kBatches}},
    Tree{"/openai/batches", {Dialect::kOpenAi, Operation::kBatches}},
    Tree{"/v1/files", {Dialect::kOpenAi, Operation::kFiles}},
    Tree{"/openai/files", {Dialect::kOpenAi, Operation::kFiles}},
};

struct NamedModel {
  const Verb* verb;
  std::string_view model;
};

// A model's name may contain slashes, so it is all between the segment before it and the verb.
std::optional<NamedModel> find_named_model(std::string_view path) {
  constexpr std::string_view kModels = "/models/";
  constexpr std::string_view kModel = "/model/";
  if (!path.contains("/model")) return std::nullopt;
  if (const auto at = path.find(kModels); at != path.npos) {
    const auto model = path.substr(at + kModels.size());
    for (const Verb& verb : kGeminiVerbs) {
      if (!model.ends_with(verb.name) || model.size() == verb.name.size()) continue;
      return NamedModel{&verb, model.substr(0, model.size() - verb.name.size())};
    }
  }
  if (const auto at = path.find(kModel); at != path.npos) {
    const auto model = path.substr(at + kModel.size());
    for (const Verb& verb : kBedrockVerbs) {
      if (!model.ends_with(verb.name) || model.size() == verb.name.size()) continue;
      return NamedModel{&verb, model.substr(0, model.size() - verb.name.size())};
    }
  }
  return std::nullopt;
}

const PathRule* find_rule(std::string_view path) {
  for (const auto& rule : kRules) {
    if (path.ends_with(rule.suffix)) return &rule;
  }
  return nullptr;
}

std::optional<Call> find_kept(std::string_view path) {
  for (const Tree& tree : kTrees) {
    const auto at = path.find(tree.root);
    if (at == path.npos) continue;
    const auto below = path.substr(at + tree.root.size());
    if (below.empty() || below.front() == '/') return tree.call;
  }
  return std::nullopt;
}

bool has_name_behind(std::string_view path, std::string_view segment) {
  const auto at = path.find(segment);
  return at != path.npos && path.size() > at + segment.size();
}

std::optional<Call> find_plain(std::string_view method, std::string_view path) {
  if (method == "GET" && has_name_behind(path, "/models/")) {
    const bool gemini = has_name_behind(path, "/v1beta/models/");
    return Call{gemini ? Dialect::kGemini : Dialect::kOpenAi, Operation::kModel};
  }
  if (method == "POST") {
    if (const auto named = find_named_model(path)) return named->verb->call;
  }
  if (const auto* rule = find_rule(path)) {
    return rule->method == method ? std::optional(rule->call) : std::nullopt;
  }
  if (has_name_behind(path, "/responses/")) {
    return Call{Dialect::kOpenAi, Operation::kStoredResponse};
  }
  return find_kept(path);
}

}  // namespace

std::optional<Call> find_operation(std::string_view method, std::string_view path) {
  return find_plain(method, PlainPath(path).view());
}

bool is_call_path(std::string_view path) {
  const PlainPath plain(path);
  return find_rule(plain.view()) != nullptr || find_named_model(plain.view()).has_value();
}

PathFacts read_path_facts(Call call, std::string_view path, Arena& arena) {
  PathFacts facts;
  if (call.dialect == Dialect::kOpenAi) {
    constexpr std::string_view kDeployments = "/openai/deployments/";
    const auto at = path.find(kDeployments);
    if (at == path.npos) return facts;
    const PlainPath plain(path.substr(at));
    const auto name = plain.view().substr(kDeployments.size());
    facts.model = arena.copy(name.substr(0, name.find('/')));
    return facts;
  }
  if (call.dialect == Dialect::kAnthropic || call.dialect == Dialect::kCohere) return facts;
  const PlainPath plain(path);
  const auto named = find_named_model(plain.view());
  if (!named) return facts;
  facts.model = arena.copy(named->model);
  facts.stream = named->verb->stream;
  return facts;
}

std::string_view api_path(Call call, std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (const auto named = find_named_model(path)) return named->verb->name;
  if (call.operation == Operation::kStoredResponse) {
    const auto at = path.find("/responses/");
    return at == path.npos ? std::string_view() : path.substr(at);
  }
  for (const Tree& tree : kTrees) {
    const auto at = path.find(tree.root);
    if (at != path.npos) return path.substr(path.find('/', at + 1));
  }
  const PathRule* rule = find_rule(path);
  if (rule == nullptr) return {};
  const bool versioned = rule->suffix.starts_with("/v1");
  return versioned ? rule->suffix.substr(rule->suffix.find('/', 1)) : rule->suffix;
}

bool has_request_body(Operation operation) {
  switch (operation) {
    case Operation::kModels:
    case Operation::kModel:
    case Operation::kStoredResponse:
    case Operation::kFiles:
    case Operation::kBatches:
      return false;
    case Operation::kChatCompletions:
    case Operation::kCompletions:
    case Operation::kEmbeddings:
    case Operation::kResponses:
    case Operation::kMessages:
    case Operation::kCountTokens:
    case Operation::kGenerateContent:
    case Operation::kConverse:
    case Operation::kInvokeModel:
    case Operation::kRerank:
    case Operation::kModerations:
    case Operation::kImages:
    case Operation::kAudio:
    case Operation::kOther:
      return true;
  }
  return false;
}

std::string_view to_string(Operation operation) {
  switch (operation) {
    case Operation::kChatCompletions:
      return "chat";
    case Operation::kCompletions:
      return "text_completion";
    case Operation::kEmbeddings:
      return "embeddings";
    case Operation::kResponses:
    case Operation::kStoredResponse:
      return "responses";
    case Operation::kMessages:
      return "messages";
    case Operation::kCountTokens:
      return "count_tokens";
    case Operation::kGenerateContent:
      return "generate_content";
    case Operation::kConverse:
      return "converse";
    case Operation::kInvokeModel:
      return "invoke_model";
    case Operation::kRerank:
      return "rerank";
    case Operation::kModerations:
      return "moderations";
    case Operation::kImages:
      return "images";
    case Operation::kAudio:
      return "audio";
    case Operation::kFiles:
      return "files";
    case Operation::kBatches:
      return "batches";
    case Operation::kModels:
    case Operation::kModel:
      return "models";
    case Operation::kOther:
      return "other";
  }
  return "other";
}

std::string_view to_string(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAi:
      return "openai";
    case Dialect::kAnthropic:
      return "anthropic";
    case Dialect::kGemini:
      return "gemini";
    case Dialect::kBedrock:
      return "bedrock";
    case Dialect::kCohere:
      return "cohere";
  }
  return "openai";
}

}  // namespace tidegate::llm
