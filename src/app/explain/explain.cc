#include "app/explain/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/explain/describe.h"
#include "app/explain/misses.h"
#include "app/explain/request.h"
#include "llm/request_facts.h"
#include "proxy/route_decision.h"

namespace tidegate::app {
namespace {

using route::ModelName;
using route::Outcome;

// Status of a failure to decide. The texts are for an operator, not for a client.
std::uint16_t status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMisdirected:
      return 421;
    case ErrorCode::kNotFound:
    case ErrorCode::kModelNotFound:
      return 404;
    default:
      return 400;
  }
}

void refuse(Explanation& out, const Error& error) {
  out.status = status_of(error.code);
  out.reason = error.code == ErrorCode::kModelNotFound
                   ? fmt::format("no route takes model \"{}\"", error.detail)
                   : error.detail;
}

const proxy::Port* choose_port(const proxy::Snapshot& snapshot, const ParsedRequest& request,
                               Explanation& out) {
  const auto wanted = request.tls ? proxy::PortKind::kTls : proxy::PortKind::kHttp;
  std::string there;
  for (const auto& port : snapshot.ports()) {
    const bool serves = port->kind == wanted && port->router != nullptr;
    if (serves && (!request.port || port->port == *request.port)) return port.get();
    if (port->router != nullptr) {
      there += fmt::format("{}{} ({})", there.empty() ? "" : ", ", port->key,
                           port->kind == proxy::PortKind::kTls ? "https" : "http");
    }
  }
  out.reason =
      fmt::format("no listener takes {} on port {}; there is: {}", request.tls ? "https" : "http",
                  request.port.value_or(0), there.empty() ? "nothing" : there);
  out.status = 404;
  return nullptr;
}

// As proxy::choose_route does.
Result<route::Decision> decide(const proxy::Port& port, ParsedRequest& request, Explanation& out) {
  const route::Router& router = *port.router;
  exchange::ConnectionFacts connection;
  connection.tls = request.tls;
  connection.server_name = request.host;
  const std::uint32_t sni = proxy::find_sni_listener(router, connection);
  const auto call = llm::find_operation(request.head.method, request.head.path());
  if (call) {
    out.call =
        fmt::format("{} ({})", llm::to_string(call->operation), llm::to_string(call->dialect));
  }
  route::Decision decision = router.find(request.head, ModelName::unknown(), sni);
  if (decision.outcome == Outcome::kNeedsModel) {
    llm::PathFacts path;
    if (call) path = llm::read_path_facts(*call, request.head.path(), request.arena);
    out.model = path.model;
    if (proxy::names_model_in_body(call, request.head)) {
      const auto type = request.head.fields.find(http::HeaderId::kContentType).value_or("");
      TIDEGATE_TRY(facts,
                   llm::parse_request_facts(*call, type, request.body(), request.arena, path));
      out.model = facts.model;
    }
    const auto model = out.model.empty() ? ModelName::absent() : ModelName::known(out.model);
    decision = router.find(request.head, model, sni);
  }
  if (decision.listener != route::Router::kNoListener) {
    out.listener = router.listener_id(decision.listener);
  }
  TIDEGATE_TRY_VOID(proxy::judge_outcome(decision.outcome, call, out.model));
  return decision;
}

void fill_candidates(const route::Rule& rule, Explanation& out) {
  for (const config::WeightedBackend& choice : rule.config->backends) {
    Candidate candidate;
    candidate.weight = choice.weight;
    candidate.error_status = choice.error_status;
    if (rule.total_weight != 0) {
      candidate.share = static_cast<double>(choice.weight) / static_cast<double>(rule.total_weight);
    }
    if (choice.backend != nullptr) {
      candidate.backend = choice.backend->id;
      candidate.endpoints = describe_endpoints(*choice.backend);
      if (choice.backend->ai) candidate.provider = choice.backend->ai->provider;
    }
    out.candidates.push_back(std::move(candidate));
  }
}

void add_processors(const pipeline::Chain* chain, std::string_view scope, Explanation& out) {
  if (chain == nullptr) return;
  if (!chain->broken().empty()) {
    out.status = 500;
    out.reason = "a payload pipeline cannot run: " + chain->broken();
  }
  for (const pipeline::CompiledProcessor* processor : chain->processors()) {
    out.processors.push_back(
        fmt::format("{} ({}) {}", processor->label, scope, describe_processor(*processor)));
  }
}

// The processors of all scopes.
void fill_processors(const proxy::Snapshot& snapshot, const proxy::Port& port,
                     const route::Decision& decision, Explanation& out) {
  const proxy::PipelineSet* set = snapshot.pipelines();
  if (set == nullptr) return;
  add_processors(set->find(port.http_listeners[decision.listener]->pipelines), "Gateway", out);
  add_processors(set->find(decision.rule->config->pipelines), "Route", out);
  for (const config::WeightedBackend& choice : decision.rule->config->backends) {
    if (choice.backend == nullptr) continue;
    add_processors(set->find(*choice.backend), "Backend", out);
    if (choice.backend->group == nullptr) continue;
    for (const config::GroupMember& member : choice.backend->group->members) {
      add_processors(set->find(*member.backend), "Backend", out);
    }
  }
}

// What the chosen rule answers without a backend.
void fill_local_answer(const config::HttpRule& rule, Explanation& out) {
  const auto usable = [](const Candidate& c) { return !c.backend.empty() && c.weight != 0; };
  const bool models = out.call.starts_with("models") || out.call.starts_with("model ");
  if (rule.invalid) {
    out.status = 500;
    out.reason = "the rule has a filter that is not understood";
  } else if (rule.filters != nullptr && rule.filters->redirect) {
    out.status = rule.filters->redirect->status;
    out.reason = "redirect";
  } else if (std::ranges::none_of(out.candidates, usable)) {
    out.status = 500;
    out.reason = "no backend of the rule can be used";
  } else if (models && std::ranges::any_of(out.candidates, [](const Candidate& c) {
               return !c.provider.empty();
             })) {
    out.status = 200;
    out.reason = "the gateway lists the models that its routes offer";
  }
}

}  // namespace

Result<Explanation> explain(const proxy::Snapshot& snapshot, const Question& question) {
  TIDEGATE_TRY(request, parse_request(question));
  Explanation out;
  const proxy::Port* port = choose_port(snapshot, *request, out);
  if (port == nullptr) return out;
  out.port = port->key;
  if (auto normal = proxy::normalize_target(request->head); !normal) {
    refuse(out, normal.error());
    return out;
  }
  request->head.fields.remove(http::HeaderId::kXGatewayModelName);
  auto decision = decide(*port, *request, out);
  const route::CompiledRoute* chosen = decision ? decision->route : nullptr;
  out.misses = list_misses(*port, *request, out.model, chosen);
  if (!decision) {
    refuse(out, decision.error());
    return out;
  }
  out.route = decision->route->config().id;
  out.rule = decision->rule->index;
  out.rule_name = decision->rule->config->name;
  out.match = describe_match(*decision->match);
  out.filters = describe_filters(*decision->rule->config);
  fill_candidates(*decision->rule, out);
  fill_local_answer(*decision->rule->config, out);
  fill_processors(snapshot, *port, *decision, out);
  return out;
}

}  // namespace tidegate::app
