#include "llm/side/side_call.h"

#include <utility>

#include "llm/embed/reply.h"
#include "llm/token_count_reply.h"
#include "llm/token_estimate.h"

namespace tidegate::llm {
namespace {

Result<EmbedRequest> read_embed_request(Dialect dialect, std::string_view body, Arena& arena) {
  switch (dialect) {
    case Dialect::kOpenAi:
      return read_openai_embed_request(body, arena);
    case Dialect::kCohere:
      return read_cohere_embed_request(body, arena);
    case Dialect::kGemini:
      return read_gemini_embed_request(body);
    case Dialect::kAnthropic:
    case Dialect::kBedrock:
      break;
  }
  return fail(ErrorCode::kUnsupported, Origin::kDownstream, "this dialect has no embeddings");
}

// The dialect whose callers write a provider's format themselves; empty: nobody's.
std::optional<Dialect> dialect_of(EmbedFormat format) {
  switch (format) {
    case EmbedFormat::kOpenAi:
      return Dialect::kOpenAi;
    case EmbedFormat::kCohere:
      return Dialect::kCohere;
    case EmbedFormat::kGemini:
      return Dialect::kGemini;
    case EmbedFormat::kTitan:
    case EmbedFormat::kBedrockCohere:
      break;
  }
  return std::nullopt;
}

}  // namespace

bool SideCall::crosses(const Provider& provider, Call call, std::string_view model) {
  switch (call.operation) {
    case Operation::kEmbeddings: {
      if (provider.dialect == call.dialect) return false;
      const auto path = find_embed_path(provider, model);
      return !path || dialect_of(path->format) != call.dialect;
    }
    case Operation::kRerank: {
      const auto path = find_rerank_path(provider, model);
      return !path || path->format != RerankFormat::kCohere;
    }
    case Operation::kCountTokens: {
      const auto path = find_count_path(provider, model);
      const bool native = provider.dialect == call.dialect;
      // A provider that is asked in its own dialect says for itself what it cannot count.
      return !native || (path && llm::dialect_of(path->format) != call.dialect);
    }
    default:
      return false;
  }
}

Result<SideCall> SideCall::read(Call call, std::string_view body, const PathFacts& path,
                                Arena& arena) {
  SideCall made(call);
  if (call.operation == Operation::kEmbeddings) {
    TIDEGATE_TRY(request, read_embed_request(call.dialect, body, arena));
    made.request_ = std::move(request);
  } else if (call.operation == Operation::kRerank) {
    TIDEGATE_TRY(request, read_rerank_request(body, arena));
    made.request_ = std::move(request);
  } else {
    auto& conversation = made.request_.emplace<Conversation>();
    TIDEGATE_TRY_VOID(read_count_request(call.dialect, body, path, conversation, arena));
  }
  return made;
}

Result<std::optional<SideCall::Request>> SideCall::write(const Provider& provider,
                                                         const Target& target) {
  if (call_.operation == Operation::kEmbeddings) return write_embed(provider, target);
  if (call_.operation == Operation::kRerank) return write_rerank(provider, target);
  return write_count(provider, target);
}

Result<std::optional<SideCall::Request>> SideCall::write_embed(const Provider& provider,
                                                               const Target& target) {
  const auto path = find_embed_path(provider, target.model);
  if (!path) return std::nullopt;
  Request made{.path = path->path, .behind_base = path->behind_base, .body = {}, .losses = {}};
  TIDEGATE_TRY_VOID(write_embed_request(std::get<EmbedRequest>(request_), path->format,
                                        target.model, made.body, made.losses));
  format_ = path->format;
  return made;
}

Result<std::optional<SideCall::Request>> SideCall::write_rerank(const Provider& provider,
                                                                const Target& target) {
  const auto path = find_rerank_path(provider, target.model);
  if (!path) return std::nullopt;
  Request made{.path = path->path, .behind_base = path->behind_base, .body = {}, .losses = {}};
  write_rerank_request(std::get<RerankRequest>(request_), path->format, target.model, made.body,
                       made.losses);
  format_ = path->format;
  return made;
}

Result<std::optional<SideCall::Request>> SideCall::write_count(const Provider& provider,
                                                               const Target& target) {
  const auto path = find_count_path(provider, target.model);
  if (!path) return std::nullopt;
  Request made{.path = path->path, .behind_base = true, .body = {}, .losses = {}};
  write_count_request(std::get<Conversation>(request_), path->format, target, made.body,
                      made.losses);
  format_ = path->format;
  return made;
}

Result<SideCall::Answer> SideCall::translate(std::string_view body, std::string_view model,
                                             std::string_view fallback_id, Arena& arena) const {
  Answer answer;
  if (const auto* format = std::get_if<EmbedFormat>(&format_)) {
    const auto& request = std::get<EmbedRequest>(request_);
    TIDEGATE_TRY(reply, read_embed_reply(*format, body, arena));
    const EmbedCaller caller{call_.dialect, model, fallback_id, estimate_tokens(request)};
    TIDEGATE_TRY_VOID(write_embed_reply(reply, request, caller, answer.body));
    if (reply.input) answer.usage.emplace().input_uncached = *reply.input;
  } else if (std::holds_alternative<RerankFormat>(format_)) {
    const auto& request = std::get<RerankRequest>(request_);
    TIDEGATE_TRY(reply, read_rerank_reply(body, request.documents.size(), arena));
    write_rerank_reply(reply, request, fallback_id, answer.body);
  } else {
    const auto format_of_count = std::get<CountFormat>(format_);
    TIDEGATE_TRY(count, parse_token_count(llm::dialect_of(format_of_count), body));
    answer.body = format_token_count(call_.dialect, count);
  }
  return answer;
}

std::optional<std::string> SideCall::estimate() const {
  const auto* conversation = std::get_if<Conversation>(&request_);
  if (conversation == nullptr) return std::nullopt;
  return format_token_count(call_.dialect, estimate_tokens(*conversation));
}

}  // namespace tidegate::llm
