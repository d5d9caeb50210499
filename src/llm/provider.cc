#include "llm/provider.h"

#include <algorithm>
#include <array>

namespace tidegate::llm {
namespace {

using MaxTokensName = Target::MaxTokensName;
using ReasoningField = Target::ReasoningField;

// ---- Formats and paths

constexpr FormatPath kChatPath{.format = Format::kChat, .path = "/chat/completions"};
constexpr FormatPath kResponsesPath{.format = Format::kResponses, .path = "/responses"};
constexpr FormatPath kMessagesPath{.format = Format::kMessages, .path = "/messages"};

constexpr std::array kOpenAiFormats = {kChatPath, kResponsesPath};
constexpr std::array kChatOnly = {kChatPath};
constexpr std::array kMessagesOnly = {kMessagesPath};

// Gemini API, generateContent; without alt=sse a stream is one JSON array.
constexpr std::array kGeminiFormats = {
    FormatPath{.format = Format::kGenerateContent,
               .path = "/models/{model}:generateContent",
               .stream_path = "/models/{model}:streamGenerateContent?alt=sse",
               .model_in_body = false,
               .stream_in_body = false},
};

// Vertex AI: Gemini; Claude ("Use Claude models", rawPredict); the others, whose
// names are "publisher/model", by the Chat Completions endpoint.
constexpr std::array kVertexFormats = {
    FormatPath{.format = Format::kGenerateContent,
               .models = "gemini",
               .path = "/publishers/google/models/{model}:generateContent",
               .stream_path = "/publishers/google/models/{model}:streamGenerateContent?alt=sse",
               .model_in_body = false,
               .stream_in_body = false},
    FormatPath{.format = Format::kMessages,
               .models = "claude",
               .path = "/publishers/anthropic/models/{model}:rawPredict",
               .stream_path = "/publishers/anthropic/models/{model}:streamRawPredict",
               .anthropic_version = "vertex-2023-10-16",
               .model_in_body = false},
    FormatPath{
        .format = Format::kChat, .models = "/", .path = "/endpoints/openapi/chat/completions"},
};

// Amazon Bedrock runtime: Converse for any model, InvokeModel for Claude in its own format
// (Anthropic Claude Messages API). The model is one encoded segment, ARNs too.
constexpr std::array kBedrockFormats = {
    FormatPath{.format = Format::kConverse,
               .path = "/model/{model}/converse",
               .stream_path = "/model/{model}/converse-stream",
               .framing = Framing::kEventStream,
               .model_in_body = false,
               .stream_in_body = false},
    FormatPath{.format = Format::kMessages,
               .models = "anthropic.",
               .path = "/model/{model}/invoke",
               .stream_path = "/model/{model}/invoke-with-response-stream",
               .framing = Framing::kInvokeChunks,
               .anthropic_version = "bedrock-2023-05-31",
               .model_in_body = false,
               .stream_in_body = false,
               .beta_in_body = true},
};

// The built-in simulator answers in whatever it is asked in.
constexpr std::array kSimulatorFormats = {
    kChatPath, kResponsesPath, kMessagesPath, kGeminiFormats[0], kBedrockFormats[0],
};

// ---- Keys and fields

constexpr KeyPlace kBearer{"authorization", "Bearer "};
// Amazon Bedrock, Anthropic Claude Messages API, "Beta headers"; Vertex AI, Claude, "Beta
// features".
constexpr std::array<std::string_view, 11> kCloudBetas = {
    "computer-use-2024-10-22",
    "computer-use-2025-01-24",
    "computer-use-2025-11-24",
    "context-1m-2025-08-07",
    "context-management-2025-06-27",
    "dev-full-thinking-2025-05-14",
    "effort-2025-11-24",
    "interleaved-thinking-2025-05-14",
    "output-128k-2025-02-19",
    "token-efficient-tools-2025-02-19",
    "tool-search-tool-2025-10-19",
};
constexpr std::array kAnthropicFields = {HeaderField{"anthropic-version", "2023-06-01"}};

// ---- Quirks: what differs from OpenAI's own API

constexpr Target kOpenAiTarget{.reasoning_field = ReasoningField::kNone};
// What any server that is called OpenAI-compatible takes.
constexpr Target kCompatibleTarget{.max_tokens_name = MaxTokensName::kMaxTokens,
                                   .takes_developer_role = false,
                                   .think_tags = true};
// Servers of open models, which sample as those are meant to be sampled.
constexpr Target kOpenModelTarget{.max_tokens_name = MaxTokensName::kMaxTokens,
                                  .takes_developer_role = false,
                                  .takes_top_k = true,
                                  .think_tags = true};
constexpr Target kDeepSeekTarget{.max_tokens_name = MaxTokensName::kMaxTokens,
                                 .takes_developer_role = false,
                                 .takes_strict_schema = false,
                                 .takes_json_schema = false,
                                 .takes_reasoning_effort = false,
                                 .takes_parallel_tool_calls = false};
constexpr Target kOllamaTarget{.max_tokens_name = MaxTokensName::kMaxTokens,
                               .reasoning_field = ReasoningField::kReasoning,
                               .takes_developer_role = false,
                               .takes_strict_schema = false,
                               .takes_parallel_tool_calls = false,
                               .think_tags = true};
// reasoning_format "raw" is what it does with tags.
constexpr Target kGroqTarget{.reasoning_field = ReasoningField::kReasoning,
                             .takes_developer_role = false,
                             .think_tags = true};
constexpr Target kQwenTarget{.max_tokens_name = MaxTokensName::kMaxTokens,
                             .takes_developer_role = false,
                             .takes_strict_schema = false,
                             .takes_reasoning_effort = false,
                             .takes_top_k = true};
constexpr Target kOpenRouterTarget{.max_tokens_name = MaxTokensName::kMaxTokens,
                                   .reasoning_field = ReasoningField::kReasoning,
                                   .takes_developer_role = false,
                                   .takes_top_k = true,
                                   .keeps_cache_control = true};
constexpr Target kTogetherTarget{.max_tokens_name = MaxTokensName::kMaxTokens,
                                 .reasoning_field = ReasoningField::kReasoning,
                                 .takes_developer_role = false,
                                 .takes_parallel_tool_calls = false,
                                 .takes_top_k = true,
                                 .think_tags = true};
// Mistral refuses members that it does not know (422, extra_forbidden).
constexpr Target kMistralTarget{.max_tokens_name = MaxTokensName::kMaxTokens,
                                .reasoning_field = ReasoningField::kNone,
                                .takes_developer_role = false,
                                .takes_stream_options = false,
                                .takes_reasoning_effort = false};
constexpr Target kCohereTarget{.max_tokens_name = MaxTokensName::kMaxTokens,
                               .reasoning_field = ReasoningField::kNone,
                               .takes_developer_role = false,
                               .takes_stream_options = false,
                               .takes_parallel_tool_calls = false};

constexpr std::string_view kVertexBase = "/v1/projects/{project}/locations/{location}";

// ---- The table

constexpr std::array kProviders = {
    Provider{.name = "OpenAI",
             .base = "/v1",
             .formats = kOpenAiFormats,
             .key = kBearer,
             .target = kOpenAiTarget},
    // The version 1 API (Azure OpenAI, API lifecycle).
    Provider{.name = "AzureOpenAI",
             .base = "/openai/v1",
             .formats = kOpenAiFormats,
             .key = {"api-key", ""},
             .target = kOpenAiTarget},
    Provider{.name = "Anthropic",
             .dialect = Dialect::kAnthropic,
             .base = "/v1",
             .formats = kMessagesOnly,
             .key = {"x-api-key", ""},
             .fields = kAnthropicFields},
    Provider{.name = "AWSBedrock",
             .dialect = Dialect::kBedrock,
             .formats = kBedrockFormats,
             .key = kBearer,
             .betas = kCloudBetas},
    Provider{.name = "GCPVertexAI",
             .dialect = Dialect::kGemini,
             .base = kVertexBase,
             .formats = kVertexFormats,
             .key = kBearer,
             .betas = kCloudBetas,
             .target = kCompatibleTarget},
    Provider{.name = "GeminiAIStudio",
             .dialect = Dialect::kGemini,
             .base = "/v1beta",
             .formats = kGeminiFormats,
             .key = {"x-goog-api-key", ""}},
    // Conversations by its Compatibility API; rerank and embed keep the caller's path.
    Provider{.name = "Cohere",
             .base = "/compatibility/v1",
             .formats = kChatOnly,
             .key = kBearer,
             .target = kCohereTarget},
    Provider{.name = "Mistral",
             .base = "/v1",
             .formats = kChatOnly,
             .key = kBearer,
             .target = kMistralTarget},
    Provider{.name = "OpenAICompatible",
             .base = "/v1",
             .keeps_path = true,
             .formats = kOpenAiFormats,
             .key = kBearer,
             .target = kCompatibleTarget},
    Provider{.name = "vLLM",
             .base = "/v1",
             .keeps_path = true,
             .formats = kOpenAiFormats,
             .key = kBearer,
             .target = kOpenModelTarget},
    Provider{.name = "Ollama",
             .base = "/v1",
             .keeps_path = true,
             .formats = kChatOnly,
             .key = kBearer,
             .target = kOllamaTarget},
    Provider{.name = "DeepSeek",
             .base = "/v1",
             .formats = kChatOnly,
             .key = kBearer,
             .target = kDeepSeekTarget},
    Provider{.name = "Groq",
             .base = "/openai/v1",
             .formats = kOpenAiFormats,
             .key = kBearer,
             .target = kGroqTarget},
    Provider{.name = "Qwen",
             .base = "/compatible-mode/v1",
             .formats = kChatOnly,
             .key = kBearer,
             .target = kQwenTarget},
    Provider{.name = "OpenRouter",
             .base = "/api/v1",
             .formats = kOpenAiFormats,
             .key = kBearer,
             .target = kOpenRouterTarget},
    Provider{.name = "Together",
             .base = "/v1",
             .formats = kChatOnly,
             .key = kBearer,
             .target = kTogetherTarget},
    Provider{.name = "Fireworks",
             .base = "/inference/v1",
             .formats = kOpenAiFormats,
             .key = kBearer,
             .target = kOpenModelTarget},
    Provider{.name = "xAI",
             .base = "/v1",
             .formats = kOpenAiFormats,
             .key = kBearer,
             .target = {.takes_developer_role = false}},
    Provider{.name = "Simulator",
             .base = "/v1",
             .keeps_path = true,
             .formats = kSimulatorFormats,
             .key = kBearer},
};

// Azure OpenAI with a dated API version.
constexpr Provider kVersionedAzure{.name = "AzureOpenAI",
                                   .base = "/openai/deployments/{model}",
                                   .kept_base = "/openai",
                                   .query = "api-version={version}",
                                   .formats = kOpenAiFormats,
                                   .key = {"api-key", ""},
                                   .target = kOpenAiTarget};

// Servers that nobody has a row for, by what they speak.
constexpr Provider kAnthropicCompatible{.name = "Anthropic",
                                        .dialect = Dialect::kAnthropic,
                                        .base = "/v1",
                                        .keeps_path = true,
                                        .formats = kMessagesOnly,
                                        .key = {"x-api-key", ""},
                                        .fields = kAnthropicFields};
constexpr Provider kGeminiCompatible{.name = "GeminiAIStudio",
                                     .dialect = Dialect::kGemini,
                                     .base = "/v1beta",
                                     .keeps_path = true,
                                     .formats = kGeminiFormats,
                                     .key = {"x-goog-api-key", ""}};
constexpr Provider kBedrockCompatible{
    .name = "AWSBedrock", .dialect = Dialect::kBedrock, .formats = kBedrockFormats, .key = kBearer};
constexpr Provider kCohereCompatible{
    .name = "Cohere", .dialect = Dialect::kCohere, .keeps_path = true, .key = kBearer};

const Provider* find_row(std::string_view name) {
  const auto* found = std::ranges::find(kProviders, name, &Provider::name);
  return found == kProviders.end() ? nullptr : found;
}

const Provider& find_compatible(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAi:
      return *find_row("OpenAICompatible");
    case Dialect::kAnthropic:
      return kAnthropicCompatible;
    case Dialect::kGemini:
      return kGeminiCompatible;
    case Dialect::kBedrock:
      return kBedrockCompatible;
    case Dialect::kCohere:
      return kCohereCompatible;
  }
  return *find_row("OpenAICompatible");
}

bool speaks(const Provider& provider, Dialect dialect) {
  return provider.dialect == dialect ||
         std::ranges::any_of(provider.formats, [dialect](const FormatPath& path) {
           return dialect_of(path.format) == dialect;
         });
}

void put_segment(std::string_view text, std::string& out) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    if (kUnreserved.contains(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15U];
  }
}

}  // namespace

