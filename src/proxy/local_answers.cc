#include "proxy/local_answers.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "llm/model_list.h"
#include "proxy/local_reply.h"
#include "route/filters/cors.h"
#include "route/filters/url_edits.h"

namespace tidegate::proxy {
namespace {

async::Task<Result<void>> preflight(Flight& flight, const config::Cors& cors) {
  http::ResponseHead head(flight.exchange.arena);
  route::answer_preflight(cors, flight.exchange.request, head);
  LocalReply local(head.status, std::string_view(), std::string());
  for (const http::Field& field : head.fields.fields())
    local.fields.emplace_back(field.name, field.value);
  co_return co_await send_reply(flight, std::move(local));
}

// Models by name, each once; what a backend says of one counts more than a route's word for it.
class Offers {
 public:
  void add_rule(const config::HttpRule& rule) {
    for (const config::HttpMatch& match : rule.matches) {
      for (const config::ValueMatch& header : match.headers) {
        const bool names_model = header.name == "x-gateway-model-name" &&
                                 header.kind == config::ValueMatch::Kind::kExact;
        if (names_model) models_.try_emplace(header.value, header.value, "tidegate");
      }
    }
    for (const config::WeightedBackend& choice : rule.backends) {
      if (choice.backend == nullptr || !choice.backend->ai) continue;
      for (const config::Model& model : choice.backend->ai->models) {
        auto& entry = models_[model.name];
        if (entry.card != nullptr) continue;
        entry = {model.name, choice.backend->ai->provider, {}, &model.card};
      }
    }
  }
  std::vector<llm::ModelEntry> in_order() const {
    std::vector<llm::ModelEntry> entries;
    for (const auto& [name, entry] : models_) entries.push_back(entry);
    return entries;
  }

 private:
  std::map<std::string_view, llm::ModelEntry> models_;
};

// The models that routes of this listener offer, in order of name.
std::vector<llm::ModelEntry> offered_models(const Flight& flight) {
  Offers offers;
  for (const auto& route : flight.port.http_listeners[flight.decision.listener]->http_routes) {
    for (const config::HttpRule& rule : *route->rules) offers.add_rule(rule);
  }
  return offers.in_order();
}

async::Task<Result<void>> list_models(Flight& flight) {
  const http::RequestHead& request = flight.exchange.request;
  const auto dialect = flight.call->dialect;
  const auto models = offered_models(flight);
  if (flight.call->operation == llm::Operation::kModels) {
    co_return co_await send_reply(
        flight, LocalReply(200, "application/json", llm::format_model_list(dialect, models)));
  }
  constexpr std::string_view kParent = "/models/";  // what follows may hold slashes
  const std::string_view path = request.path();
  flight.model = path.substr(std::min(path.size(), path.find(kParent) + kParent.size()));
  for (const llm::ModelEntry& model : models) {
    if (model.id != flight.model) continue;
    co_return co_await send_reply(
        flight, LocalReply(200, "application/json", llm::format_model(dialect, model)));
  }
  co_return fail(ErrorCode::kModelNotFound, Origin::kDownstream, std::string(flight.model));
}

bool asks_for_models(const Flight& flight) {
  return flight.call && (flight.call->operation == llm::Operation::kModels ||
                         flight.call->operation == llm::Operation::kModel);
}

bool is_preflight(const Flight& flight) {
  return flight.filters().cors &&
         route::classify_cors(flight.exchange.request) == route::CorsRequest::kPreflight;
}

}  // namespace

async::Task<Result<void>> redirect(Flight& flight, const config::Redirect& redirect) {
  const route::RedirectReply made =
      route::make_redirect(redirect, flight.decision.match->path, flight.exchange.request,
                           flight.port.port, flight.exchange.arena);
  LocalReply local(made.status, std::string_view(), std::string());
  local.fields.emplace_back("location", made.location);
  co_return co_await send_reply(flight, std::move(local));
}

bool offers_model_list(const Flight& flight) {
  return asks_for_models(flight) && flight.decision.listener != route::Router::kNoListener &&
         !offered_models(flight).empty();
}

bool has_local_answer(const Flight& flight) {
  if (flight.decision.rule == nullptr)
    return true;  // only the list of models comes here without a route
  const config::HttpRule& rule = flight.rule();
  if (rule.invalid || rule.backends.empty() || asks_for_models(flight)) return true;
  return rule.filters != nullptr && (rule.filters->redirect || is_preflight(flight));
}

async::Task<Result<void>> answer_locally(Flight& flight) {
  if (flight.decision.rule == nullptr) co_return co_await list_models(flight);
  if (flight.rule().invalid) {
    co_return fail(ErrorCode::kNoBackend, Origin::kUpstream,
                   "rule has a filter that is not understood");
  }
  if (is_preflight(flight)) co_return co_await preflight(flight, *flight.filters().cors);
  if (flight.filters().redirect) co_return co_await redirect(flight, *flight.filters().redirect);
  if (asks_for_models(flight)) co_return co_await list_models(flight);
  co_return fail(ErrorCode::kNoBackend, Origin::kUpstream, "rule has no backend");
}

}  // namespace tidegate::proxy
