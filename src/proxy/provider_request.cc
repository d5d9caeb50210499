#include "proxy/provider_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "json/edit.h"
#include "json/writer.h"
#include "llm/request_splice.h"
#include "proxy/price_book.h"
#include "proxy/provider_path.h"

namespace tidegate::proxy {
namespace {

// Rerankers are served by many that else speak OpenAI's dialect (vLLM, TEI, Jina, Cohere itself).
bool has_call(const llm::Provider& provider, llm::Call call) {
  if (provider.dialect == call.dialect) return true;
  return call.dialect == llm::Dialect::kCohere && provider.dialect == llm::Dialect::kOpenAi;
}

std::unexpected<Error> no_such_call(llm::Call call, const config::Ai& ai, std::string_view model) {
  return fail(ErrorCode::kMalformed, Origin::kDownstream,
              fmt::format("The provider {} has no {} for model '{}'", ai.provider,
                          llm::to_string(call.operation), model));
}

// The values of anthropic-beta that the provider takes.
std::vector<std::string_view> betas_of(const http::HeaderMap& fields,
                                       const llm::Provider& provider) {
  std::vector<std::string_view> betas;
  std::string_view rest = fields.find("anthropic-beta").value_or("");
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    std::string_view one = rest.substr(0, comma);
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    const bool known =
        provider.betas.empty() || std::ranges::find(provider.betas, one) != provider.betas.end();
    if (known && !one.empty()) betas.push_back(one);
  }
  return betas;
}

void put_betas(std::span<const std::string_view> betas, Arena& arena, http::HeaderMap& fields) {
  std::string value;
  for (const std::string_view beta : betas)
    value += fmt::format("{}{}", value.empty() ? "" : ",", beta);
  if (value.empty()) {
    fields.remove("anthropic-beta");
  } else {
    fields.set("anthropic-beta", arena.copy(value));
  }
}

// What the provider wants on every request, and of anthropic-beta what it takes.
void put_provider_fields(const llm::Provider& provider, Arena& arena, http::HeaderMap& fields) {
  for (const llm::HeaderField& field : provider.fields) {
    if (!fields.find(field.name)) fields.set(field.name, field.value);
  }
  if (!provider.betas.empty()) put_betas(betas_of(fields, provider), arena, fields);
}

// Of the backend's own filters, else of the rule; null: the path stays.
const config::PathModifier* path_rewrite(const Flight& flight, const config::Filters* own) {
  const auto& rewrite = own != nullptr && own->rewrite ? own->rewrite : flight.filters().rewrite;
  return rewrite && rewrite->path ? &*rewrite->path : nullptr;
}

// The payload of a call whose format stays, spliced.
void splice(Flight& flight, const config::Ai& ai, const llm::Provider& provider,
            http::RequestHead& head, ProviderRequest& out) {
  const llm::RequestFacts& facts = *flight.facts;
  const std::string_view body = *flight.body().whole();
  Arena& arena = flight.exchange.arena;
  json::Edit edit(body);
  const bool named = facts.model_member.is_string();
  if (out.path != nullptr && !out.path->anthropic_version.empty() && named) {
    const auto betas = betas_of(head.fields, provider);
    const auto stream =
        out.path->stream_in_body ? llm::StreamMember::kKeep : llm::StreamMember::kRemove;
    const bool in_body = out.path->beta_in_body;
    llm::fit_for_cloud(
        edit, body, facts, out.path->anthropic_version, stream,
        in_body ? std::span<const std::string_view>(betas) : std::span<const std::string_view>(),
        arena);
    if (in_body) head.fields.remove("anthropic-beta");
  } else if (named && out.model != flight.model) {
    llm::rename_model(edit, facts, out.model, arena);
  }
  out.asks_for_usage = llm::must_ask_for_usage(facts) &&
                       ai.quirks.stream_options.value_or(provider.target.takes_stream_options);
  if (out.asks_for_usage) llm::ask_for_usage(edit, body, facts, arena);
  if (!edit.empty()) out.text = edit.to_string();
}

// The provider's quirks, as the Backend changes them.
llm::Target target_of(const config::Ai& ai, const llm::Provider& provider,
                      const llm::FormatPath& path, std::string_view model) {
  llm::Target target = provider.target;
  const config::Quirks& quirks = ai.quirks;
  if (quirks.max_tokens_name) {
    target.max_tokens_name = *quirks.max_tokens_name == config::Quirks::MaxTokensName::kMaxTokens
                                 ? llm::Target::MaxTokensName::kMaxTokens
                                 : llm::Target::MaxTokensName::kMaxCompletionTokens;
  }
  if (quirks.reasoning_field) {
    using Field = llm::Target::ReasoningField;
    using Said = config::Quirks::ReasoningField;
    target.reasoning_field = *quirks.reasoning_field == Said::kNone ? Field::kNone
                             : *quirks.reasoning_field == Said::kReasoning
                                 ? Field::kReasoning
                                 : Field::kReasoningContent;
  }
  target.takes_developer_role = quirks.developer_role.value_or(target.takes_developer_role);
  target.takes_stream_options = quirks.stream_options.value_or(target.takes_stream_options);
  target.takes_strict_schema = quirks.strict_schema.value_or(target.takes_strict_schema);
  target.takes_json_schema = quirks.json_schema.value_or(target.takes_json_schema);
  target.takes_top_k = quirks.top_k.value_or(target.takes_top_k);
  target.takes_reasoning_effort = quirks.reasoning_effort.value_or(target.takes_reasoning_effort);
  target.takes_parallel_tool_calls =
      quirks.parallel_tool_calls.value_or(target.takes_parallel_tool_calls);
  target.keeps_cache_control = quirks.cache_control.value_or(target.keeps_cache_control);
  target.default_max_tokens = quirks.default_max_tokens.value_or(target.default_max_tokens);
  target.model = model;
  target.anthropic_version = path.anthropic_version;
  target.model_in_body = path.model_in_body;
  target.stream_in_body = path.stream_in_body;
  return target;
}

// Empty for nothing.
std::string_view json_array(std::span<const std::string_view> texts, Arena& arena) {
  if (texts.empty()) return {};
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const std::string_view text : texts) writer.string(text);
  writer.end_array();
  return arena.copy(out);
}

