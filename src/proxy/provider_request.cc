#include "proxy/provider_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "http/uri.h"
#include "json/edit.h"
#include "llm/request_splice.h"

namespace tidegate::proxy {
namespace {

using llm::Operation;

std::string_view upstream_name(const config::Ai& ai, std::string_view model) {
  for (const config::Model& one : ai.models) {
    if (one.name == model && !one.upstream_name.empty()) return one.upstream_name;
  }
  return model;
}

bool is_kept(Operation operation) {
  return operation == Operation::kResponses || operation == Operation::kStoredResponse ||
         operation == Operation::kFiles || operation == Operation::kBatches;
}

// Rerankers are served by many that else speak OpenAI's dialect (vLLM, TEI, Jina, Cohere itself).
bool has_call(const llm::Provider& provider, llm::Call call) {
  if (provider.dialect == call.dialect) return true;
  return call.dialect == llm::Dialect::kCohere && provider.dialect == llm::Dialect::kOpenAi;
}

// A key in the query is the client's own for the gateway (Gemini's client libraries send it so).
std::string_view client_query(std::string_view query, Arena& arena) {
  if (!query.contains("key=")) return query;
  std::string kept;
  http::QueryReader reader(query);
  while (const auto parameter = reader.next()) {
    if (parameter->name == "key") continue;
    if (!kept.empty()) kept += '&';
    kept += parameter->name;
    if (parameter->value.data() == nullptr) continue;
    kept += '=';
    kept += parameter->value;
  }
  return arena.copy(kept);
}

class Target {
 public:
  Target(Flight& flight, const config::Ai& ai, const llm::Provider& provider,
         std::string_view model)
      : arena_(flight.exchange.arena),
        call_(*flight.call),
        request_(flight.exchange.request),
        ai_(ai),
        provider_(provider),
        values_{model, ai.project, ai.location, ai.api_version},
        renamed_(model != flight.model) {}

  // The target of a call whose format stays; empty: as the client wrote it.
  std::string_view same(const llm::FormatPath* path, bool stream) const {
    const bool named_in_path = path != nullptr && !path->model_in_body;
    if (provider_.keeps_path && ai_.path_prefix.empty() && !(named_in_path && renamed_)) {
      return request_.query().contains("key=") ? with_query(request_.path()) : std::string_view();
    }
    return with_query(path != nullptr ? conversation_path(*path, stream) : other_path());
  }

 private:
  std::string_view base() const {
    if (!ai_.path_prefix.empty()) return ai_.path_prefix;
    return is_kept(call_.operation) && !provider_.kept_base.empty() ? provider_.kept_base
                                                                    : provider_.base;
  }

  std::string_view conversation_path(const llm::FormatPath& path, bool stream) const {
    const auto tail = stream && !path.stream_path.empty() ? path.stream_path : path.path;
    // The client says itself in which form it wants its stream.
    const auto template_ = arena_.concat({base(), tail.substr(0, tail.find('?'))});
    return llm::fill_path(template_, values_, arena_);
  }

  std::string_view other_path() const {
    const std::string_view verb = llm::api_path(call_, request_.path());
    if (verb.empty() || call_.dialect == llm::Dialect::kCohere) return request_.path();
    const bool beside = !provider_.formats.empty() && !provider_.formats[0].model_in_body &&
                        llm::dialect_of(provider_.formats[0].format) == call_.dialect;
    const std::string_view tail =
        beside ? llm::sibling_path(provider_.formats[0].path, verb, arena_) : verb;
    return llm::fill_path(arena_.concat({base(), tail}), values_, arena_);
  }

  std::string_view with_query(std::string_view path) const {
    const std::string_view own = llm::fill_path(provider_.query, values_, arena_);
    const std::string_view query = client_query(request_.query(), arena_);
    const bool said = !own.empty() && query.contains(own.substr(0, own.find('=') + 1));
    const std::string_view first = said ? std::string_view() : own;
    if (first.empty() && query.empty()) return path;
    if (first.empty()) return arena_.concat({path, "?", query});
    if (query.empty()) return arena_.concat({path, "?", first});
    return arena_.concat({path, "?", first, "&", query});
  }

  Arena& arena_;
  llm::Call call_;
  const http::RequestHead& request_;
  const config::Ai& ai_;
  const llm::Provider& provider_;
  llm::PathValues values_;
  bool renamed_;
};

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

bool rewrites_path(const Flight& flight, const config::Filters* own) {
  const auto& rewrite = own != nullptr && own->rewrite ? own->rewrite : flight.filters().rewrite;
  return rewrite && rewrite->path;
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

}  // namespace

const llm::Provider& provider_of(const config::Ai& ai) {
  return llm::find_provider(ai.provider, ai.dialect, !ai.api_version.empty());
}

Result<ProviderRequest> make_provider_request(Flight& flight, const config::Backend& backend,
                                              const config::Filters* own, http::RequestHead& head) {
  const config::Ai& ai = *backend.ai;
  ProviderRequest out;
  out.model = upstream_name(ai, flight.model);
  if (!flight.call) return out;
  const llm::Provider& provider = provider_of(ai);
  const auto format = llm::format_of(*flight.call);
  if (format) out.path = llm::choose_format(provider, *format, out.model, ai.dialect);
  const bool same = format ? out.path != nullptr && out.path->format == *format
                           : has_call(provider, *flight.call);
  if (!same) {
    return fail(ErrorCode::kMalformed, Origin::kDownstream,
                fmt::format("The provider {} has no {} for model '{}'", ai.provider,
                            llm::to_string(flight.call->operation), out.model));
  }
  for (const llm::HeaderField& field : provider.fields) {
    if (!head.fields.find(field.name)) head.fields.set(field.name, field.value);
  }
  if (!provider.betas.empty()) {
    put_betas(betas_of(head.fields, provider), flight.exchange.arena, head.fields);
  }
  const bool stream = flight.facts && flight.facts->stream;
  const Target target(flight, ai, provider, out.model);
  const std::string_view made = target.same(out.path, stream);
  if (!made.empty() && !rewrites_path(flight, own)) head.target = made;
  if (flight.facts) splice(flight, ai, provider, head, out);
  return out;
}

}  // namespace tidegate::proxy
