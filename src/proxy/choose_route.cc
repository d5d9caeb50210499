#include "proxy/choose_route.h"

#include "http/content.h"
#include "llm/call.h"
#include "proxy/local_answers.h"
#include "proxy/payload.h"
#include "proxy/route_decision.h"

namespace tidegate::proxy {

using route::ModelName;
using route::Outcome;

namespace {

// Files, batches and the list of models stand on the same paths in several dialects. Anthropic's
// clients name a version; Google's (google-genai, 2026-11) say who they are, and ask below /v1 too.
void tell_dialect(const http::RequestHead& request, llm::Call& call) {
  const bool models =
      call.operation == llm::Operation::kModels || call.operation == llm::Operation::kModel;
  const bool shared = models || call.operation == llm::Operation::kFiles ||
                      call.operation == llm::Operation::kBatches;
  if (!shared) return;
  if (request.fields.find("anthropic-version")) call.dialect = llm::Dialect::kAnthropic;
  const bool google =
      request.fields.find("x-goog-api-client") || request.fields.find("x-goog-api-key");
  if (models && google) call.dialect = llm::Dialect::kGemini;
}

// What an outcome means for the client. A model call that no route takes is told so in its dialect.
Result<void> judge(Flight& flight) {
  if (flight.decision.outcome == Outcome::kFound) return {};
  const http::RequestHead& request = flight.exchange.request;
  if (!flight.call) {
    flight.call = llm::find_operation(request.method, request.path());
    if (flight.call) tell_dialect(request, *flight.call);
  }
  // The list of models needs no route of its own: it is what the listener's routes offer.
  if (flight.decision.outcome == Outcome::kNoRoute && offers_model_list(flight)) return {};
  return judge_outcome(flight.decision.outcome, flight.call, flight.model);
}

}  // namespace

async::Task<Result<void>> read_model_call(Flight& flight) {
  if (flight.call) co_return Result<void>();
  http::RequestHead& request = flight.exchange.request;
  flight.call = llm::find_operation(request.method, request.path());
  if (!flight.call) co_return Result<void>();
  tell_dialect(request, *flight.call);
  const llm::PathFacts path =
      llm::read_path_facts(*flight.call, request.path(), flight.exchange.arena);
  flight.model = path.model;
  if (!names_model_in_body(flight.call, request)) co_return Result<void>();
  const auto content_type = request.fields.find(http::HeaderId::kContentType).value_or("");
  if (!flight.body().whole() || http::is_encoded(request.fields)) {
    TIDEGATE_CO_TRY_VOID(read_plain_payload(flight));
  }
  auto facts = llm::parse_request_facts(*flight.call, content_type, *flight.body().whole(),
                                        flight.exchange.arena, path);
  if (!facts) co_return std::unexpected(std::move(facts).error());
  // The body's bytes may move with the next wait; the name must not.
  flight.model = flight.exchange.arena.copy(facts->model);
  facts->model = flight.model;
  flight.facts = *facts;
  co_return Result<void>();
}

Result<void> choose_route(Flight& flight) {
  if (flight.port.router == nullptr) {
    return fail(ErrorCode::kNotFound, Origin::kDownstream, "no route");
  }
  const route::Router& router = *flight.port.router;
  flight.decision = router.find(flight.exchange.request, ModelName::unknown(),
                                find_sni_listener(router, flight.exchange.connection));
  if (flight.decision.outcome == Outcome::kNeedsModel) return {};
  return judge(flight);
}

async::Task<Result<void>> choose_route_by_payload(Flight& flight) {
  TIDEGATE_CO_TRY_VOID(read_model_call(flight));
  const auto model = flight.model.empty() ? ModelName::absent() : ModelName::known(flight.model);
  const route::Router& router = *flight.port.router;
  flight.decision = router.find(flight.exchange.request, model,
                                find_sni_listener(router, flight.exchange.connection));
  co_return judge(flight);
}

}  // namespace tidegate::proxy