// Fields that say something of the caller's own dialect, or of the body that is replaced.
bool belongs_to_dialect(const http::Field& field) {
  static constexpr http::HeaderIdSet kOfBody = {
      http::HeaderId::kAccept, http::HeaderId::kContentEncoding, http::HeaderId::kContentType};
  if (kOfBody.has(field.id)) return true;
  constexpr std::string_view kPrefixes[] = {"anthropic-", "openai-", "x-stainless-", "x-goog-",
                                            "x-amz-",     "x-amzn-", "amz-sdk-"};
  return field.id == http::HeaderId::kOther &&
         std::ranges::any_of(kPrefixes, [&field](std::string_view prefix) {
           return http::iequals(field.name.substr(0, prefix.size()), prefix);
         });
}

Error losses_refused(const llm::Losses& losses) {
  return Error(
      ErrorCode::kMalformed, Origin::kDownstream,
      fmt::format("'{}' cannot be said to this provider", fmt::join(losses.fields(), "', '")));
}

// Embeddings, reranking or a count of tokens that go up in another format; a count that the
// provider cannot make is estimated.
Result<void> translate_side(Flight& flight, const config::Ai& ai, const llm::Provider& provider,
                            http::RequestHead& head, ProviderRequest& out) {
  if (!flight.facts) {
    return fail(ErrorCode::kMalformed, Origin::kDownstream, "the request must have a JSON body");
  }
  Arena& arena = flight.exchange.arena;
  // The answer is shaped by the request, whose bytes may move meanwhile.
  const std::string_view body = arena.copy(*flight.body().whole());
  const llm::PathFacts path = {flight.model, false};
  TIDEGATE_TRY(side, llm::SideCall::read(*flight.call, body, path, arena));
  const llm::Target target = target_of(ai, provider, llm::FormatPath(), out.model);
  TIDEGATE_TRY(made, side.write(provider, target));
  if (!made) {
    out.estimate = side.estimate();
    return out.estimate ? Result<void>() : no_such_call(*flight.call, ai, out.model);
  }
  if (ai.strict && !made->losses.empty()) return std::unexpected(losses_refused(made->losses));
  out.losses = made->losses.to_string();
  out.text = std::move(made->body);
  head.target = make_side_target(flight, ai, provider, *made, out.model);
  head.fields.remove_if(belongs_to_dialect);
  head.fields.set("content-type", "application/json");
  head.fields.set("accept", "application/json");
  out.side = std::make_unique<llm::SideCall>(std::move(side));
  return {};
}

