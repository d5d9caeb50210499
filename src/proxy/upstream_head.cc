#include "proxy/upstream_head.h"

#include "proxy/parent_loop.h"
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

// The client's own key is for the gateway, where the gateway has one for the backend.
void remove_client_keys(http::HeaderMap& fields) {
  static constexpr http::HeaderIdSet kKeys = {HeaderId::kAuthorization, HeaderId::kXApiKey,
                                              HeaderId::kApiKey};
  fields.remove(kKeys);
}

// A model provider learns nothing about the client, its keys for the gateway included.
void hide_client(http::HeaderMap& fields) {
  static constexpr http::HeaderIdSet kOfClient = {
      HeaderId::kAuthorization, HeaderId::kXApiKey,       HeaderId::kApiKey,
      HeaderId::kCookie,        HeaderId::kXForwardedFor, HeaderId::kXForwardedProto};
  fields.remove_if(
      [](const http::Field& field) { return kOfClient.has(field.id) || tells_of_client(field); });
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
    if (backend.api_key) remove_client_keys(head.fields);
  }
  mark_hop(flight, backend.parent ? ToParent::kYes : ToParent::kNo, head.fields);
  if (!backend.host.empty()) head.authority = backend.host;
  const config::Filters& filters = flight.filters();
  const auto& rewrite = own != nullptr && own->rewrite ? own->rewrite : filters.rewrite;
  if (rewrite) route::apply_rewrite(*rewrite, flight.decision.match->path, head);
  route::apply_header_edits(filters.request_headers, head.fields);
  if (own != nullptr) route::apply_header_edits(own->request_headers, head.fields);
  if (backend.api_key) put_key(*backend.api_key, flight.exchange.arena, head.fields);
}

}  // namespace tidegate::proxy
