#include "proxy/upstream_request.h"

#include <charconv>
#include <memory>

#include "json/edit.h"
#include "llm/request_splice.h"
#include "route/filters/header_edits.h"
#include "route/filters/url_edits.h"
#include "stream/memory_body.h"
#include "upstream/websocket_key.h"

namespace tidegate::proxy {

Result<void> UpstreamRequest::make() {
  copy_head();
  add_forwarded_fields();
  const config::Filters& filters = flight_.filters();
  if (filters.rewrite) {
    route::apply_rewrite(*filters.rewrite, flight_.decision.match->path, head_);
  } else if (!flight_.backend->host.empty()) {
    head_.authority = flight_.backend->host;
  }
  route::apply_header_edits(filters.request_headers, head_.fields);
  if (choice_.filters != nullptr)
    route::apply_header_edits(choice_.filters->request_headers, head_.fields);
  if (flight_.backend->ai) edit_payload();
  put_credentials();
  if (!head_.upgrade.empty()) put_websocket_key();
  return {};
}

void UpstreamRequest::copy_head() {
  const http::RequestHead& from = flight_.exchange.request;
  head_.method = from.method;
  head_.scheme = flight_.backend->tls != nullptr ? "https" : "http";
  head_.authority = from.authority;
  head_.target = from.target;
  head_.body = from.body;
  head_.upgrade = from.upgrade;
  head_.fields.assign(from.fields);
}

// A model provider outside learns nothing about the client; a backend of ours gets the usual
// fields.
void UpstreamRequest::add_forwarded_fields() {
  if (flight_.backend->ai) return;
  const exchange::ConnectionFacts& connection = flight_.exchange.connection;
  Arena& arena = flight_.exchange.arena;
  const auto before = head_.fields.find(http::HeaderId::kXForwardedFor);
  head_.fields.set("x-forwarded-for", before && !before->empty()
                                          ? arena.concat({*before, ", ", connection.client_ip})
                                          : std::string_view(connection.client_ip));
  head_.fields.set("x-forwarded-proto", connection.tls ? "https" : "http");
}

void UpstreamRequest::edit_payload() {
  flight_.upstream_model = flight_.model;
  if (!flight_.facts) return;
  // Usage must be readable on the way back.
  head_.fields.remove(http::HeaderId::kAcceptEncoding);
  const std::string_view body = *flight_.body().whole();
  json::Edit edit(body);
  Arena& arena = flight_.exchange.arena;
  for (const config::Model& model : flight_.backend->ai->models) {
    if (model.name != flight_.model || model.upstream_name.empty()) continue;
    if (model.upstream_name == model.name) continue;
    flight_.upstream_model = model.upstream_name;
    llm::rename_model(edit, *flight_.facts, model.upstream_name, arena);
  }
  const bool asks = llm::must_ask_for_usage(*flight_.facts) &&
                    flight_.backend->ai->dialect == config::Dialect::kOpenAi;
  if (asks) llm::ask_for_usage(edit, body, *flight_.facts, arena);
  if (edit.empty()) return;
  flight_.hide_usage = asks;
  std::string edited = edit.to_string();
  head_.body = http::BodyLength::known(edited.size());
  flight_.payload = std::make_unique<stream::MemoryBody>(std::move(edited));
}

// The client's own key is for the gateway, never for a provider.
void UpstreamRequest::put_credentials() {
  if (!flight_.backend->ai && !flight_.backend->api_key) return;
  static constexpr http::HeaderIdSet kClientKeys = {
      http::HeaderId::kAuthorization, http::HeaderId::kXApiKey, http::HeaderId::kApiKey};
  head_.fields.remove(kClientKeys);
  if (!flight_.backend->api_key) return;
  const config::ApiKey& key = *flight_.backend->api_key;
  head_.fields.set(key.header, flight_.exchange.arena.concat({key.prefix, key.key.reveal()}));
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