const Provider& find_provider(std::string_view name, std::optional<Dialect> dialect,
                              bool versioned) {
  if (versioned && name == kVersionedAzure.name) return kVersionedAzure;
  const Provider* row = find_row(name);
  if (row != nullptr && (!dialect || speaks(*row, *dialect))) return *row;
  return find_compatible(dialect.value_or(Dialect::kOpenAi));
}

std::vector<std::string_view> provider_names() {
  std::vector<std::string_view> names;
  for (const Provider& provider : kProviders) names.push_back(provider.name);
  return names;
}

std::optional<Format> format_of(const Call& call) {
  switch (call.operation) {
    case Operation::kChatCompletions:
      return Format::kChat;
    case Operation::kResponses:
      return Format::kResponses;
    case Operation::kMessages:
      return Format::kMessages;
    case Operation::kGenerateContent:
      return Format::kGenerateContent;
    case Operation::kConverse:
      return Format::kConverse;
    case Operation::kCompletions:
    case Operation::kEmbeddings:
    case Operation::kStoredResponse:
    case Operation::kCountTokens:
    case Operation::kInvokeModel:
    case Operation::kRerank:
    case Operation::kModerations:
    case Operation::kImages:
    case Operation::kAudio:
    case Operation::kFiles:
    case Operation::kBatches:
    case Operation::kModels:
    case Operation::kModel:
    case Operation::kOther:
      return std::nullopt;
  }
  return std::nullopt;
}

