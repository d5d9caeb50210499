#include "proxy/upstream_head.h"

#include <algorithm>
#include <string>

#include "http/uri.h"
#include "route/filters/header_edits.h"
#include "route/filters/url_edits.h"

namespace tidegate::proxy {
namespace {

using http::HeaderId;

void copy_head(const http::RequestHead& from, const config::Backend& backend,
               http::RequestHead& head) {
  head.method = from.method;
  head.scheme = backend.tls != nullptr ? "https" : "http";
  head.authority = from.authority;
  head.target = from.target;
  head.body = from.body;
  head.upgrade = from.upgrade;
  head.fields.assign(from.fields);
}

// A backend of ours gets the usual fields.
void add_forwarded_fields(const Flight& flight, http::RequestHead& head) {
  const exchange::ConnectionFacts& connection = flight.exchange.connection;
  Arena& arena = flight.exchange.arena;
  const auto before = head.fields.find(HeaderId::kXForwardedFor);
  head.fields.set("x-forwarded-for", before && !before->empty()
                                         ? arena.concat({*before, ", ", connection.client_ip})
                                         : std::string_view(connection.client_ip));
  head.fields.set("x-forwarded-proto", connection.tls ? "https" : "http");
}

// Fields without an id that tell who the client is.
bool tells_of_client(const http::Field& field) {
  if (field.id != HeaderId::kOther) return false;
  switch (field.name.size()) {
    case 9:
      return http::iequals(field.name, "forwarded") || http::iequals(field.name, "x-real-ip");
    case 16:
      return http::iequals(field.name, "x-forwarded-host");
    default:
      return false;
  }
}

// Fields without an id by which a client shows who it is to providers.
bool is_key_of_client(const http::Field& field) {
  if (field.id != HeaderId::kOther) return false;
  static constexpr std::string_view kNames[] = {"x-amz-date", "x-goog-api-key",
                                                "x-amz-security-token", "x-amz-content-sha256",
                                                "ocp-apim-subscription-key"};
  return std::ranges::any_of(
      kNames, [&field](std::string_view name) { return http::iequals(field.name, name); });
}

// The target without the client's keys in its query, as Google's clients send them.
std::string_view without_key_parameters(std::string_view target, Arena& arena) {
  const auto mark = target.find('?');
  if (mark == target.npos) return target;
  std::string kept;
  http::QueryReader query(target.substr(mark + 1));
  bool removed = false;
  while (const auto parameter = query.next()) {
    if (parameter->name == "key" || parameter->name == "access_token") {
      removed = true;
      continue;
    }
    kept.append(kept.empty() ? "?" : "&").append(parameter->name).append("=");
    kept.append(parameter->value);
  }
  return removed ? arena.concat({target.substr(0, mark), kept}) : target;
}

// The client's own keys are for the gateway, unless the backend says otherwise.
void remove_client_keys(Arena& arena, http::RequestHead& head) {
  static constexpr http::HeaderIdSet kKeys = {HeaderId::kAuthorization, HeaderId::kXApiKey,
                                              HeaderId::kApiKey};
  head.fields.remove_if(
      [](const http::Field& field) { return kKeys.has(field.id) || is_key_of_client(field); });
  head.target = without_key_parameters(head.target, arena);
}

// A model provider learns nothing about the client.
void hide_client(http::HeaderMap& fields) {
  static constexpr http::HeaderIdSet kOfClient = {HeaderId::kCookie, HeaderId::kXForwardedFor,
                                                  HeaderId::kXForwardedProto};
  fields.remove_if(
      [](const http::Field& field) { return kOfClient.has(field.id) || tells_of_client(field); });
}

// Whether the client's keys go on to the backend: to Services they do, to our own kind only where
// it says so.
bool passes_client_keys(const config::Backend& backend) {
  if (backend.credentials != nullptr) return backend.credentials->pass_clients_own();
  return !backend.ai && !backend.api_key;
}

// REQUIRES: no key of the client's is among the fields.
void put_key(const config::ApiKey& key, Arena& arena, http::HeaderMap& fields) {
  fields.set(key.header, arena.concat({key.prefix, key.key.reveal()}));
}

}  // namespace

void make_upstream_head(const Flight& flight, const config::Backend& backend,
                        const config::Filters* own, http::RequestHead& head) {
  copy_head(flight.exchange.request, backend, head);
  if (backend.ai) {
    hide_client(head.fields);
    // Usage must be readable on the way back.
    if (flight.facts) head.fields.remove(HeaderId::kAcceptEncoding);
  } else {
    add_forwarded_fields(flight, head);
  }
  if (!passes_client_keys(backend)) remove_client_keys(flight.exchange.arena, head);
  if (!backend.host.empty()) head.authority = backend.host;
  const config::Filters& filters = flight.filters();
  const auto& rewrite = own != nullptr && own->rewrite ? own->rewrite : filters.rewrite;
  if (rewrite) route::apply_rewrite(*rewrite, flight.decision.match->path, head);
  route::apply_header_edits(filters.request_headers, head.fields);
  if (own != nullptr) route::apply_header_edits(own->request_headers, head.fields);
  if (backend.api_key) put_key(*backend.api_key, flight.exchange.arena, head.fields);
}

}  // namespace tidegate::proxy
