#include "proxy/local_reply.h"

#include <utility>

#include "route/filters/cors.h"

namespace tidegate::proxy {

async::Task<Result<void>> send_reply(Flight& flight, LocalReply reply) {
  exchange::Exchange& exchange = flight.exchange;
  http::ResponseHead head(exchange.arena);
  head.status = reply.status;
  if (!reply.content_type.empty()) head.fields.add("content-type", reply.content_type);
  for (const auto& [name, value] : reply.fields) head.fields.add(name, value);
  // A page must be able to read why it got no answer. Preflights have their fields already.
  if (flight.decision.rule != nullptr && flight.filters().cors &&
      !head.fields.find("access-control-allow-origin")) {
    route::apply_cors(*flight.filters().cors, exchange.request, head.fields);
  }
  const bool has_body = http::response_has_body(exchange.request.method, reply.status);
  head.body = has_body || exchange.request.method == "HEAD"
                  ? http::BodyLength::known(reply.body.size())
                  : http::BodyLength::none();
  flight.status = reply.status;
  exchange.response->start(head);
  if (!has_body) reply.body.clear();
  flight.bytes_out = reply.body.size();
  co_return co_await exchange.response->write(reply.body, stream::End::kYes, nullptr);
}

}  // namespace tidegate::proxy
