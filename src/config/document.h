// What the data plane must do, as plain data: every reference resolved, every conflict decided.
//
// A Document is made by `gatewayapi::compile` from resources and is what `proxy::Snapshot` is
// compiled from. It knows no files, no Kubernetes and no sockets. Parts are shared between
// Documents by pointer: an unchanged route is the *same* object in the next Document, which is how
// a reload stays cheap and how compiled matchers are reused. Thread: immutable once built; free to
// share.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/paged_list.h"
#include "config/backend.h"
#include "config/http_route.h"
#include "config/pipeline.h"
#include "config/tls.h"

namespace tidegate::config {

// What a listener does with the bytes it accepts.
enum class ListenerProtocol : std::uint8_t {
  kHttp,            // HTTP/1.1, h2c by prior knowledge
  kHttps,           // TLS terminated, ALPN h2 and http/1.1, HTTP routes
  kTlsTerminate,    // TLS terminated, plaintext bytes to a TLSRoute's or TCPRoute's backend
  kTlsPassthrough,  // bytes routed by SNI, TLS untouched
  kTcp,
  kUdp,
};

// Bytes (TCP, TLS) or datagrams (UDP) to one of several backends, by weight.
struct L4Route {
  std::string id;  // "TCPRoute/ns/name"
  std::vector<std::string>
      hostnames;  // TLS: SNI names after intersection with the listener; empty: any
  std::vector<WeightedBackend> backends;
};

// One socket address of a listener: a Gateway with two addresses has two of these with the same id.
struct Listener {
  std::string
      id;  // "Gateway/ns/name/section" or "ListenerSet/ns/name/section"; stable, a metric label
  std::string gateway;  // "ns/name" of the Gateway that owns it, ListenerSets included
  std::string address;  // to bind: "0.0.0.0", "::", or one of spec.addresses
  std::uint16_t port = 0;
  ListenerProtocol protocol = ListenerProtocol::kHttp;
  std::string hostname;  // lower case; empty: every host; "*.example.com": wildcard
  std::shared_ptr<const ListenerTls> tls;  // kHttps, kTlsTerminate
  // Where requests may go whose rule says nothing about it (AccessPolicy); null: anywhere.
  std::shared_ptr<const std::vector<std::string>> regions;
  PipelinesPtr pipelines;  // of its Gateway; null: none
  // In precedence order: oldest, then ns/name. Listeners that take the same routes share the pages.
  PagedList<HttpRoute> http_routes;
  std::vector<std::shared_ptr<const L4Route>> l4_routes;  // in the same order
};

struct Document {
  std::vector<Listener> listeners;  // only those that may serve (Accepted and Programmed)
  // Every backend that some route names, by id, so that pools and health outlive routes.
  std::vector<std::shared_ptr<const Backend>> backends;
  // Every pipeline that there is; empty: nothing below or in listeners and rules names one.
  Pipelines pipelines;
  // Pipelines of Backend resources, by "Backend/ns/name" as in Backend::id.
  std::unordered_map<std::string, PipelinesPtr> backend_pipelines;
};

}  // namespace tidegate::config
