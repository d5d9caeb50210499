#include "proxy/choose_route.h"

#include "llm/call.h"
#include "proxy/payload.h"

namespace tidegate::proxy {

using route::ModelName;
using route::Outcome;

namespace {

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return type.empty() || http::iequals(type, "application/json") || type.ends_with("+json");
}

// Reads what a model call says of itself. Requests that are no model calls have no model.
async::Task<Result<void>> read_facts(Flight& flight) {
  http::RequestHead& request = flight.exchange.request;
  flight.call = llm::find_operation(request.method, request.path());
  if (!flight.call || !llm::has_request_body(flight.call->operation)) co_return Result<void>();
  const auto content_type = request.fields.find(http::HeaderId::kContentType).value_or("");
  if (!is_json(content_type)) co_return Result<void>();
  if (!flight.body().whole()) {
    TIDEGATE_CO_TRY_VOID(read_payload(flight));
  }
  auto facts = llm::parse_request_facts(*flight.call, content_type, *flight.body().whole(),
                                        flight.exchange.arena);
  if (!facts) co_return std::unexpected(std::move(facts).error());
  // The body's bytes may move with the next wait; the name must not.
  flight.model = flight.exchange.arena.copy(facts->model);
  facts->model = flight.model;
  flight.facts = *facts;
  co_return Result<void>();
}

std::uint32_t sni_listener(const Flight& flight) {
  const exchange::ConnectionFacts& connection = flight.exchange.connection;
  return connection.tls ? flight.port.router->find_listener(connection.server_name)
                        : route::Router::kNoListener;
}

// What an outcome other than "found" and "needs the model" means for the client.
Result<void> judge(Flight& flight) {
  switch (flight.decision.outcome) {
    case Outcome::kFound:
      return {};
    case Outcome::kMisdirected:
      return fail(ErrorCode::kMisdirected, Origin::kDownstream, "host belongs to another listener");
    case Outcome::kNoRoute:
    case Outcome::kNeedsModel:
      break;
  }
  // A model call that no route takes is still told so in its dialect.
  const http::RequestHead& request = flight.exchange.request;
  if (!flight.call) flight.call = llm::find_operation(request.method, request.path());
  if (flight.call && !flight.model.empty()) {
    return fail(ErrorCode::kModelNotFound, Origin::kDownstream, std::string(flight.model));
  }
  return fail(ErrorCode::kNotFound, Origin::kDownstream, "no route");
}

}  // namespace

Result<void> choose_route(Flight& flight) {
  if (flight.port.router == nullptr)
    return fail(ErrorCode::kNotFound, Origin::kDownstream, "no route");
  flight.decision =
      flight.port.router->find(flight.exchange.request, ModelName::unknown(), sni_listener(flight));
  if (flight.decision.outcome == Outcome::kNeedsModel) return {};
  return judge(flight);
}

async::Task<Result<void>> choose_route_by_payload(Flight& flight) {
  TIDEGATE_CO_TRY_VOID(read_facts(flight));
  const auto model = flight.model.empty() ? ModelName::absent() : ModelName::known(flight.model);
  flight.decision = flight.port.router->find(flight.exchange.request, model, sni_listener(flight));
  co_return judge(flight);
}

}  // namespace tidegate::proxy
