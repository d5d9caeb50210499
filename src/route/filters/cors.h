// Cross-origin resource sharing at the gateway: preflights are answered here, actual answers get
// their fields.
//
// The filter owns the Access-Control-* fields: what a backend says of its own is replaced. An
// origin that is not allowed gets an answer without them, so the browser refuses. With credentials
// the specification forbids
// "*", so origin, method and headers of the request are echoed instead.
// Texts of the request end up in the response: both heads share the exchange's arena. The policy
// must outlive the response. Thread: owning worker only.   Source: Gateway API v1.6.1,
// HTTPCORSFilter (GEP-1767); WHATWG Fetch 3.2.
#pragma once

#include <cstdint>
#include <string_view>

#include "config/filters.h"
#include "http/message.h"

namespace tidegate::route {

enum class CorsRequest : std::uint8_t {
  kNone,       // no Origin: not a cross-origin request
  kPreflight,  // OPTIONS that asks whether a method is allowed: answered with answer_preflight()
  kActual,     // forwarded; its answer goes through apply_cors()
};
CorsRequest classify_cors(const http::RequestHead& head);

// Whether the policy has the origin: exact, "*", or "https://*.example.com", where the wildcard
// stands for any number of labels, at least one. Scheme and host compare without case; default
// ports may be left out.
bool allows_origin(const config::Cors& policy, std::string_view origin);

// Makes `reply` the answer to a preflight: 204 with the Access-Control-* fields, or without them
// when the origin is not allowed.
void answer_preflight(const config::Cors& policy, const http::RequestHead& head,
                      http::ResponseHead& reply);

// Gives the answer to an actual request its fields. Also call it for requests without Origin, so
// that caches learn that answers vary.
void apply_cors(const config::Cors& policy, const http::RequestHead& head,
                http::HeaderMap& response);

}  // namespace tidegate::route
