#include "proxy/response_subject.h"

#include <utility>

#include "json/scan.h"
#include "proxy/finish.h"

namespace tidegate::proxy {

ResponseSubject::ResponseSubject(Flight& flight, http::ResponseHead& head,
                                 const exchange::ResponseWriter& client)
    : head_(head), client_(client), message_(flight.exchange.request) {
  const http::RequestHead& request = flight.exchange.request;
  message_.response = &head_;
  message_.call = flight.call ? flight.call : llm::find_operation(request.method, request.path());
  message_.facts = flight.facts ? &*flight.facts : nullptr;
  message_.model = flight.model;
  message_.stream = flight.facts && flight.facts->stream;
  message_.client_ip = flight.exchange.connection.client_ip;
  if (flight.decision.rule != nullptr) {
    message_.route = flight.decision.route->config().id;
    message_.rule = flight.decision.rule->index;
  }
  if (flight.backend != nullptr) message_.backend = flight.backend->id;
}

void ResponseSubject::refresh(const Flight& flight) {
  if (flight.backend != nullptr) message_.region = flight.backend->region;
  message_.usage = flight.usage ? &*flight.usage : nullptr;
  message_.cost = flight.usage ? cost_of(flight) : std::nullopt;
}

// What has no body, and what has one, stay so.
void ResponseSubject::set_status(std::uint16_t status) {
  const std::string_view method = message_.request->method;
  if (http::response_has_body(method, status) != http::response_has_body(method, head_.status)) {
    return;
  }
  head_.status = status;
  head_.reason = {};
}

void ResponseSubject::set_trailers(http::HeaderMap* trailers) {
  trailers_ = trailers;
  message_.trailers = trailers;
}

void ResponseSubject::drop_event() {
  dropped_ = true;
  message_.dropped = true;
}

void ResponseSubject::insert_event(std::string_view raw) {
  inserted_ += raw;
  message_.inserted = inserted_;
}

// What was JSON stays JSON.
Result<void> ResponseSubject::check_payload(std::string_view text) const {
  const std::string_view before = message_.payload;
  if (!before.starts_with('{') && !before.starts_with('[')) return {};
  if (auto valid = json::validate(text, Origin::kInternal); !valid) {
    return std::unexpected(std::move(valid).error());
  }
  return {};
}

Result<void> ResponseSubject::replace_payload(std::string text) {
  if (auto fits = check_payload(text); !fits) return fits;
  set_payload(std::move(text));
  replaced_ = true;
  return {};
}

Result<void> ResponseSubject::set_model(std::string_view) {
  return fail(ErrorCode::kMalformed, Origin::kInternal, "a response has no model to set");
}

void ResponseSubject::set_payload(std::string text) {
  payload_ = std::move(text);
  message_.payload = payload_;
}

void ResponseSubject::set_event(const pipeline::StreamEvent& event, std::string_view data) {
  event_ = event;
  message_.event = &event_;
  message_.payload = data;
  inserted_.clear();
  message_.inserted = {};
  message_.dropped = false;
  dropped_ = replaced_ = false;
}

}  // namespace tidegate::proxy
