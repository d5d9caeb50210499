#include "proxy/request_subject.h"

#include <memory>
#include <utility>

#include "json/edit.h"
#include "llm/request_splice.h"
#include "proxy/payload.h"
#include "stream/memory_body.h"

namespace tidegate::proxy {
namespace {

// A processor that makes a request unreadable has failed; the client did nothing wrong.
std::unexpected<Error> ours(Error error) {
  error.origin = Origin::kInternal;
  return std::unexpected(std::move(error));
}

Result<llm::RequestFacts> read(const Flight& flight, std::string_view text) {
  const http::RequestHead& request = flight.exchange.request;
  const auto type = request.fields.find(http::HeaderId::kContentType).value_or("");
  const llm::PathFacts path =
      llm::read_path_facts(*flight.call, request.path(), flight.exchange.arena);
  return llm::parse_request_facts(*flight.call, type, text, flight.exchange.arena, path);
}

}  // namespace

RequestSubject::RequestSubject(Flight& flight, RequestBefore* before)
    : flight_(flight), before_(before), message_(flight.exchange.request) {
  refresh(Payload::kNone);
}

void RequestSubject::refresh(Payload payload) {
  const http::RequestHead& request = flight_.exchange.request;
  message_.call = flight_.call;
  if (!message_.call) message_.call = llm::find_operation(request.method, request.path());
  message_.facts = flight_.facts ? &*flight_.facts : nullptr;
  message_.model = flight_.model;
  message_.stream = flight_.facts && flight_.facts->stream;
  message_.client_ip = flight_.exchange.connection.client_ip;
  // Only a Backend's processors run when it is chosen.
  if (before_ != nullptr && flight_.backend->group == nullptr) {
    message_.region = flight_.backend->region;
  }
  if (flight_.decision.rule != nullptr) {
    message_.route = flight_.decision.route->config().id;
    message_.rule = flight_.decision.rule->index;
  }
  if (flight_.backend != nullptr) message_.backend = flight_.backend->id;
  if (payload == Payload::kNone) return;
  message_.payload = flight_.body().whole().value_or("");
  message_.trailers = flight_.request_trailers.get();
}

void RequestSubject::set_target(std::string_view target) {
  flight_.exchange.request.target = flight_.exchange.arena.copy(target);
  refresh(Payload::kNone);
}

Result<void> RequestSubject::check_payload(std::string_view text) const {
  if (!flight_.facts) return {};
  // The reader wants slack behind the text.
  stream::MemoryBody body{std::string(text)};
  auto facts = read(flight_, *body.whole());
  if (!facts) return ours(std::move(facts).error());
  return {};
}

Result<void> RequestSubject::replace_payload(std::string text) {
  const std::size_t size = text.size();
  auto body = std::make_unique<stream::MemoryBody>(std::move(text), flight_.request_trailers.get());
  if (flight_.facts) {
    auto facts = read(flight_, *body->whole());
    if (!facts) return ours(std::move(facts).error());
    flight_.model = flight_.exchange.arena.copy(facts->model);
    facts->model = flight_.model;
    flight_.facts = *facts;
  }
  if (before_ != nullptr && !before_->replaced) {
    before_->replaced = true;
    before_->payload = std::move(flight_.payload);
  }
  flight_.payload = std::move(body);
  flight_.exchange.request.body = kept_length(flight_, size);
  flight_.exchange.request.fields.remove(http::HeaderId::kContentLength);
  refresh(Payload::kWhole);
  return {};
}

Result<void> RequestSubject::set_model(std::string_view model) {
  const std::string_view name = flight_.exchange.arena.copy(model);
  message_.model = name;
  if (!flight_.call) {
    wanted_model_ = name;
    return {};
  }
  wanted_model_ = {};
  if (!flight_.facts || !flight_.facts->model_member.is_string()) {
    flight_.model = name;  // the path names it, or a form that is not looked into
    return {};
  }
  const bool shown = !message_.payload.empty();
  json::Edit edit(*flight_.body().whole());
  llm::rename_model(edit, *flight_.facts, name, flight_.exchange.arena);
  auto replaced = replace_payload(edit.to_string());
  if (!shown) message_.payload = {};
  return replaced;
}

}  // namespace tidegate::proxy