// The payload of a call that goes up in another format.
Result<void> translate(Flight& flight, const config::Ai& ai, const llm::Provider& provider,
                       llm::Format caller, http::RequestHead& head, ProviderRequest& out) {
  if (!flight.facts) {
    return fail(ErrorCode::kMalformed, Origin::kDownstream, "the request must have a JSON body");
  }
  Arena& arena = flight.exchange.arena;
  out.crossing = {caller, out.path->format, out.path->framing,
                  ai.quirks.think_tags.value_or(provider.target.think_tags)};
  const llm::PathFacts path = {flight.model, flight.facts->stream};
  const auto strictness = ai.strict ? llm::Strictness::kRefuseLosses : llm::Strictness::kTellLosses;
  llm::Target target = target_of(ai, provider, *out.path, out.model);
  if (out.path->beta_in_body) {
    target.anthropic_beta = json_array(betas_of(head.fields, provider), arena);
  }
  TIDEGATE_TRY(made, llm::transcode_request(*out.crossing, *flight.body().whole(), path, target,
                                            strictness, arena));
  out.text = std::move(made.body);
  out.losses = made.losses.to_string();
  head.fields.remove_if(belongs_to_dialect);
  head.fields.set("content-type", "application/json");
  const bool frames = out.path->framing != llm::Framing::kSse;
  head.fields.set("accept", !flight.facts->stream ? "application/json"
                            : frames              ? "application/vnd.amazon.eventstream"
                                                  : "text/event-stream");
  return {};
}

}  // namespace

const llm::Provider& provider_of(const config::Ai& ai) {
  return llm::find_provider(ai.provider, ai.dialect, !ai.api_version.empty());
}

Result<ProviderRequest> make_provider_request(Flight& flight, const config::Backend& backend,
                                              const config::Filters* own, http::RequestHead& head) {
  const config::Ai& ai = *backend.ai;
  ProviderRequest out;
  out.listed = find_listed(ai, flight.model);
  out.model = upstream_name(out.listed, flight.model);
  if (!flight.call) return out;
  const llm::Provider& provider = provider_of(ai);
  const auto format = llm::format_of(*flight.call);
  if (format) out.path = llm::choose_format(provider, *format, out.model, ai.dialect);
  if (!format && llm::SideCall::crosses(provider, *flight.call, out.model)) {
    TIDEGATE_TRY_VOID(translate_side(flight, ai, provider, head, out));
    if (const auto* rewrite = path_rewrite(flight, own); rewrite != nullptr && out.side) {
      head.target = rewrite_crossed(flight, *rewrite, head.target);
    }
    put_provider_fields(provider, flight.exchange.arena, head.fields);
    return out;
  }
  const auto refuse = [&] { return no_such_call(*flight.call, ai, out.model); };
  if (format ? out.path == nullptr : !has_call(provider, *flight.call)) return refuse();
  const bool same =
      !format || (out.path->format == *format && out.path->framing != llm::Framing::kInvokeChunks);
  if (!same && !llm::can_cross({*format, out.path->format, out.path->framing})) return refuse();
  if (same) {
    const std::string_view made = make_same_target(flight, ai, provider, out.path, out.model);
    if (!made.empty() && path_rewrite(flight, own) == nullptr) head.target = made;
    if (flight.facts) splice(flight, ai, provider, head, out);
  } else {
    head.target = make_crossed_target(flight, ai, provider, *out.path, out.model);
    if (const auto* rewrite = path_rewrite(flight, own)) {
      head.target = rewrite_crossed(flight, *rewrite, head.target);
    }
    TIDEGATE_TRY_VOID(translate(flight, ai, provider, *format, head, out));
  }
  put_provider_fields(provider, flight.exchange.arena, head.fields);
  return out;
}

}  // namespace tidegate::proxy
