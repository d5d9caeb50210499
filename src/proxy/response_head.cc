#include "proxy/response_head.h"

#include "http/h1_format.h"
#include "proxy/attempts_field.h"
#include "route/filters/cors.h"
#include "route/filters/header_edits.h"

namespace tidegate::proxy {

void make_response_head(const Flight& flight, const config::WeightedBackend& choice,
                        http::ResponseHead& head) {
  http::remove_hop_by_hop(head.fields, http::TeField::kRemove);
  if (choice.filters != nullptr) {
    route::apply_header_edits(choice.filters->response_headers, head.fields);
  }
  route::apply_header_edits(flight.filters().response_headers, head.fields);
  if (flight.filters().cors) {
    route::apply_cors(*flight.filters().cors, flight.exchange.request, head.fields);
  }
  if (!flight.tries.empty()) {
    head.fields.set(kAttemptsField, format_attempts(flight.tries, flight.exchange.arena));
  }
}

}  // namespace tidegate::proxy