Dialect dialect_of(Format format) {
  switch (format) {
    case Format::kChat:
    case Format::kResponses:
      return Dialect::kOpenAi;
    case Format::kMessages:
      return Dialect::kAnthropic;
    case Format::kGenerateContent:
      return Dialect::kGemini;
    case Format::kConverse:
      return Dialect::kBedrock;
  }
  return Dialect::kOpenAi;
}

const FormatPath* choose_format(const Provider& provider, Format format, std::string_view model,
                                std::optional<Dialect> only) {
  const FormatPath* first = nullptr;
  for (const FormatPath& path : provider.formats) {
    if (!model.contains(path.models)) continue;
    if (only && dialect_of(path.format) != *only) continue;
    if (path.format == format) return &path;
    if (first == nullptr) first = &path;
  }
  return first;
}

std::string_view fill_path(std::string_view path, const PathValues& values, Arena& arena) {
  std::string out;
  out.reserve(path.size() + values.model.size() + values.project.size() + 16);
  while (!path.empty()) {
    const auto open = path.find('{');
    out += path.substr(0, open);
    if (open == path.npos) break;
    const auto close = path.find('}', open);
    const auto name = path.substr(open + 1, close - open - 1);
    put_segment(name == "model"      ? values.model
                : name == "project"  ? values.project
                : name == "location" ? values.location
                                     : values.version,
                out);
    path = path.substr(close + 1);
  }
  return arena.copy(out);
}

std::string_view sibling_path(std::string_view path, std::string_view verb, Arena& arena) {
  return arena.concat({path.substr(0, path.rfind(verb.front())), verb});
}

}  // namespace tidegate::llm
