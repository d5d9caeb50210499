#include "proxy/upstream_head.h"

#include "http/uri.h"
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
bool tells_of_client(std::string_view name) {
  switch (name.size()) {
    case 9:
      return http::iequals(name, "forwarded") || http::iequals(name, "x-real-ip");
    case 16:
      return http::iequals(name, "x-forwarded-host");
    default:
      return false;
  }
}

// Fields without an id by which a client shows a provider who it is.
bool is_key_of_client(std::string_view name) {
  switch (name.size()) {
    case 10:
      return http::iequals(name, "x-amz-date");
    case 14:
      return http::iequals(name, "x-goog-api-key");
    case 20:
      return http::iequals(name, "x-amz-security-token") ||
             http::iequals(name, "x-amz-content-sha256");
    case 25:
      return http::iequals(name, "ocp-apim-subscription-key");
    default:
      return false;
  }
}

// What does not go on to a backend.
struct Hidden {
  bool keys = false;       // the client's own keys, which are for the gateway
  bool client = false;     // who the client is, which is no business of a model provider
  bool encodings = false;  // what the client could unpack: usage must be readable on the way back
};

http::HeaderIdSet ids_of(Hidden what) {
  http::HeaderIdSet ids = {};
  if (what.keys) {
    ids.add(HeaderId::kAuthorization);
    ids.add(HeaderId::kXApiKey);
    ids.add(HeaderId::kApiKey);
  }
  if (what.client) {
    ids.add(HeaderId::kCookie);
    ids.add(HeaderId::kXForwardedFor);
    ids.add(HeaderId::kXForwardedProto);
  }
  if (what.encodings) ids.add(HeaderId::kAcceptEncoding);
  return ids;
}

void hide(Hidden what, http::HeaderMap& fields) {
  const http::HeaderIdSet ids = ids_of(what);
  fields.remove_if([what, ids](const http::Field& field) {
    if (field.id != HeaderId::kOther) return ids.has(field.id);
    return (what.keys && is_key_of_client(field.name)) ||
           (what.client && tells_of_client(field.name));
  });
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
  const bool hides_keys = !passes_client_keys(backend);
  if (backend.ai) {
    hide({.keys = hides_keys, .client = true, .encodings = flight.facts.has_value()}, head.fields);
  } else {
    add_forwarded_fields(flight, head);
    if (hides_keys) hide({.keys = true}, head.fields);
  }
  if (hides_keys) {
    // As Google's clients send theirs.
    head.target =
        http::remove_query_parameters(head.target, {"key", "access_token"}, flight.exchange.arena);
  }
  if (!backend.host.empty()) head.authority = backend.host;
  const config::Filters& filters = flight.filters();
  const auto& rewrite = own != nullptr && own->rewrite ? own->rewrite : filters.rewrite;
  if (rewrite) route::apply_rewrite(*rewrite, flight.decision.match->path, head);
  route::apply_header_edits(filters.request_headers, head.fields);
  if (own != nullptr) route::apply_header_edits(own->request_headers, head.fields);
  // Last, so that no filter takes out what ends loops (RFC 8586 2).
  mark_hop(flight, backend.parent ? ToParent::kYes : ToParent::kNo, head.fields);
  if (backend.api_key) put_key(*backend.api_key, flight.exchange.arena, head.fields);
}

}  // namespace tidegate::proxy
