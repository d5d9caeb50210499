#include "proxy/provider_path.h"

#include <algorithm>
#include <string>

#include "http/uri.h"
#include "route/filters/url_edits.h"

namespace tidegate::proxy {
namespace {

using llm::Operation;

bool is_kept(Operation operation) {
  return operation == Operation::kResponses || operation == Operation::kStoredResponse ||
         operation == Operation::kFiles || operation == Operation::kBatches;
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

class PathMaker {
 public:
  PathMaker(const Flight& flight, const config::Ai& ai, const llm::Provider& provider,
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
    if (path != nullptr && is_asked_so(*path)) return {};
    return with_query(path != nullptr ? conversation_path(*path, stream) : other_path());
  }

  // The target of embeddings, reranking or a count in another format.
  std::string_view side(const llm::SideCall::Request& request) const {
    const auto query = provider_.query;
    const auto mark = query.empty() ? "" : "?";
    const auto before = request.behind_base ? base_where(false) : std::string_view();
    return llm::fill_path(arena_.concat({before, request.path, mark, query}), values_, arena_);
  }

  // The target of a call in another format.
  std::string_view crossed(const llm::FormatPath& path, bool stream) const {
    const auto tail = stream && !path.stream_path.empty() ? path.stream_path : path.path;
    const auto query = provider_.query;
    const auto mark = query.empty() ? "" : tail.contains('?') ? "&" : "?";
    return llm::fill_path(arena_.concat({base_of(path.format), tail, mark, query}), values_,
                          arena_);
  }

 private:
  std::string_view base() const { return base_where(is_kept(call_.operation)); }
  std::string_view base_of(llm::Format format) const {
    return base_where(format == llm::Format::kResponses);
  }
  std::string_view base_where(bool kept) const {
    if (!ai_.path_prefix.empty()) return ai_.path_prefix;
    return kept && !provider_.kept_base.empty() ? provider_.kept_base : provider_.base;
  }

  // Whether the client's target is what would be made, without making it: the usual call, of an
  // OpenAI client to OpenAI.
  bool is_asked_so(const llm::FormatPath& path) const {
    const std::string_view before = base();
    const std::string_view target = request_.target;
    return path.stream_path.empty() && provider_.query.empty() &&
           target.size() == before.size() + path.path.size() && target.starts_with(before) &&
           target.ends_with(path.path) && !target.contains('{');
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

}  // namespace

std::string_view make_same_target(const Flight& flight, const config::Ai& ai,
                                  const llm::Provider& provider, const llm::FormatPath* path,
                                  std::string_view model) {
  const bool stream = flight.facts && flight.facts->stream;
  return PathMaker(flight, ai, provider, model).same(path, stream);
}

std::string_view make_crossed_target(const Flight& flight, const config::Ai& ai,
                                     const llm::Provider& provider, const llm::FormatPath& path,
                                     std::string_view model) {
  const bool stream = flight.facts && flight.facts->stream;
  return PathMaker(flight, ai, provider, model).crossed(path, stream);
}

std::string_view make_side_target(const Flight& flight, const config::Ai& ai,
                                  const llm::Provider& provider,
                                  const llm::SideCall::Request& request, std::string_view model) {
  return PathMaker(flight, ai, provider, model).side(request);
}

std::string_view rewrite_crossed(const Flight& flight, const config::PathModifier& rewrite,
                                 std::string_view target) {
  Arena& arena = flight.exchange.arena;
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view query = target.substr(path.size());
  const config::PathMatch& match = flight.decision.match->path;
  // What the client wrote before the path of its own dialect.
  const std::string_view asked = flight.exchange.request.path();
  std::size_t api = asked.npos;
  for (const std::string_view base : {"/v1/", "/v1beta/", "/openai/", "/model/"}) {
    api = std::min(api, asked.find(base));
  }
  const std::string_view before = api == asked.npos ? std::string_view() : asked.substr(0, api);
  const std::string_view whole = arena.concat({before, path});
  const std::string_view made = route::modify_path(rewrite, match, whole, arena);
  return arena.concat({made == whole ? path : made, query});
}

}  // namespace tidegate::proxy
