#include "proxy/upstream_request.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "proxy/pipeline_outcome.h"
#include "proxy/provider_request.h"
#include "proxy/upstream_head.h"
#include "stream/memory_body.h"
#include "upstream/websocket_key.h"

namespace tidegate::proxy {

std::string_view find_bearer_token(const http::RequestHead& request) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view value =
      request.fields.find(http::HeaderId::kAuthorization).value_or(std::string_view());
  if (!http::iequals(value.substr(0, kScheme.size()), kScheme)) return {};
  return value.substr(std::min(value.find_first_not_of(' ', kScheme.size()), value.size()));
}

Result<void> UpstreamRequest::make() {
  make_upstream_head(flight_, *flight_.backend, choice_.filters.get(), head_);
  if (flight_.backend->ai) {
    if (auto made = make_for_provider(); !made) return made;
  }
  if (!head_.upgrade.empty()) put_websocket_key();
  return {};
}

Result<void> UpstreamRequest::make_for_provider() {
  TIDEGATE_TRY(made,
               make_provider_request(flight_, *flight_.backend, choice_.filters.get(), head_));
  flight_.upstream_model = made.model;
  flight_.price = flight_.worker.series.price(flight_.snapshot->prices(), *flight_.backend,
                                              made.listed, made.model);
  flight_.crossing = made.crossing;
  flight_.side_call = std::move(made.side);
  flight_.translation_loss = std::move(made.losses);
  estimate_ = std::move(made.estimate);
  if (!made.text) return {};
  flight_.hide_usage = made.asks_for_usage;
  head_.body = http::BodyLength::known(made.text->size());
  payload_ = std::make_unique<stream::MemoryBody>(std::move(*made.text));
  return {};
}

bool UpstreamRequest::needs_credentials() const {
  const auto& credentials = flight_.backend->credentials;
  return credentials != nullptr && credentials->are_injected();
}

async::Task<Result<void>> UpstreamRequest::authorize(async::CancelScope& scope) {
  if (!authorization_) {
    authorization_.emplace(flight_.worker.credentials, *flight_.backend, flight_.exchange.arena,
                           find_bearer_token(flight_.exchange.request));
  }
  auto applied = co_await authorization_->apply(head_, body(), scope);
  if (applied || applied.error().origin != Origin::kDownstream ||
      applied.error().code != ErrorCode::kForbidden) {
    co_return applied;
  }
  // The client learns that its token is not taken, and nothing of who said so.
  co_return refuse(flight_,
                   {.status = 401,
                    .code = "invalid_token",
                    .message = "the request needs a bearer token that the backend's issuer takes"},
                   std::move(applied).error());
}

bool UpstreamRequest::on_answer(const http::ResponseHead& response) {
  return authorization_ && authorization_->on_answer(response);
}

void UpstreamRequest::keep_own_body() {
  if (payload_ != nullptr) return;
  if (const auto whole = flight_.body().whole()) {
    payload_ = std::make_unique<stream::MemoryBody>(std::string(*whole));
  }
}

// A client over HTTP/2 sends none; a backend over HTTP/1 wants one.
void UpstreamRequest::put_websocket_key() {
  if (!http::iequals(head_.upgrade, "websocket") ||
      head_.fields.find(http::HeaderId::kSecWebSocketKey)) {
    return;
  }
  Arena& arena = flight_.exchange.arena;
  websocket_key_ = upstream::make_websocket_key(flight_.worker.random, arena);
  head_.fields.set("sec-websocket-key", websocket_key_);
}

bool UpstreamRequest::is_answered_by(const http::ResponseHead& switched) const {
  if (websocket_key_.empty()) return true;
  return switched.fields.find("sec-websocket-accept") ==
         upstream::websocket_accept_of(websocket_key_, flight_.exchange.arena);
}

}  // namespace tidegate::proxy
